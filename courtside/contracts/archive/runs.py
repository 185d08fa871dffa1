"""Runs: what ran of a model, how it ended, and why it failed."""

from courtside.contracts import lake_keys
from courtside.contracts.archive.table import ArchiveTable, Type, always, maybe

TABLE = ArchiveTable(
    name="runs",
    prefix=lake_keys.RUN_ROWS_PREFIX,
    about="a training, recalibration, rollback or drift check",
    day="on which it began; for a drift check, the day as of which it was made",
    columns=(
        always("id", Type.TEXT, "The id of the training or the check."),
        always("kind", Type.TEXT, "What ran: training, recalibration, rollback or check."),
        always("state", Type.TEXT, "How far it came: running, waits for a person, done, failed, stopped, not started."),
        always("failed", Type.YES_NO, "Whether it failed to do what it was started for."),
        always("started_by", Type.TEXT, "What started it, and why."),
        always("started_at", Type.MOMENT, "When it began."),
        maybe("ended_at", Type.MOMENT, "When it ended; null while it runs."),
        always("outcome", Type.TEXT, "What came of it, or why it failed."),
    ),
    derived=True,
)
