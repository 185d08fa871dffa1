"""What a model card's plots draw, as data: how predictions meet the labels of the test part, for each task."""

from datetime import date

from courtside.contracts.events import Payload


class ReliabilityBin(Payload):
    """Rows whose predicted probability lies in one tenth: their mean probability and their share of the class."""

    probability: float
    share: float
    rows: int


class Curves(Payload):
    """How a binary candidate's probabilities meet the labels of the test part.

    `confusion` is (true negatives, false positives, false negatives, true positives) at probability 0.5; `roc` runs in
    (false positive rate, true positive rate) from (0, 0) to (1, 1).
    """

    confusion: tuple[int, int, int, int]
    roc: tuple[tuple[float, float], ...]
    reliability: tuple[ReliabilityBin, ...]


class ClassFigures(Payload):
    """One class on the test part: `rows` are of it, `called` are predicted to be of it, `right` are both.

    `auc` is that of its probability against all other classes, None where no row is of it or every row is.
    """

    label: str
    rows: int
    called: int
    right: int
    auc: float | None
    reliability: tuple[ReliabilityBin, ...]


class ClassesConfused(Payload):
    """How many rows of the class `actual` were predicted to be of the class `predicted`."""

    actual: str
    predicted: str
    rows: int


class ClassCurves(Payload):
    """How a multiclass candidate's probabilities meet the labels of the test part.

    Of `rows`, `right` are predicted right and `unseen` are of a class that the training part does not hold, which is
    never right; they are in no other figure. `classes` counts the classes, `absent` those without a row, `told` are the
    figures of the most frequent ones, `confused` the pairs of classes that are taken for each other most often, and
    `confidence` is the reliability of the likeliest class's probability. `matrix` counts rows by (actual, predicted)
    class in the order of `shown`; where `pooled`, one row and one column more hold all the classes that are not shown.
    """

    rows: int
    right: int
    unseen: int
    classes: int
    told: tuple[ClassFigures, ...]
    shown: tuple[str, ...]
    pooled: bool
    matrix: tuple[tuple[int, ...], ...]
    confused: tuple[ClassesConfused, ...]
    confidence: tuple[ReliabilityBin, ...]
    absent: int = 0


class ResidualGroup(Payload):
    """The residuals (actual minus predicted) of rows that belong together, in the target's unit.

    `low` and `high` are their 10 % and 90 % quantiles; `covered` is the share of actual values within the prediction
    interval, None where there is none; `days` are the first and last day of the rows, None without times.
    """

    name: str
    rows: int
    mean: float
    low: float
    high: float
    rmse: float
    covered: float | None = None
    days: tuple[date, date] | None = None


class MeanOfBin(Payload):
    """Rows with neighbouring predictions: the mean of these, the mean of what came, and how many there are."""

    predicted: float
    actual: float
    rows: int


class IntervalFigures(Payload):
    """Prediction intervals of a stated `level`: the share that held, and their mean width in the target's unit.

    They are counted on `rows` rows that did not calibrate them; `by_prediction` groups these by the size of their
    prediction, from low to high.
    """

    level: float
    rows: int
    covered: float
    width: float
    by_prediction: tuple[ResidualGroup, ...]


class HeaviestRows(Payload):
    """The fewest rows that have at least half of all squared error, and which `share` of it they have."""

    rows: int
    share: float


class ValueCurves(Payload):
    """How a regression candidate's predictions meet the labels of the test part.

    `span` is what both axes show, and `outside` counts the rows beyond it. `cells` count the others on a grid that cuts
    the span into equally wide parts: (place of the prediction, place of the actual value, rows), so that no row's own
    values are kept. `residuals` counts rows between neighbouring `edges`. `heaviest` is set where very few rows have
    most of the error, as outliers do. `counts` says that all actual values are whole numbers of at least 0; then
    `below_zero` is how many rows were predicted to be less.
    """

    rows: int
    span: tuple[float, float]
    outside: int
    cells: tuple[tuple[int, int, int], ...]
    means: tuple[MeanOfBin, ...]
    edges: tuple[float, ...]
    residuals: tuple[int, ...]
    over_time: tuple[ResidualGroup, ...] = ()
    segment: str | None = None
    by_segment: tuple[ResidualGroup, ...] = ()
    intervals: IntervalFigures | None = None
    heaviest: HeaviestRows | None = None
    counts: bool = False
    below_zero: int = 0


AnyCurves = Curves | ClassCurves | ValueCurves
