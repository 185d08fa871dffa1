"""What somebody found that belongs into an incident."""

from dataclasses import dataclass
from datetime import datetime

from courtside.contracts.incidents import Severity
from courtside.core.alerting import Alert

INCIDENT = "INCIDENT-ID"
"""What an alert has in place of its incident's id, in commands: a finding may open an incident or belong to one."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A matter of a model (empty: of the stage) and kind, found at a moment.

    `evidence` names what was found, such as a check's id: the same evidence again changes nothing. `subjects` are what
    it is about, by name, such as the features that moved. `alert` is what people are told if they are told; `line` is
    the same in one line, for those who know of the incident already. `did` says that the stage did something about it,
    such as to start a training, which people are told even of a known incident. `severity` is that of its kind for
    None; `report` is where to look, an address.
    """

    model: str
    kind: str
    at: datetime
    evidence: str
    alert: Alert
    line: str
    subjects: tuple[str, ...] = ()
    did: bool = False
    severity: Severity | None = None
    report: str = ""
