"""What people are told of how a retraining ended: promoted, kept, rolled back, failed, or cut off."""

from dataclasses import replace
from datetime import datetime

from courtside.contracts.events import Trigger
from courtside.contracts.incidents import Severity
from courtside.contracts.retraining_ends import AnnounceRequest, Ending
from courtside.core.alerting import LINE_LIMIT, MODEL_LIMIT, Alert
from courtside.core.display_text import display_text
from courtside.core.incidents import KINDS, Finding
from courtside.core.runs import EXIT_CODE, why
from courtside.core.sentences import ended

_MOVES = frozenset({"Promote", "RollBack"})
"""The steps in which the champion moves; until then it is untouched."""
_CAUSE_LIMIT = 1000
_FAILED, _STOPPED = "retraining_failed", "retraining_stopped"
_NOT_ROLLED_BACK, _WORSE_THAN_BEFORE = "roll_back_failed", "roll_back"


def notice_of(request: AnnounceRequest) -> Alert:
    """Write what people are told of an end that is no failure; the alert's kind is the ending."""
    model = display_text(request.request.model, MODEL_LIMIT)
    match request.ended:
        case Ending.EXPIRED:
            alert = Alert.written(
                f"Courtside: nobody approved the challenger of {model}, the champion stays",
                [
                    f"{_passed(request)}, but nobody answered in time, so the champion stays.",
                    f"*To train again*: `courtside retrain --model {model}`",
                ],
            )
        case Ending.REFUSED:
            by = display_text(request.by, LINE_LIMIT)
            alert = Alert.written(
                f"Courtside: the challenger of {model} was rejected, the champion stays",
                [f"{_passed(request)}, and {by} rejected it, so the champion stays."],
            )
        case _:  # The step before wrote it.
            alert = Alert.written(request.subject, [request.message])
    severity = Severity.WARNING if request.ended is Ending.ROLLED_BACK else Severity.INFO
    return replace(alert, kind=request.ended.value, severity=severity)


def _passed(request: AnnounceRequest) -> str:
    return f"The challenger of {_name(request)} passed the gate"


def ends_incidents(request: AnnounceRequest) -> tuple[str, ...]:
    """Return the kinds of incidents that are over with this end; what did not start mends nothing."""
    match request.ended:
        case Ending.PROMOTED:  # The champion that the version before it beat is gone.
            return (_FAILED, _STOPPED, _NOT_ROLLED_BACK, _WORSE_THAN_BEFORE)
        case Ending.ROLLED_BACK:
            return (_NOT_ROLLED_BACK, _WORSE_THAN_BEFORE)
        case Ending.REJECTED | Ending.EXPIRED | Ending.REFUSED:
            return (_FAILED, _STOPPED)
    return ()


def failure_of(request: AnnounceRequest, *, at: datetime) -> Finding:
    """Return what belongs into the incident of a failure.

    It is about what went wrong, so the same failure of a training that starts by itself is told once; one that a person
    started is always told.
    """
    asked, alert = request.request, failure_alert(request)
    what = request.status or f"{request.failed_step}: {request.error}"
    by_a_person = asked.trigger in {Trigger.MANUAL, Trigger.INITIAL}
    return Finding(
        model=asked.model,
        kind=kind_of_failure(request),
        at=at,
        evidence=evidence_of(request),
        alert=alert,
        line=_line(request),
        subjects=(what, asked.training_id) if by_a_person else (what,),
        severity=severity_of_failure(request),
    )


def _line(request: AnnounceRequest) -> str:
    """Return a failure in one line, with nothing twice, so that there is room for the reason and what it names."""
    champion = champion_said(request) if touches_champion(request) else "The champion is untouched."
    if not request.failed_step:
        return f"{headline(request)}. {champion}"
    said, reason = headline(request), why_it_failed(request)
    error = display_text(request.error, LINE_LIMIT)
    if reason.startswith(f"{error}: "):
        said = said.removesuffix(f" ({error})")
    return f"{said}. {champion} {ended(reason)}"


def evidence_of(request: AnnounceRequest) -> str:
    """Return what an end is known by: one execution may fail, be redriven by a person, and then end well."""
    return " ".join(filter(None, (request.execution, request.ended.value, request.failed_step, request.status)))


def kind_of_failure(request: AnnounceRequest) -> str:
    """Return the kind of incident that a failure is: a rollback that failed leaves a bad champion in production."""
    if request.request.roll_back_to is not None:
        return _NOT_ROLLED_BACK
    return _STOPPED if request.ended is Ending.BROKEN else _FAILED


def severity_of_failure(request: AnnounceRequest) -> Severity:
    """Return how bad a failure is: what a person stopped is none, and what may have moved the champion is worst."""
    if request.status == "ABORTED":
        return Severity.INFO
    worst = request.failed_step in _MOVES or request.request.roll_back_to is not None
    return Severity.CRITICAL if worst else Severity.WARNING


def failure_alert(request: AnnounceRequest) -> Alert:
    """Write the alert for a step that failed, or for an execution that ended before it could say why."""
    asked, model = request.request, display_text(request.request.model, MODEL_LIMIT)
    broken = request.ended is Ending.BROKEN
    did = f"ended as {request.status}" if broken else f"failed in {request.failed_step}"
    show = f"courtside runs show {display_text(asked.training_id, LINE_LIMIT)} --model {model}"
    return Alert.written(
        f"Courtside: {asked.asks_for} of {model} {did}",
        [
            f"*{headline(request)}*.",
            champion_said(request),
            *([] if broken else [f"*Why*: {ended(why_it_failed(request))}"]),
            f"*To see more*: `{show}` (execution {request.execution})",
            f"Runbook: docs/runbooks.md#{KINDS[kind_of_failure(request)].runbook}",
        ],
    )


def headline(request: AnnounceRequest) -> str:
    """Return in a clause which retraining failed, in which step, or how it was cut off."""
    what = f"{request.request.asks_for.capitalize()} {_name(request)}"
    if request.ended is Ending.BROKEN:
        return f"{what} ended as {request.status} before it could say why"
    return f"{what} failed in {request.failed_step} ({display_text(request.error, LINE_LIMIT)})"


def champion_said(request: AnnounceRequest) -> str:
    """Return the sentence that says what a failure means for the champion."""
    model = display_text(request.request.model, MODEL_LIMIT)
    if touches_champion(request):
        return f"Check which version is champion: courtside versions list --model {model}."
    return "The champion is untouched and keeps predicting."


def touches_champion(request: AnnounceRequest) -> bool:
    """Tell whether the champion may have moved: in a step that moves it, or in one that nobody knows."""
    return request.ended is Ending.BROKEN or request.failed_step in _MOVES


def why_it_failed(request: AnnounceRequest) -> str:
    """Return what an exit code means, and the code, or else the error's own words."""
    code = EXIT_CODE.search(request.cause)
    said = why(request.error, request.cause)
    return display_text(said if code is None else f"{said} {code[0]}", _CAUSE_LIMIT)


def _name(request: AnnounceRequest) -> str:
    return display_text(request.execution.rpartition(":")[2], LINE_LIMIT)
