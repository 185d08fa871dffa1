"""What performance was estimated to be beside what it was."""

from courtside.core.queries.named_query import NamedQuery

QUERY = NamedQuery(
    name="estimates_against_realised",
    order=50,
    answers="How close were estimates to what the labels said later?",
    sql="""
        WITH estimated AS (
            SELECT model, window_start, window_end, version, method, metric, value, made_as_of,
                   row_number() OVER (
                       PARTITION BY model, window_start, window_end, version, method, metric
                       ORDER BY made_as_of DESC, recorded_at DESC
                   ) AS place
            FROM estimates
            WHERE refused IS NULL
        ), stated AS (
            SELECT model, window_start, window_end, version, metric, value, low, high, labelled, predicted,
                   row_number() OVER (
                       PARTITION BY model, window_start, window_end, version, metric ORDER BY statement DESC
                   ) AS place
            FROM performance
            WHERE role = 'champion' AND segment_column IS NULL
        )
        SELECT e.model, e.window_start, e.window_end, e.version, e.metric, e.method,
               e.value AS estimated, s.value AS realised, s.low, s.high,
               e.value - s.value AS error, s.labelled, s.predicted, e.made_as_of
        FROM estimated e
        JOIN stated s
          ON s.model = e.model AND s.window_start = e.window_start AND s.window_end = e.window_end
         AND s.version = e.version AND s.metric = e.metric
        WHERE e.place = 1 AND s.place = 1
        ORDER BY e.model, e.metric, e.method, e.window_start, e.version
    """,
)
