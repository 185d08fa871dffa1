"""Decisions: what was decided about a model, by which rule and numbers."""

from courtside.contracts import lake_keys
from courtside.contracts.archive.table import ArchiveTable, Type, always, maybe

TABLE = ArchiveTable(
    name="decisions",
    prefix=lake_keys.DECISION_ROWS_PREFIX,
    about="a decision about a model: the action, and the rule and the numbers that led to it",
    day="as of which it was decided",
    columns=(
        always("check_id", Type.TEXT, "The id of the check; for what a person decided it begins with `manual-`."),
        always("decided_at", Type.MOMENT, "When it was decided."),
        always("window_start", Type.DAY, "The first day of the window that was looked at."),
        always("window_end", Type.DAY, "The day after the window's last."),
        always("champion_version", Type.TEXT, "The champion of then; empty if there was nothing to check."),
        always("action", Type.TEXT, "The action: nothing, watch, alert, recalibrate, retrain or roll_back."),
        always("rule", Type.TEXT, "The rule that fired."),
        always("reason", Type.TEXT, "The reason as a sentence."),
        maybe("numbers", Type.NUMBER_OF, "The numbers that the rule compared, by name."),
        maybe("would_change", Type.TEXTS, "Sentences about what would have led to another action."),
        always("report_key", Type.TEXT, "The key of the drift report; empty if there is none."),
        always("done", Type.YES_NO, "Whether everything that it asked for has happened."),
        always("backfilled", Type.YES_NO, "Whether it was computed later, so that nothing was done."),
        always("by_hand", Type.YES_NO, "Whether a person decided."),
        maybe("decided_by", Type.TEXT, "The person who decided; null for the stage."),
        maybe("asked_for", Type.TEXT, "What it asked the retraining machine for; null if it asked for nothing."),
        maybe("training_id", Type.TEXT, "The id of the training that it asked for."),
        maybe("execution_arn", Type.TEXT, "The execution that it started."),
        maybe("history", Type.TEXT, "How much of the past that training learns from."),
        maybe("load_id", Type.TEXT, "The load that was checked, where rows have no times."),
        maybe("overdue_since", Type.DAY, "The day of the newest row, if newer ones should have come."),
        maybe("contract_version", Type.COUNT, "The version of the contract that it was made by."),
        maybe("contract_hash", Type.TEXT, "The SHA-256 of that contract."),
    ),
    derived=True,
)
