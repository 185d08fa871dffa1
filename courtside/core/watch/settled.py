"""What a round leaves of a model: how it ended, when the next check is due, and which of its steps fail."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from courtside.contracts.records import ModelRound
from courtside.contracts.rounds import FAILED, RECEIVED, SCORED, SettleRequest, Step, StepFailure
from courtside.core.display_text import display_text
from courtside.core.rhythm import next_due
from courtside.core.sentences import in_a_row
from courtside.core.watch.predictions import said_of_predictions

REASON_LIMIT = 500
_PUT_OFF = frozenset({Step.PREDICT, Step.CHECK, Step.JUDGE})
"""What is not tried again in every round when it fails, because it reads the model's rows anew each time."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one round of a model ended, by which rule, and why; `failing` are its steps that failed."""

    outcome: str
    rule: str = ""
    reason: str = ""
    failing: tuple[Step, ...] = ()


def outcome_of(found: SettleRequest) -> Outcome:
    """Return how a round ended, from what its steps answered."""
    failures = {step: failure for step, failure in _steps(found).items() if failure is not None}
    if failures:
        said = in_a_row(_said(step, failure) for step, failure in failures.items())
        return Outcome(FAILED, ", ".join(failures), display_text(said, REASON_LIMIT), tuple(failures))
    if found.checked is not None:
        checked = found.checked
        return Outcome(checked.decision, checked.rule, display_text(checked.reason, REASON_LIMIT))
    return Outcome(SCORED if found.arrived is None else RECEIVED)


def settled(
    before: ModelRound, found: SettleRequest, *, every: timedelta, own_place: bool | None, now: datetime
) -> ModelRound:
    """Return the record of a model's rounds after one more; the same round again, or an older one, changes nothing.

    `every` is the time between two checks, `own_place` None where the contract cannot be read. A round as of a day to
    come counts as one of `now`. A step that was not part of this round goes on failing if it failed before. What
    predicts, checks or judges is tried again in the round after it failed, and then after as long as the model has been
    failing by then, but at least as often as it is checked anyway.
    """
    at = min(found.as_of, now)
    if before.last_round_at is not None and at < before.last_round_at:
        return before
    steps = _steps(found)
    failing = tuple(step for step in Step if (steps[step] is not None if step in steps else step in before.failing))
    since = (before.failing_since or at) if failing else None
    checked, arrived = found.checked is not None, found.arrived is not None and not found.arrived.waiting
    return before.model_copy(
        update={
            "contract_sha256": found.contract_sha256,
            "next_due": next_due(before.next_due, every=every, now=at) if checked else before.next_due,
            "retry_at": _retry_at(before, every, at=at, since=since or at) if _PUT_OFF & set(failing) else None,
            "last_round_at": at,
            "ran_at": now if at != before.last_round_at else before.ran_at or now,
            "failing": failing,
            "failing_since": since,
            "predictions": before.predictions if found.predicted is None else said_of_predictions(found.predicted),
            "received": found.received if arrived else before.received,
            "own_place": before.own_place if own_place is None else own_place,
            **_newest(before, found, failing),
        }
    )


def _retry_at(before: ModelRound, every: timedelta, *, at: datetime, since: datetime) -> datetime:
    """Return when to try again; a moment that has not come yet stays, or rows that arrive often would put it off."""
    if before.retry_at is not None and at < before.retry_at:
        return before.retry_at
    return at + min(every, at - since)


def _newest(before: ModelRound, found: SettleRequest, failing: tuple[Step, ...]) -> dict[str, str]:
    """Return what the record says of the newest check, or of what fails; a round without a check says neither."""
    ended = outcome_of(found)
    if failing:
        reason = ended.reason if ended.failing else before.last_reason
        return {"last_outcome": FAILED, "last_rule": ", ".join(failing), "last_reason": reason}
    if found.checked is None and before.last_outcome not in {"", FAILED}:
        return {}
    return {"last_outcome": ended.outcome, "last_rule": ended.rule, "last_reason": ended.reason}


def _steps(found: SettleRequest) -> Mapping[Step, StepFailure | None]:
    """Return the steps that were part of the round, each with its failure."""
    entry = StepFailure(error="EntryUnreadable", cause=found.problem) if found.problem else None
    answers = {
        Step.RECEIVE: (found.arrived, found.not_arrived),
        Step.PREDICT: (found.predicted, found.not_predicted),
        Step.JUDGE: (found.judged, found.not_judged),
        Step.CHECK: (found.checked, found.not_checked),
    }
    return {Step.ENTRY: entry} | {step: failure for step, (done, failure) in answers.items() if done or failure}


def _said(step: Step, failure: StepFailure) -> str:
    return failure.cause if step is Step.ENTRY else f"{step} failed with {failure.error}: {failure.cause}"
