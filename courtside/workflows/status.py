"""What a stage is doing, in one look."""

from dataclasses import dataclass
from datetime import datetime

from courtside.contracts import ledger_keys
from courtside.contracts.lake_keys import DECISIONS_PREFIX
from courtside.contracts.records import ApprovalRecord, ChampionPointer, DecisionRecord, Reign, RetrainingLockState
from courtside.workflows.documents import read
from courtside.workflows.ports import Lake, Ledger


@dataclass(frozen=True, slots=True)
class StageStatus:
    """Who is champion and since when, what the last check decided, what retrains, and what waits for a person."""

    champion: Reign | None
    last_decision: DecisionRecord | None
    retraining: str | None
    waiting_request: str | None
    approvals: tuple[ApprovalRecord, ...]


def stage_status(ledger: Ledger, lake: Lake, *, now: datetime) -> StageStatus:
    """Read it from ledger and lake; the tracking server is not asked."""
    pointer, _ = read(ledger, ledger_keys.CHAMPION, ChampionPointer)
    key = pointer.history_key if pointer else None
    lock = read(ledger, ledger_keys.RETRAINING_LOCK, RetrainingLockState)[0] or RetrainingLockState()
    held = lock.holder if lock.lease_until is not None and lock.lease_until > now else None
    records = [
        ApprovalRecord.model_validate_json(entry.document) for entry in ledger.entries(ledger_keys.APPROVALS_PREFIX)
    ]
    return StageStatus(
        champion=read(ledger, key, Reign)[0] if key and pointer and pointer.version else None,
        last_decision=_last_decision(lake),
        retraining=held,
        waiting_request=lock.waiting.training_id if lock.waiting else None,
        approvals=tuple(each for each in records if each.approved is None and each.expires_at > now),
    )


def _last_decision(lake: Lake) -> DecisionRecord | None:
    """Return the decision made last about the newest window; one that was only backfilled decided nothing."""
    keys = lake.keys(DECISIONS_PREFIX)
    if not keys:
        return None
    newest_day = keys[-1].rpartition("/")[0] + "/"
    found = [DecisionRecord.model_validate_json(lake.read(key)) for key in keys if key.startswith(newest_day)]
    return max((each for each in found if not each.backfilled), key=lambda each: each.decided_at, default=None)
