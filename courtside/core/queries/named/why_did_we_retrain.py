"""Why each training was started, and what came of it."""

from courtside.core.queries.named_query import NamedQuery

QUERY = NamedQuery(
    name="why_did_we_retrain",
    order=20,
    answers="Why was each training started, by which rule, and what came of it?",
    sql="""
        SELECT r.model, r.started_at, r.id AS training_id, r.kind, r.started_by, d.rule, d.reason, r.state, r.outcome
        FROM runs r
        LEFT JOIN decisions d ON d.model = r.model AND d.training_id = r.id AND NOT d.backfilled
        WHERE r.kind IN ('training', 'recalibration')
        ORDER BY r.model, r.started_at, r.id, d.rule
    """,
    # A training may start on the day after its decision.
    undated=frozenset({"decisions"}),
)
