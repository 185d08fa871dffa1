"""What the lake holds of one model, deleted when a person says so."""

from datetime import datetime

from courtside.contracts import dashboard_keys, lake_keys, ledger_keys
from courtside.contracts.errors import BadInput
from courtside.contracts.records import ChampionPointer, Reign, RetrainingLockState
from courtside.workflows.ledger_documents import read
from courtside.workflows.ledger_transactions import Documents, change_together
from courtside.workflows.model_ledger import ModelLedger
from courtside.workflows.ports import Lake, Registry


class TrainingRuns(BadInput):
    """The data of a model cannot be deleted while a training reads it."""

    def __init__(self, model: str, training_id: str) -> None:
        self.model = model
        self.training_id = training_id
        super().__init__(
            f"{model} was removed from the stage, but training {training_id} of it still runs and reads its data, so "
            "none of that was deleted; the same command deletes it once the training has ended"
        )


def data_of(model: str, *, lake: Lake) -> list[str]:
    """Return the keys of all objects that the lake holds of one model alone."""
    prefixes = (*lake_keys.all_of(model), dashboard_keys.pages(model))
    return [key for prefix in prefixes for key in lake.keys(prefix)]


def delete_data(ledger: ModelLedger, *, lake: Lake, registry: Registry | None, now: datetime) -> int:
    """Delete what the lake holds of a model, and return how many objects that were.

    The sealed champion is among them, so from then on the model has none, and `registry` names none; it is None where
    the model's contract, which says where in the registry the model is, was deleted before. The bucket keeps earlier
    versions of objects for as long as it is told to. Running it again finishes what broke off.

    Raises `TrainingRuns`, and `TrackingUnavailable` before anything of the lake is deleted.
    """
    lock = read(ledger, ledger_keys.RETRAINING_LOCK, RetrainingLockState)[0] or RetrainingLockState()
    if lock.holder is not None and (lock.lease_until or now) > now:
        raise TrainingRuns(ledger.model, lock.holder)
    nobody = ChampionPointer(version=None, previous=None, reason="the data of the model was deleted")

    def end_reign(documents: Documents) -> None:
        before = documents.read(ledger_keys.CHAMPION, nobody)
        documents.write(ledger_keys.CHAMPION, nobody)
        key = before.history_key
        if key is not None and (reign := documents.find(key, Reign, anew=True)) is not None:
            documents.write(key, reign.model_copy(update={"until": max(now, reign.since)}))

    change_together(ledger, end_reign)
    if registry is not None:
        # Else the next model of this name would have to be better than one that is champion no more.
        registry.appoint(None, previous=None, reason=nobody.reason)
    keys = data_of(ledger.model, lake=lake)
    lake.remove(keys)
    return len(keys)
