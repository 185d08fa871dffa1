"""What a backtest found: one result a policy, with its differences from another one on the same rows."""

from datetime import date

from courtside.contracts.events import Payload


class Difference(Payload):
    """A policy's figure less that of another one on the same rows, with the ends of its 95 % interval."""

    difference: float
    low: float
    high: float


class Versus(Payload):
    """A policy beside another one: differences of the mean losses, and of the accuracy.

    The intervals come from drawing `blocks` of rows again: whole seasons or parts of the calendar, because rows of one
    time hang together.
    """

    policy: str
    log_loss: Difference
    brier: Difference
    accuracy: Difference
    blocks: int
    of: str


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

    `rows` were predicted, each by the champion of its time. `trainings` counts all, the first one included, and
    `promotions` those whose challenger became champion. Where a stream's changes are known, `delays` has the days from
    each to the training that answered it, `delay` is their mean, `missed` changes had none, and `false_retrains`
    started while nothing changed. `seconds` are the replay's own.
    """

    model: str
    policy: str
    window: str
    rows: int
    log_loss: float
    brier: float
    accuracy: float
    auc: float | None
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
