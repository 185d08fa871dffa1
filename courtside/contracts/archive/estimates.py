"""Estimates: what a champion's performance was thought to be before its labels were in."""

from courtside.contracts import lake_keys
from courtside.contracts.archive.table import ArchiveTable, Type, always, maybe

TABLE = ArchiveTable(
    name="estimates",
    prefix=lake_keys.ESTIMATES_PREFIX,
    about="what a champion's performance in a window was estimated to be before its labels were in: a row for a metric",
    day="on which the window begins",
    columns=(
        always("window_start", Type.DAY, "The window's first day."),
        always("window_end", Type.DAY, "The day after the window's last."),
        always("version", Type.TEXT, "The champion."),
        always("method", Type.TEXT, "The method of the estimate."),
        always("metric", Type.TEXT, "The metric."),
        maybe("value", Type.NUMBER, "The estimate; null where the metric is undefined or the method was refused."),
        maybe("constant", Type.NUMBER, "The version's figure on its holdout; null where it left none."),
        maybe("refused", Type.TEXT, "The name of the reason why the method said nothing."),
        maybe("why", Type.TEXT, "That reason as a sentence."),
        always("rows", Type.COUNT, "The predictions that it was estimated from."),
        always("made_as_of", Type.DAY, "The day as of which it was estimated."),
        always("recorded_at", Type.MOMENT, "When it was estimated."),
    ),
    expires=True,
    merges=True,
)
