"""The fence between the retraining lock and what its holder does: both are in one write, or neither is."""

from courtside.contracts import ledger_keys
from courtside.contracts.records import RetrainingLockState
from courtside.workflows.ledger_documents import read, written
from courtside.workflows.ports import Ledger, LedgerWrite
from courtside.workflows.retraining_lock import LeaseLost


def fence(ledger: Ledger, model: str, training_id: str) -> LedgerWrite:
    """Return the write that leaves the lock as it is, for the transaction of what only its holder may do.

    The transaction fails if the lock is given back or taken over before it. `ledger` is the model's own part of it.
    Raises `LeaseLost` if the training does not hold the lock now.
    """
    state, revision = read(ledger, ledger_keys.RETRAINING_LOCK, RetrainingLockState)
    if state is None or state.holder != training_id:
        raise LeaseLost(training_id, model, state.holder if state else None)
    return written(ledger_keys.RETRAINING_LOCK, state, expected_revision=revision)
