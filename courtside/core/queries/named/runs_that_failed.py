"""What failed."""

from courtside.core.queries.named_query import NamedQuery

QUERY = NamedQuery(
    name="runs_that_failed",
    order=90,
    answers="Which trainings, rollbacks and checks failed, and why?",
    sql="""
        SELECT model, started_at, ended_at, kind, id, state, outcome, started_by
        FROM runs
        WHERE failed
        ORDER BY started_at DESC, model, id
    """,
)
