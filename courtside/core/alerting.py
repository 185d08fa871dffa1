"""What a person reads at seven in the morning: what moved, whether it matters, what was done, how to undo it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from courtside.contracts.channels.message import NOTICE, ChannelMessage
from courtside.contracts.incidents import Severity, Telling
from courtside.contracts.key_names import LONGEST
from courtside.contracts.records import GateDecision
from courtside.core.display_text import cut, display_text
from courtside.core.gate.wording import figure_lines, next_step
from courtside.core.sentences import ended

SUBJECT_LIMIT = 100
TEXT_LIMIT = 9200
"""Enough for every line below at its longest, and well under what SNS (256 KiB) and Slack (40,000 characters) take."""
LINE_LIMIT, NAME_LIMIT, MODEL_LIMIT = 240, 40, LONGEST
"""A model's name is never cut: commands name it, and two long names may begin alike."""
MOST_NAMED, MOST_FIGURES = 6, 15


@dataclass(frozen=True, slots=True)
class Alert:
    """A subject (at most 100 characters, one line: SNS refuses more) and a text.

    `kind` is that of its incident, or what a notice is about; `incident` is the id of its incident, empty for a notice.
    `line` is the same in one line, for those who know of the incident already. `id` is the same whenever the same alert
    is sent again, as it is after a process that was killed while it sent it, so whoever remembers it posts it once;
    a notice has none. `model` is whom it is about; if it is empty, the channel that sends it knows. `page` is the key
    of the page that it is about, empty for none.
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
    page: str = ""

    def __post_init__(self) -> None:
        if len(self.subject) > SUBJECT_LIMIT or "\n" in self.subject:
            raise ValueError(f"subject must be one line of at most {SUBJECT_LIMIT} characters: {self.subject!r}")

    @classmethod
    def written(cls, subject: str, lines: Sequence[str]) -> "Alert":
        """Return an alert that is cut where it is too long: a long name must not keep it from reaching people."""
        return cls(display_text(subject, SUBJECT_LIMIT), cut("\n".join(lines), TEXT_LIMIT))

    def message(self, model: str, *, link: str = "") -> ChannelMessage:
        """Return what channels are sent of it; `model` is whom it is about unless it says so itself."""
        said = {name: value for name, value in asdict(self).items() if name != "page"}
        return ChannelMessage(**{**said, "model": self.model or model, "link": link})


def section(title: str, lines: list[str]) -> list[str]:
    """Return lines below a title with an empty line after them; nothing without lines."""
    return [title, *lines, ""] if lines else []


def bullet(said: str) -> str:
    """Return what was said as a line of a list."""
    return f"• {display_text(said, LINE_LIMIT)}"


def first(lines: list[str], *, most: int = MOST_NAMED, where: str = "see the report") -> list[str]:
    """Return the first lines of a list, and how many more there are."""
    rest = len(lines) - most
    return [*lines[:most], f"• and {rest} more, {where}"] if rest > 0 else lines


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
    return [why, *section(title, first(figure_lines(decision), most=MOST_FIGURES))]
