"""How long labels take."""

from courtside.core.queries.named_query import NamedQuery

QUERY = NamedQuery(
    name="label_delay",
    order=70,
    answers="How many days after its row does a label come, and which share of predicted rows has one by then?",
    sql="""
        WITH predicted AS (
            SELECT model, id, min(coalesce(local_day, CAST(time AS date), as_of)) AS day
            FROM predictions
            GROUP BY model, id
        ), labelled AS (
            SELECT model, id, min(known_on) AS day
            FROM labels
            WHERE label IS NOT NULL
            GROUP BY model, id
        ), delays AS (
            SELECT p.model, date_diff('day', p.day, l.day) AS days, count(*) AS labels
            FROM predicted p
            JOIN labelled l ON l.model = p.model AND l.id = p.id
            GROUP BY p.model, date_diff('day', p.day, l.day)
        ), totals AS (
            SELECT model, count(*) AS ids
            FROM predicted
            GROUP BY model
        )
        SELECT d.model, d.days, d.labels,
               CAST(sum(d.labels) OVER (PARTITION BY d.model ORDER BY d.days) AS double) / t.ids AS share_by_then
        FROM delays d
        JOIN totals t ON t.model = d.model
        ORDER BY d.model, d.days
    """,
    # Labels come after the days of the predictions.
    undated=frozenset({"labels"}),
)
