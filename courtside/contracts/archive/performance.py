"""Performance: what was stated about windows of predictions when their labels were in."""

from courtside.contracts import lake_keys
from courtside.contracts.archive.table import ArchiveTable, Type, always, maybe

TABLE = ArchiveTable(
    name="performance",
    prefix=lake_keys.PERFORMANCE_PREFIX,
    about=(
        "what was said about a window's performance: a row for each version, part and metric; a window is stated anew "
        "when labels come or change, and its newest statement counts"
    ),
    day="on which the window begins",
    columns=(
        always("window_start", Type.DAY, "The window's first day."),
        always("window_end", Type.DAY, "The day after the window's last."),
        always("version", Type.TEXT, "The version that predicted."),
        always("role", Type.TEXT, "The version's role: champion, challenger, previous or shadow."),
        maybe("segment_column", Type.TEXT, "The column whose segments are looked at; null for all rows."),
        maybe("segment", Type.TEXT, "The segment; null for all rows."),
        always("metric", Type.TEXT, "The metric."),
        maybe("value", Type.NUMBER, "The metric's value on the labelled rows; null where it is not defined."),
        maybe("low", Type.NUMBER, "The lower end of its 95 % interval."),
        maybe("high", Type.NUMBER, "The upper end of its 95 % interval."),
        always("rows", Type.COUNT, "The rows that any version predicted."),
        always("labelled", Type.COUNT, "The rows of this version whose label is known."),
        always("predicted", Type.COUNT, "The rows that this version predicted."),
        always("blocks", Type.COUNT, "In how many blocks of dependent rows they lie."),
        maybe("baseline", Type.NUMBER, "The figure of a constant prediction."),
        maybe("promise", Type.NUMBER, "What the version's holdout promised."),
        maybe("promise_low", Type.NUMBER, "The lower end of the promise's interval."),
        maybe("promise_high", Type.NUMBER, "The upper end of the promise's interval."),
        maybe("difference", Type.NUMBER, "The champion's figure less that of this version, on the rows of both."),
        maybe("difference_low", Type.NUMBER, "The lower end of the difference's interval."),
        maybe("difference_high", Type.NUMBER, "The upper end of the difference's interval."),
        always("stated_on", Type.DAY, "The day as of which it was stated."),
        always("recorded_at", Type.MOMENT, "When it was stated."),
        always("statement", Type.SMALL, "Counts the statements about a window, from 1."),
        always("files", Type.COUNT, "From how many files of predictions and labels it was made."),
    ),
    merges=True,
)
