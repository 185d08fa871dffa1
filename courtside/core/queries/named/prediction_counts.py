"""How much was predicted."""

from courtside.core.queries.named_query import NamedQuery

QUERY = NamedQuery(
    name="prediction_counts",
    order=80,
    answers="How many rows did each version predict on each day, and how high were its predictions on average?",
    sql="""
        SELECT model, as_of, version, role, count(*) AS predictions, count(DISTINCT id) AS ids,
               avg(prediction) AS mean, min(prediction) AS lowest, max(prediction) AS highest
        FROM predictions
        GROUP BY model, as_of, version, role
        ORDER BY model, as_of, role, version
    """,
)
