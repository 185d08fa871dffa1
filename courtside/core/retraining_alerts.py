"""Alerts about a retraining that did not start, waits for people, failed or was undone."""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import takewhile

from courtside.contracts.events import RetrainingRequest, Trigger
from courtside.contracts.records import TrainingSlots
from courtside.contracts.retraining_ends import RollBackRequest
from courtside.core.alerting import LINE_LIMIT, MODEL_LIMIT, MOST_NAMED, Alert
from courtside.core.display_text import display_text
from courtside.core.sentences import ended


def remembered_alert(request: RetrainingRequest, *, holder: str, lease_until: datetime | None) -> Alert:
    """Write the alert for a request that found the lock taken; its holder may train, wait for a person, or be dead."""
    holder, model = display_text(holder, LINE_LIMIT), display_text(request.model, MODEL_LIMIT)
    ends = f" at {lease_until:%Y-%m-%d %H:%M} UTC" if lease_until else ""
    return Alert.written(
        f"Courtside: a {request.asks_for} of {model} is remembered, another one holds the lock",
        [
            (
                f"*{request.asks_for.capitalize()} {display_text(request.training_id, LINE_LIMIT)} is remembered*: "
                f"training {holder} holds the lock. It starts when that one gives the lock back; several that wait "
                "become one."
            ),
            (
                f"*What the holder does*: `courtside runs show {holder} --model {model}`. If it has ended without "
                f"giving the lock back, its lease ends{ends}; `courtside retrain --model {model}` takes over then."
            ),
            f"*Asked for by*: {request.trigger.value}, {ended(display_text(request.reason, LINE_LIMIT))}",
        ],
    )


def turn_alert(request: RetrainingRequest, slots: TrainingSlots) -> Alert:
    """Write the alert for a request that waits because as many trainings run as this stage runs at once."""
    running = _listed([f"{each.training_id} of {each.model}" for each in slots.running])
    before = list(takewhile(lambda each: each != request.model, slots.waiting))
    return Alert.written(
        f"Courtside: {request.asks_for} remembered, it waits for its turn",
        [
            (
                f"*{request.asks_for.capitalize()} {display_text(request.training_id, LINE_LIMIT)} of "
                f"{display_text(request.model, MODEL_LIMIT)} is remembered*: this stage runs "
                f"{_counted(len(slots.running), 'training')} at once (trainings_at_once), and that is {running} now."
            ),
            (
                f"*Before it*: {_counted(len(before), 'model')} ({_listed(before)})."
                if before
                else "*Before it*: no other model."
            )
            + " It starts by itself when its turn comes; several requests of one model become one.",
            f"*Asked for by*: {request.trigger.value}, {ended(display_text(request.reason, LINE_LIMIT))}",
        ],
    )


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _listed(names: Sequence[str]) -> str:
    shown = [display_text(name, LINE_LIMIT) for name in names[:MOST_NAMED]]
    rest = len(names) - len(shown)
    return ", ".join(shown) + (f" and {rest} more" if rest else "")


def cooling_alert(request: RetrainingRequest, *, trained_as_of: date | None) -> Alert:
    """Write the alert for a request that came by itself, too soon after the last training."""
    model, again = display_text(request.model, MODEL_LIMIT), "The next check that still finds drift asks again"
    if request.trigger is Trigger.SCHEDULE:
        again = "The next one by schedule is due when the contract's `retrain.every` has passed once more"
    return Alert.written(
        f"Courtside: no retraining of {model} was started, too soon after the last",
        [
            (
                f"*Retraining {display_text(request.training_id, LINE_LIMIT)} was not started*: its data ends "
                f"{request.as_of}, the last training's {trained_as_of}, and the contract asks for at least "
                f"{request.cooldown_days} days of newer data (`retrain.cooldown`). {again}."
            ),
            f"To train all the same: `courtside retrain --model {model}`",
        ],
    )


def approval_alert(*, model: str, training_id: str, stage: str, reason: str, expires_at: datetime) -> Alert:
    """Write the request for a person's approval of a challenger that passed the gate."""
    model = display_text(model, MODEL_LIMIT)
    return Alert.written(
        f"Courtside: a challenger of {model} waits for your approval",
        [
            f"*A challenger of {model} passed the gate and waits for approval* (training {training_id}).",
            f"*Why it passed*: {ended(display_text(reason, LINE_LIMIT))}",
            f"*Approve*: `courtside versions approve {training_id} --model {model} --stage {stage}`",
            f"*Reject*: `courtside versions reject {training_id} --model {model} --stage {stage}`",
            f"Without an answer until {expires_at:%Y-%m-%d %H:%M} UTC the champion stays.",
        ],
    )


def rolled_back_alert(request: RollBackRequest) -> Alert:
    """Write the alert for a champion that a decision rolled back."""
    model, before, after = display_text(request.model, MODEL_LIMIT), request.roll_back_from, request.roll_back_to
    return Alert.written(
        f"Courtside: version {after} of {model} is champion again",
        [
            f"*{model} was rolled back*: version {after} is champion again, in place of version {before}.",
            f"*Why*: {ended(display_text(request.reason, LINE_LIMIT))}",
            f"*Before it moved*, version {after} was loaded, and predicted its known rows as in its training.",
            f"*To train on newer data*: `courtside retrain --model {model}`",
            f"*To undo*: `courtside versions promote {before} --reason WHY --model {model}`",
        ],
    )


def not_rolled_back_alert(request: RollBackRequest, *, champion: str | None) -> Alert:
    """Write the alert for a rollback that was decided about a version which is no longer champion."""
    model, before, after = display_text(request.model, MODEL_LIMIT), request.roll_back_from, request.roll_back_to
    now = f"version {champion} is" if champion else "nobody is"
    return Alert.written(
        f"Courtside: {model} was not rolled back, its champion had changed",
        [
            (
                f"*{model} was not rolled back* from version {before} to version {after}: {now} champion now, so "
                "nothing was changed. The next check decides about the new champion."
            ),
            f"*Why it was asked for*: {ended(display_text(request.reason, LINE_LIMIT))}",
            f"*Who moved it*: `courtside versions history --model {model}`",
        ],
    )
