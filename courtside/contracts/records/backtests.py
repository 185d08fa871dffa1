"""What a backtest found: one result a policy, with its differences from another one on the same rows."""

from datetime import date
from typing import Any

from pydantic import Field

from courtside.contracts.events import Payload

BINARY, LOG_LOSS = "binary", "log_loss"


def _left_out(default: Any) -> Any:
    """Return a field that is written only where it is not as for models of two classes."""
    return Field(default=default, exclude_if=lambda found: found == default)


class Difference(Payload):
    """A policy's figure less that of another one on the same rows, with the ends of its 95 % interval."""

    difference: float
    low: float
    high: float


class Versus(Payload):
    """A policy beside another one: differences of the mean losses, and of the accuracy.

    Those of two classes have fields of their own, and those of another task are `differences` by name.

    The intervals come from drawing `blocks` of rows again: whole seasons or parts of the calendar, because rows of one
    time hang together.
    """

    policy: str
    log_loss: Difference | None = _left_out(None)
    brier: Difference | None = _left_out(None)
    accuracy: Difference | None = _left_out(None)
    blocks: int
    of: str
    differences: dict[str, Difference] = _left_out({})

    def difference(self, name: str) -> Difference:
        """Return the difference of this figure; raises `KeyError` where the task has none."""
        own = {"log_loss": self.log_loss, "brier": self.brier, "accuracy": self.accuracy}
        return {name: each for name, each in own.items() if each is not None}.get(name) or self.differences[name]


class ReplayedTraining(Payload):
    """A training of a replay: when, by what, and what the gate said; `history` is what it was to learn from.

    `version` is None where no challenger came of it. `rows` and `learned_since`, the day of the oldest of them, are
    what the fit that was judged learned from; the one that predicts is fitted once more, on newer rows too.
    """

    day: date
    trigger: str
    recalibrated: bool = False
    history: str = ""
    version: str | None = None
    promoted: bool = False
    rule: str = ""
    reason: str = ""
    rows: int = 0
    learned_since: date | None = None
    moved: tuple[str, ...] = ()


class ReplayedAlert(Payload):
    """Something that people would have been told on a day: its rule and its sentence."""

    day: date
    action: str
    rule: str
    reason: str


class BacktestResult(Payload):
    """How one policy did: the loss of its predictions, and what they cost.

    The figures of two classes have fields of their own, and those of another task are `figures` by name (None: not
    defined), among them `loss_name`, the loss that policies are compared by.

    `rows` were predicted, each by the champion of its time. `trainings` counts all, the first one included, and
    `promotions` those whose challenger became champion. Where a stream's changes are known, `delays` has the days from
    each to the training that answered it, `delay` is their mean, `missed` changes had none, and `false_retrains`
    started while nothing changed. `seconds` are the replay's own.
    """

    model: str
    policy: str
    window: str
    rows: int
    log_loss: float | None = _left_out(None)
    brier: float | None = _left_out(None)
    accuracy: float | None = _left_out(None)
    auc: float | None = None
    trainings: int
    promotions: int
    alerts: int
    seconds: float
    begin: date
    end: date
    versus_first: Versus | None = None
    versus_best: Versus | None = None
    delay: float | None = None
    delays: tuple[int | None, ...] = ()
    missed: int | None = None
    false_retrains: int | None = None
    trained: tuple[ReplayedTraining, ...] = ()
    alerted: tuple[ReplayedAlert, ...] = ()
    task: str = _left_out(BINARY)
    loss_name: str = _left_out(LOG_LOSS)
    figures: dict[str, float | None] = _left_out({})

    @property
    def loss(self) -> float:
        """The mean loss of its predictions, by which policies are compared."""
        found = self.log_loss if self.task == BINARY else self.figures[self.loss_name]
        assert found is not None
        return found
