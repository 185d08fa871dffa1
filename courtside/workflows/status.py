"""What a stage is doing, at a glance."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from courtside.contracts import ledger_keys
from courtside.contracts.lake_keys import decisions, is_by_hand
from courtside.contracts.records import (
    ApprovalRecord,
    DecisionRecord,
    ModelRound,
    Reign,
    RetrainingLockState,
    TrainingSlots,
)
from courtside.contracts.versioned import TooNew
from courtside.core.runs import Run, RunState, last_training, training_run
from courtside.core.training_slots import living
from courtside.workflows.approval import approvals_waiting
from courtside.workflows.lake_documents import DocumentDamaged, read_document
from courtside.workflows.ledger_documents import read
from courtside.workflows.ports import Lake, Ledger, ObjectMissing
from courtside.workflows.runs import Runs
from courtside.workflows.stage_overview import champion_of

SHOWN = 5


@dataclass(frozen=True, slots=True)
class StageStatus:
    """The champion, what the last scheduled check decided, what runs, what ran and what waits for a person.

    `retraining` is the training that runs, `waiting_request` one that is remembered until it is its turn, and `slots`
    says which trainings of all models run and which models wait. `predictions` are sentences about the newest
    round that predicted, such as why it predicted nothing.
    """

    champion: Reign | None
    last_decision: DecisionRecord | None
    retraining: str | None
    waiting_request: str | None
    approvals: tuple[ApprovalRecord, ...]
    slots: TrainingSlots
    runs: tuple[Run, ...] = ()
    predictions: tuple[str, ...] = ()

    @property
    def failed(self) -> Run | None:
        """The last training, if it failed."""
        last = last_training(self.runs)
        return last if last is not None and last.state is RunState.FAILED else None


def training_slots(ledger: Ledger, *, now: datetime) -> TrainingSlots:
    """Read which trainings of a stage run, by leases that have not ended, and which models wait."""
    return living(read(ledger, ledger_keys.TRAINING_SLOTS, TrainingSlots)[0] or TrainingSlots(), now=now)


def newest_round(ledger: Ledger, model: str) -> ModelRound:
    """Read what the newest round left of a model of a stage."""
    return read(ledger, ledger_keys.model_round(model), ModelRound)[0] or ModelRound(model=model)


def stage_status(
    ledger: Ledger, runs: Runs, *, slots: TrainingSlots, now: datetime, newest: ModelRound | None = None
) -> StageStatus:
    """Read it from the model's ledger, lake and executions; the tracking server is not asked."""
    lock = read(ledger, ledger_keys.RETRAINING_LOCK, RetrainingLockState)[0] or RetrainingLockState()
    recent = runs.recent(limit=SHOWN)
    trainings = [training_run(each) for each in runs.executions.recent(SHOWN)]
    return StageStatus(
        champion=champion_of(ledger),
        last_decision=_last_decision(runs),
        retraining=next((run.id for run in trainings if not run.over), None),
        waiting_request=lock.waiting.training_id if lock.waiting else None,
        approvals=tuple(approvals_waiting(ledger, runs.executions, now=now)),
        slots=slots,
        runs=tuple(recent),
        predictions=newest.predictions if newest else (),
    )


def _last_decision(runs: Runs) -> DecisionRecord | None:
    """Return the last decision about the newest window that a scheduled check looked at; a backfill decides nothing."""
    checked = [key for key in reversed(runs.lake.keys(decisions(runs.model))) if not is_by_hand(key)]
    by_day = groupby(checked, key=lambda key: key.rpartition("/")[0])
    for _, keys in by_day:
        found = [_decision(key, runs.lake) for key in keys]
        scheduled = [each for each in found if each is not None and not each.backfilled]
        if scheduled:
            return max(scheduled, key=lambda each: each.decided_at)
    return None


def _decision(key: str, lake: Lake) -> DecisionRecord | None:
    """Return a decision; None for one that cannot be read, which the list of runs shows with the reason."""
    try:
        return read_document(DecisionRecord, key, lake=lake)
    except (DocumentDamaged, ObjectMissing, TooNew):
        return None
