"""How an alert about a decision ends: how the model does, what was done and why, and what people can do now."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from courtside.core.alerting import LINE_LIMIT, MODEL_LIMIT, section
from courtside.core.decision import Action, Decision
from courtside.core.decision.wording import without_performance
from courtside.core.display_text import display_text
from courtside.core.incidents.finding import INCIDENT
from courtside.core.incidents.kind import Kind
from courtside.core.incidents.kinds import KINDS
from courtside.core.sentences import ended

MOST_CHANGES, MOST_SENTENCES = 3, 5
_NEVER_TRAINED = frozenset({"broken_columns", "files_quarantined"})


@dataclass(frozen=True, slots=True)
class AlertContext:
    """What an alert is about: the window, the champion's version, the report's address, the started execution.

    `performance` is what is known of the champion's, in sentences. `report_uri` is empty where nothing was checked.
    """

    model: str
    start: date
    end: date
    champion: str
    report_uri: str
    execution_arn: str | None = None
    performance: tuple[str, ...] = ()


def closing(decision: Decision, context: AlertContext, *, kind: str) -> list[str]:
    """Return the last lines of an alert about an incident of a kind."""
    known = [f"• {display_text(said, 2 * LINE_LIMIT)}" for said in context.performance[:MOST_SENTENCES]]
    return [
        *section(f"*Performance of champion version {context.champion}*", known),
        f"*What Courtside did*: {did(decision, context)}",
        *([""] if decision.would_change else []),
        *section("*What would have changed it*", [f"• {said}" for said in decision.would_change[:MOST_CHANGES]]),
        *section("*What you can do*", [f"• {said}" for said in _can_do(decision, context, KINDS[kind])]),
        *([f"*Report*: {context.report_uri}"] if context.report_uri else []),
    ]


def did(decision: Decision, context: AlertContext) -> str:
    """Say why something was decided, and what was done because of it."""
    said = without_performance(decision.reason) if context.performance else decision.reason
    reason = display_text(said, LINE_LIMIT)
    return f"{reason[:1].upper()}{ended(reason[1:])} {done(decision, context)}"


def done(decision: Decision, context: AlertContext) -> str:
    """Say what was done because of a decision."""
    if context.execution_arn is None:
        return "Nothing was changed."
    return _DOING[decision.action].format(version=decision.version)


_STAYS = "the champion stays until the challenger passes the gate."
_DOING = {
    Action.RETRAIN: f"A challenger is being trained; {_STAYS}",
    Action.RECALIBRATE: f"The champion's probabilities are being corrected, which makes a challenger; {_STAYS}",
    Action.ROLL_BACK: "Version {version} is tried on rows whose predictions are known, and becomes champion again.",
}


def _can_do(decision: Decision, context: AlertContext, kind: Kind) -> Iterator[str]:
    model = display_text(context.model, MODEL_LIMIT)
    if context.execution_arn is not None:
        yield f"stop it: `aws stepfunctions stop-execution --execution-arn {context.execution_arn}`"
        yield f"undo what becomes of it: `courtside versions rollback --model {model}`"
    elif decision.action is Action.ALERT and decision.version is not None:
        yield f"make version {decision.version} champion again: `courtside versions rollback --model {model}`"
    elif decision.action is Action.ALERT and decision.rule not in _NEVER_TRAINED:
        yield f"start a training: `courtside retrain --model {model}`"
    yield f"see all numbers of this decision: `courtside decide --model {model}`"
    yield f"say that you look after it: `courtside alerts ack {INCIDENT} --model {model}`"
    yield f"silence it until something new moves: `courtside alerts snooze {INCIDENT} --for 3d --model {model}`"
    if kind.accepts:
        yield f"call what moved the new normal: `courtside alerts accept {INCIDENT} --model {model}`"
    yield f"read what to look at: docs/runbooks.md#{kind.runbook}"
