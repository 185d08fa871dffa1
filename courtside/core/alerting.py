"""What a person reads at seven in the morning: what moved, whether it matters, what was done, how to undo it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

from courtside.contracts.channels.message import NOTICE, ChannelMessage
from courtside.contracts.incidents import Severity, Telling
from courtside.contracts.key_names import LONGEST
from courtside.contracts.records import GateDecision
from courtside.core.decision import RETRAINING_OFF, Action, Decision
from courtside.core.display_text import cut, display_text
from courtside.core.drift.reports.quarantine import QuarantinedFile
from courtside.core.drift.reports.report import DriftReport, Verdict
from courtside.core.drift.story import headline
from courtside.core.gate.wording import figure_lines, next_step
from courtside.core.sentences import ended

SUBJECT_LIMIT = 100
TEXT_LIMIT = 9200
"""Enough for every line below at its longest, and well under what SNS (256 KiB) and Slack (40,000 characters) take."""
LINE_LIMIT, NAME_LIMIT, MODEL_LIMIT = 240, 40, LONGEST
"""A model's name is never cut: commands name it, and two long names may begin alike."""
MOST_NAMED, MOST_FIGURES, MOST_USUAL, MOST_IN_SEGMENTS, MOST_DIFFERING = 6, 15, 2, 3, 3


@dataclass(frozen=True, slots=True)
class Alert:
    """A subject (at most 100 characters, one line: SNS refuses more) and a text.

    `kind` is that of its incident, or what a notice is about; `incident` is the id of its incident, empty for a notice.
    `line` is the same in one line, for those who know of the incident already. `id` is the same whenever the same alert
    is sent again, as it is after a process that was killed while it sent it, so whoever remembers it posts it once;
    a notice has none. `model` is whom it is about; if it is empty, the channel that sends it knows.
    """

    subject: str
    text: str
    kind: str = NOTICE
    severity: Severity = Severity.INFO
    telling: Telling = Telling.NOTICE
    incident: str = ""
    line: str = ""
    id: str = ""
    model: str = ""

    def __post_init__(self) -> None:
        if len(self.subject) > SUBJECT_LIMIT or "\n" in self.subject:
            raise ValueError(f"subject must be one line of at most {SUBJECT_LIMIT} characters: {self.subject!r}")

    @classmethod
    def written(cls, subject: str, lines: Sequence[str]) -> "Alert":
        """Return an alert that is cut where it is too long: a long name must not keep it from reaching people."""
        return cls(display_text(subject, SUBJECT_LIMIT), cut("\n".join(lines), TEXT_LIMIT))

    def message(self, model: str) -> ChannelMessage:
        """Return what channels are sent of it; `model` is whom it is about unless it says so itself."""
        return ChannelMessage(**{**asdict(self), "model": self.model or model})


@dataclass(frozen=True, slots=True)
class DriftAlertContext:
    """What the alert is about: the window, the champion's version, the report's address, the started execution."""

    dataset: str
    start: date
    end: date
    champion: str
    report_uri: str
    execution_arn: str | None


def drift_alert(report: DriftReport, decision: Decision, context: DriftAlertContext) -> Alert:
    """Write the alert for a report that asks for one."""
    window, dataset = f"{context.start} to {context.end}", display_text(context.dataset, MODEL_LIMIT)
    lines = [
        (
            f"*Drift in {dataset}*: {len(report.features_drifted)} of {report.features_checked} features moved "
            f"between the champion's reference and the window {window} ({report.current.rows:,} rows)."
        ),
        "",
        *_section("*What moved*", _moved(report)),
        *_section("*Only in a segment*", _in_segments(report)),
        *_section(
            "*Target and prediction*", [_bullet(headline.outcome(outcome)) for outcome in report.outcomes_drifted]
        ),
        *_section("*Moved as usual*, so not counted", _usual(report)),
        *_section(
            "*Contract and reference differ*", _first([*map(_bullet, report.differing.sentences)], most=MOST_USUAL)
        ),
        *_section("*Files set aside*, so their rows are in no figure", _set_aside(report.files_quarantined)),
        (
            f"*Does it matter?* Severity {report.severity}{_weight(report)}. The inputs differ from what champion "
            f"version {context.champion} learned from; whether its predictions suffer shows only when results are in."
        ),
        "",
        f"*What Courtside did*: {_done(decision, context)}",
        f"*Report*: {context.report_uri}",
    ]
    what = "drift" if report.drift_detected else "unreadable files"
    return Alert.written(f"Courtside: {what} in {display_text(dataset, NAME_LIMIT)}, {window}", lines)


def _section(title: str, lines: list[str]) -> list[str]:
    return [title, *lines, ""] if lines else []


def _set_aside(files: Sequence[QuarantinedFile]) -> list[str]:
    return _first([_bullet(f"{display_text(file.file, LINE_LIMIT // 2)}: {file.reason}") for file in files])


def _moved(report: DriftReport) -> list[str]:
    """Write one story per line where it is known which features move together, else one feature per line."""
    table = [_bullet(headline.table(each)) for each in report.table_drifted]
    if report.groups:
        return _first([*table, *(_bullet(group.headline) for group in report.groups)])
    drifted = sorted((f for f in report.features if f.drifted), key=lambda f: f.statistic("psi") or 0.0, reverse=True)
    return _first(
        table + [_bullet(f"{display_text(feature.name, NAME_LIMIT)}: {feature.reason}") for feature in drifted]
    )


def _in_segments(report: DriftReport) -> list[str]:
    return _first([_bullet(headline.segment(each)) for each in report.segments_apart], most=MOST_IN_SEGMENTS)


def _usual(report: DriftReport) -> list[str]:
    usual = [feature for feature in report.features if feature.verdict is Verdict.USUAL]
    return _first(
        [_bullet(f"{display_text(feature.name, NAME_LIMIT)}: {feature.reason}") for feature in usual], most=MOST_USUAL
    )


def _differing(report: DriftReport) -> list[str]:
    return _first([_bullet(sentence) for sentence in report.differing.sentences], most=MOST_DIFFERING)


def _bullet(said: str) -> str:
    return f"• {display_text(said, LINE_LIMIT)}"


def _first(lines: list[str], *, most: int = MOST_NAMED) -> list[str]:
    rest = len(lines) - most
    return [*lines[:most], f"• and {rest} more, see the report"] if rest > 0 else lines


def _weight(report: DriftReport) -> str:
    if report.share_importance is None:
        return ""
    return f": what moved carries {report.share_importance:.0%} of the model's importance"


def _done(decision: Decision, context: DriftAlertContext) -> str:
    reason = ended(display_text(decision.reason, LINE_LIMIT))
    if decision.action is not Action.RETRAIN or context.execution_arn is None:
        return f"{reason} Nothing was changed.{_start(decision, context.dataset)}"
    return (
        f"{reason} A challenger is being trained; the champion stays until the challenger passes the gate. "
        f"To stop it: `aws stepfunctions stop-execution --execution-arn {context.execution_arn}`"
    )


def _start(decision: Decision, model: str) -> str:
    if decision.rule != RETRAINING_OFF:
        return ""
    return f" To start one: `courtside retrain --model {display_text(model, MODEL_LIMIT)}`"


def promotion_alert(*, model: str, before: str | None, after: str, reason: str) -> Alert:
    """Write the alert for a promotion."""
    model = display_text(model, MODEL_LIMIT)
    former = f"version {before} is kept as `previous`" if before else "it is the first one"
    lines = [
        f"*New champion of {model}*: version {after} ({former}).",
        f"*Why*: {ended(display_text(reason, LINE_LIMIT))}",
    ]
    if before:
        lines.append(f"To undo: `courtside versions rollback --model {model}` makes version {before} champion again.")
    return Alert.written(f"Courtside: version {after} of {model} is champion", lines)


def rejection_alert(decision: GateDecision, *, model: str) -> Alert:
    """Write the alert for a challenger that did not pass the gate: which rule, every figure, what to do next."""
    model = display_text(model, MODEL_LIMIT)
    lines = [
        f"*Champion of {model} kept*: the challenger of training {_training(decision)} did not pass.",
        *_judged(decision),
        f"*What to do*: {next_step(decision.rule, model=model)}.",
    ]
    return Alert.written(f"Courtside: champion of {model} kept", lines)


def passed_alert(decision: GateDecision, *, model: str) -> Alert:
    """Write the text for a person who is asked to approve a challenger that passed the gate."""
    model = display_text(model, MODEL_LIMIT)
    lines = [f"*The challenger of training {_training(decision)} passed the gate of {model}*.", *_judged(decision)]
    return Alert.written(f"Courtside: a challenger of {model} passed the gate", lines)


def _training(decision: GateDecision) -> str:
    return display_text(decision.training_id, 2 * NAME_LIMIT)


def _judged(decision: GateDecision) -> list[str]:
    title = f"*Figures* on {decision.holdout_rows:,} holdout rows, with intervals of the differences"
    why = f"*Why*: rule `{decision.rule}`: {ended(display_text(decision.reason, LINE_LIMIT))}"
    return [why, *_section(title, _first(figure_lines(decision), most=MOST_FIGURES))]
