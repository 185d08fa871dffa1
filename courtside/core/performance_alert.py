"""What people are told of a champion whose performance labels proved to be bad."""

from courtside.contracts.records.situations import Situation
from courtside.contracts.scoring import PromiseTest
from courtside.core.alerting import LINE_LIMIT, MODEL_LIMIT, NAME_LIMIT, Alert
from courtside.core.decision import Decision
from courtside.core.decision.performance_matter import matter
from courtside.core.decision_alert import AlertContext, closing
from courtside.core.display_text import display_text
from courtside.core.sentences import plural

PERFORMANCE, CALIBRATION, ROLL_BACK = "performance", "calibration", "roll_back"
"""The kinds of incidents that are about performance."""
_SUBJECTS = {
    PERFORMANCE: "{model} does worse than it should",
    CALIBRATION: "the probabilities of {model} are off",
    ROLL_BACK: "the version before does better in {model}",
}
_HEADS = {PERFORMANCE: "Performance", CALIBRATION: "Probabilities", ROLL_BACK: "Champion"}


def performance_alert(
    kind: str, test: PromiseTest, situation: Situation, decision: Decision, context: AlertContext
) -> Alert:
    """Write the alert about what a promise test found out; `kind` is that of its incident."""
    model = display_text(context.model, MODEL_LIMIT)
    lines = [f"*{_HEADS[kind]} of {model}*: {in_one_line(test, situation)}", "", *closing(decision, context, kind=kind)]
    return Alert.written(f"Courtside: {_SUBJECTS[kind].format(model=display_text(model, NAME_LIMIT))}", lines)


def in_one_line(test: PromiseTest, situation: Situation) -> str:
    """Say what a promise test found out in one sentence."""
    said = matter(test, situation)
    labels, days = plural("label", range(test.rows)), plural("day", range(test.days))
    return display_text(f"{said[0].upper()}{said[1:]}, by {test.rows:,} {labels} of {test.days} {days}.", LINE_LIMIT)
