"""Which version was champion when."""

from courtside.core.queries.named_query import NamedQuery

QUERY = NamedQuery(
    name="champion_when",
    order=30,
    answers="Which version was champion from when to when, and why?",
    sql="""
        SELECT model, version, champion_from, champion_until, rule, reason, decided_by, training_id
        FROM production
        WHERE champion_from < CAST(:end AS timestamp)
          AND (champion_until IS NULL OR champion_until > CAST(:start AS timestamp))
        ORDER BY model, champion_from
    """,
    # A champion of these days may have become it long before.
    undated=frozenset({"production"}),
)
