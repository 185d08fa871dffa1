"""How often each of several classes was predicted."""

from courtside.core.queries.named_query import NamedQuery

QUERY = NamedQuery(
    name="predicted_classes",
    order=85,
    answers="Of several classes, how often was each the likeliest on each day, and how sure was the version of it?",
    sql="""
        SELECT model, as_of, version, role, predicted, count(*) AS predictions, avg(prediction) AS mean_probability
        FROM predictions
        WHERE predicted IS NOT NULL
        GROUP BY model, as_of, version, role, predicted
        ORDER BY model, as_of, role, version, predictions DESC, predicted
    """,
)
