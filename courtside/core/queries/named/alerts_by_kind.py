"""How often people were told of what, and how long it took."""

from courtside.core.queries.named_query import NamedQuery

QUERY = NamedQuery(
    name="alerts_by_kind",
    order=60,
    answers="Of which kinds of incidents were people told, how often, and how long did they stay open?",
    sql="""
        SELECT model, kind, severity, count(*) AS incidents, sum(told) AS alerts, count(resolved_at) AS resolved,
               avg(date_diff('second', opened_at, resolved_at)) / 3600.0 AS hours_open, max(opened_at) AS newest
        FROM incidents
        GROUP BY model, kind, severity
        ORDER BY incidents DESC, model, kind, severity
    """,
)
