"""What a channel is sent of an alert."""

from courtside.contracts.events import Payload
from courtside.contracts.incidents import Severity, Telling

NOTICE = "notice"
"""The kind of an alert that is about no incident."""


class ChannelMessage(Payload):
    """An alert on its way to a channel: the body that SNS hands to functions.

    `text` is written with the marks of `courtside.contracts.channels.marks`, and `line` says the same in one line, for
    those who know of the incident already. `model` is empty where the alert is about the whole stage, and `incident` is
    empty where it belongs to none. `id` is the same whenever the same alert is sent again.
    `link` is the signed address of the page that it is about, empty where it links none.
    """

    subject: str
    text: str = ""
    line: str = ""
    model: str = ""
    kind: str = NOTICE
    severity: Severity = Severity.INFO
    telling: Telling = Telling.NOTICE
    incident: str = ""
    id: str = ""
    link: str = ""

    @property
    def brief(self) -> bool:
        """Whether one line is enough, because people were told the whole when the incident began."""
        return self.telling in {Telling.UPDATED, Telling.RESOLVED}

    @property
    def said_of_link(self) -> str:
        """What a person has to know of the link."""
        begin = f" --model {self.model}" if self.model else ""
        return (
            "The address is signed: it opens this one page for whoever has it, for some hours and never longer than "
            f"12. At any time: `courtside dashboard{begin}`"
        )

    def as_line(self) -> "ChannelMessage":
        """Return the message for where the whole stands beside it, with what it is about."""
        return self.model_copy(update={"telling": Telling.UPDATED, "model": "", "incident": ""})

    @property
    def in_one_line(self) -> str:
        """The line, or the subject where an alert has none."""
        return self.line or self.subject

    @property
    def line_alone(self) -> str:
        """The line and what it is about, for where no other message of its incident stands beside it."""
        return f"{self.in_one_line} ({self.context})" if self.model or self.incident else self.in_one_line

    @property
    def context(self) -> str:
        """What the message is about in a few words, to stand below it; empty for a notice about the whole stage."""
        if self.telling is Telling.NOTICE:
            return f"model {self.model}" if self.model else ""
        about = f"model {self.model}" if self.model else "the stage"
        incident = f" · incident {self.incident}" if self.incident else ""
        return f"{about} · {self.kind.replace('_', ' ')} · {self.severity}{incident}"
