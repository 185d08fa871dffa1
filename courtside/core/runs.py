"""What ran in a stage, told in plain words: trainings, drift checks, copies of the tracking database."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from courtside.contracts import lake_keys
from courtside.contracts.events import RetrainingRequest
from courtside.contracts.records import DecisionRecord

APPROVE = "Approve"
COPY_LIMIT = timedelta(hours=1)
"""A copy task that has been silent for this long no longer runs; the command stops waiting after the same time."""
_REASON_LIMIT = 300
EXIT_CODE = re.compile(r"\(exit code (-?\d+)\)")
_BY_ITSELF = re.compile("OutOfMemory|Essential container")
"""In the words of ECS for why a task ended, unless somebody stopped it: then they are whatever that one gave."""

_STEPS = {
    "Lock": "it takes its turn",
    "Freeze": "its data is being fixed",
    "Train": "the candidates are being trained",
    "Gate": "the gate compares the challenger with the champion",
    "Seal": "the challenger is being copied to where no training can write",
    "Smoke": "the challenger is being tried",
    "GiveSlotBack": "it lets another training run, because it is about to wait for a person",
    "Promote": "the challenger is being made champion",
    "FindPrevious": "the version that is wanted back is being looked up",
    "SmokePrevious": "the version that is wanted back is being tried",
    "RollBack": "the earlier version is being made champion again",
    "Unlock": "it gives the lock back",
}
_KILLED = "137"
# The meaning of `training_image`'s exit codes, and of 137, with which a container is killed for needing too much
# memory, or when it was told to stop and did not.
_EXITS = {
    "1": "the training task ended with an error",
    "2": "the training task could not use its input",
    "3": "the tracking server was away",
    "4": "the models are trained, but the tracking server was away: `courtside train --resume-logging` logs them",
    "5": "the version's predictions are not those of its training",
    "6": "a file of a version is missing, damaged or not trusted; the task's log names it",
    "7": "the training task could not write its temporary folder, which is full or read-only",
    _KILLED: "the training task was killed, most likely because it needed more memory than it has (training_size)",
    "143": "the training task was told to stop",
}
_ENDED_BY_OTHERS = {"0", _KILLED, "143"}
"""Exit codes of a task that somebody stopped: it ends at once, or is killed because it does not."""


class RunKind(StrEnum):
    """What sort of thing ran."""

    TRAINING = "training"
    RECALIBRATION = "recalibration"
    ROLLBACK = "rollback"
    CHECK = "check"
    BACKUP = "backup"
    RESTORE = "restore"


class RunState(StrEnum):
    """How far a run has come."""

    RUNNING = "running"
    WAITING = "waits for a person"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"
    NOT_STARTED = "not started"


@dataclass(frozen=True, slots=True)
class Run:
    """One thing that ran; `outcome` is what came of it, or why it failed. `ended_at` is None while it runs.

    `model` is empty for what is the whole stage's.
    """

    id: str
    kind: RunKind
    state: RunState
    started_by: str
    started_at: datetime
    ended_at: datetime | None
    outcome: str
    model: str = ""

    @property
    def failed(self) -> bool:
        """Whether it failed to do what it was started for."""
        return self.state in {RunState.FAILED, RunState.STOPPED, RunState.NOT_STARTED}

    @property
    def over(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state not in {RunState.RUNNING, RunState.WAITING}


@dataclass(frozen=True, slots=True)
class Execution:
    """One execution of the retraining machine as AWS describes it.

    `step` is the state it entered last; `announced` is the state that announced how it ends, with that state's input.
    `answered` is the input of the state after a person's answer, empty before one.
    """

    name: str
    status: str
    started_at: datetime
    ended_at: datetime | None = None
    request: RetrainingRequest | None = None
    step: str = ""
    announced: str = ""
    given: Mapping[str, Any] = field(default_factory=dict)
    answered: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""
    cause: str = ""


RETRAININGS = {"retraining": RunKind.TRAINING, "recalibration": RunKind.RECALIBRATION, "rollback": RunKind.ROLLBACK}
"""The kind of a run of the retraining machine, by what its request asks for."""


def last_training(runs: Iterable[Run]) -> Run | None:
    """Return the newest training or recalibration that did run and is over; `runs` are newest first."""
    trains = {RunKind.TRAINING, RunKind.RECALIBRATION}
    ran = (run for run in runs if run.kind in trains and run.state is not RunState.NOT_STARTED)
    return next((run for run in ran if run.over), None)


def training_run(execution: Execution) -> Run:
    """Describe a training, a recalibration or a rollback from its execution."""
    request = execution.request
    return Run(
        id=request.training_id if request else execution.name,
        kind=RETRAININGS[request.asks_for] if request else RunKind.TRAINING,
        state=_state(execution),
        started_by=f"{request.trigger}: {request.reason}" if request else "",
        started_at=execution.started_at,
        ended_at=execution.ended_at,
        outcome=_cut(_outcome(execution)),
        model=request.model if request else "",
    )


def check_run(decision: DecisionRecord) -> Run:
    """Describe a drift check from the decision that it stored."""
    window = f"{decision.window.start} to {decision.window.end}"
    return Run(
        id=decision.check_id,
        kind=RunKind.CHECK,
        state=RunState.DONE,
        started_by="backfill" if decision.backfilled else "schedule, or courtside watch",
        started_at=decision.decided_at,
        ended_at=decision.decided_at,
        outcome=_cut(f"{decision.action} for {window} ({decision.rule}: {decision.reason})"),
        model=decision.model,
    )


def damaged_check(key: str, problem: str, *, model: str) -> Run | None:
    """Describe a drift check with an unreadable decision from the decision's key; None for a key of something else."""
    found = lake_keys.decision_of(key)
    if found is None:
        return None
    day, check_id = found
    ended = datetime.combine(day, time(), UTC)
    return Run(check_id, RunKind.CHECK, RunState.FAILED, "", ended, ended, _cut(problem), model)


def copy_run(task: str, *, started_at: datetime, last_word_at: datetime, said: Mapping[str, Any], now: datetime) -> Run:
    """Describe a backup or a restore from the result that its task printed last, or from silence if it printed none."""
    outcome = ", ".join(f"{name} {value}" for name, value in said.items() if name != "did")
    state = RunState.FAILED if "error" in said else RunState.DONE
    if not said:
        silent = now - last_word_at > COPY_LIMIT
        state = RunState.FAILED if silent else RunState.RUNNING
        outcome = "it ended without a word: it was stopped, or killed for want of memory" if silent else "it runs"
    return Run(
        id=task,
        kind=RunKind(said.get("did", RunKind.BACKUP)),
        state=state,
        started_by="courtside tracking",
        started_at=started_at,
        ended_at=last_word_at if state is not RunState.RUNNING else None,
        outcome=_cut(outcome),
    )


def _state(execution: Execution) -> RunState:
    match execution.status:
        case "RUNNING" | "PENDING_REDRIVE":
            return RunState.WAITING if execution.step == APPROVE else RunState.RUNNING
        case "SUCCEEDED":
            return RunState.NOT_STARTED if execution.announced == "AnnounceNotStarted" else RunState.DONE
        case "ABORTED":
            return RunState.STOPPED
    return RunState.FAILED


def _outcome(execution: Execution) -> str:
    match execution.status:
        case "RUNNING" | "PENDING_REDRIVE":
            return _doing(execution)
        case "ABORTED":
            return f"a person stopped it{f': {execution.cause}' if execution.cause else ''}"
        case "TIMED_OUT":
            return "it took longer than the machine allows"
    if execution.announced in _ENDED:
        return _ENDED[execution.announced](execution.given)
    return why(execution.error, execution.cause) if execution.status == "FAILED" else ""


def _doing(execution: Execution) -> str:
    if execution.step == APPROVE:
        request = execution.request
        if request is None:
            return "its challenger passed the gate, and waits for a person's answer"
        answer = f"`courtside versions approve {request.training_id} --model {request.model}`"
        return f"its challenger passed the gate: {answer}, or `reject`"
    return _STEPS.get(execution.step, "it begins")


def why(error: str, cause: str) -> str:
    """Return why a step failed: what an exit code means, or else the error's own words."""
    code = EXIT_CODE.search(cause)
    if code and code[1] in _ENDED_BY_OTHERS and not _BY_ITSELF.search(cause):
        return f"the training task was stopped: {cause[: code.start()].strip()}"
    if code:
        return _EXITS.get(code[1], f"the training task ended with exit code {code[1]}: {cause}")
    return ": ".join(part for part in (error, cause) if part) or "no reason was given"


def _message(given: Mapping[str, Any]) -> str:
    return str(given.get("message", "")).replace("*", "")


# The input of each state that announces an end, in words.
_ENDED: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "AnnounceFailure": lambda given: (
        f"{given.get('failed_step')} failed: {why(str(given.get('error')), str(given.get('cause')))}"
    ),
    "AnnounceRejection": lambda given: f"the champion stays ({given.get('rule')}: {given.get('reason')})",
    "AnnounceRefusal": lambda given: f"the champion stays: {given.get('by')} rejected the challenger",
    "AnnounceExpiry": lambda _: "the champion stays: nobody answered in time",
    "AnnounceNotStarted": _message,
    "AnnouncePromotion": _message,
    "AnnounceRollBack": _message,
}


def _cut(text: str) -> str:
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= _REASON_LIMIT else f"{one_line[: _REASON_LIMIT - 1]}…"
