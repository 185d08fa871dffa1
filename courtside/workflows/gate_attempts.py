"""Which challengers were judged before against the same champion, on rows that one holdout shares with theirs."""

from courtside.contracts import training_keys
from courtside.contracts.records import GateDecision, TrainingRecord
from courtside.workflows.lake_documents import find_document, read_document
from courtside.workflows.ports import Lake
from courtside.workflows.reading_ahead import ahead

_AT_ONCE = 8


def earlier_attempts(record: TrainingRecord, *, lake: Lake) -> tuple[str, ...]:
    """Return the trainings whose challengers were such attempts, sorted; the record's own is none of them.

    One that was rejected before anything was compared looked at nothing, and does not count.
    """
    model, prefix = record.dataset, training_keys.trainings(record.dataset)
    found = (training_keys.judged_training(key) for key in lake.keys(prefix))
    others = [each for each in found if each is not None and each != record.training_id]

    def attempted(training_id: str) -> bool:
        decision = read_document(GateDecision, training_keys.training_verdict(model, training_id), lake=lake)
        if decision.champion_version != record.champion_version or not decision.comparisons:
            return False
        other = find_document(TrainingRecord, training_keys.training_record(model, training_id), lake=lake)
        return other is None or _share_rows(record, other)

    return tuple(each for each, counts in ahead(attempted, others, at_once=_AT_ONCE) if counts)


def _share_rows(one: TrainingRecord, other: TrainingRecord) -> bool:
    """Tell whether two holdouts may share rows: those of tables without times are drawn, and always may."""
    return all(
        mine.holdout_since is None or mine.holdout_since < theirs.as_of for mine, theirs in ((one, other), (other, one))
    )
