"""What champions promised beside what they did."""

from courtside.core.queries.named_query import NamedQuery

QUERY = NamedQuery(
    name="promise_against_realised",
    order=40,
    answers="Did champions keep what their holdout promised, window by window?",
    sql="""
        WITH stated AS (
            SELECT model, window_start, window_end, version, metric, value, low, high,
                   promise, promise_low, promise_high, baseline, labelled, predicted,
                   row_number() OVER (
                       PARTITION BY model, window_start, window_end, version, metric ORDER BY statement DESC
                   ) AS place
            FROM performance
            WHERE role = 'champion' AND segment_column IS NULL
        )
        SELECT model, window_start, window_end, version, metric, value, low, high, promise, promise_low, promise_high,
               value - promise AS difference, baseline, labelled, predicted
        FROM stated
        WHERE place = 1
        ORDER BY model, metric, window_start, version
    """,
)
