"""How each feature drifted, check by check."""

from courtside.core.queries.named_query import NamedQuery

QUERY = NamedQuery(
    name="drift_by_feature",
    order=10,
    answers="How did each feature drift over time?",
    sql="""
        SELECT model, feature, window_end, verdict, drifted, effect, p_adjusted, psi, ks, missing_rate,
               champion_version, check_id
        FROM drift
        WHERE NOT backfilled
        ORDER BY model, feature, window_end, check_id
    """,
)
