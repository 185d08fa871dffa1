"""What the judging of a model's windows remembers from one check to the next."""

from datetime import date

from courtside.contracts.events import Payload
from courtside.contracts.scoring import JudgedWindow
from courtside.contracts.versioned import Versioned


class LabelsIn(Payload):
    """Of `rows` predictions of rows that are at least `days` old, `labelled` had their label by then."""

    days: int
    rows: int
    labelled: int

    @property
    def share(self) -> float:
        """The share of them in [0, 1]; there is at least one."""
        return self.labelled / self.rows


class PerformanceProgress(Versioned):
    """What the last check knew: which files, by the number of the last one of each day, and how labels come in.

    `curve` says which share of the labels is in after how many days; `waiting` are the windows that wait for labels.
    """

    as_of: date
    predictions: dict[date, int]
    labels: dict[date, int]
    curve: tuple[LabelsIn, ...] = ()
    waiting: tuple[JudgedWindow, ...] = ()
