"""What a metric of realised performance is."""

from collections.abc import Callable
from dataclasses import dataclass

from courtside.core.pages.wording import number
from courtside.core.performance.estimate import ANY, POSITIVE, UNDEFINED, Blocks, Estimate, Linear, clustered
from courtside.core.tasks.types import BINARY, REGRESSION, Prediction, Truth

Linearised = Callable[[Truth, Prediction], Linear | None]
Estimator = Callable[[Truth, Prediction, Blocks], Estimate]


@dataclass(frozen=True, slots=True)
class Metric:
    """A named figure of the models of a `task`: how it is computed and read.

    `linear` gives the figure and the influence of each row, None where rows do not define it; `title` is its name in
    sentences; `within` are the ends of what it can be; `estimator` is set where the interval is not the usual one, and
    then two models' difference has none; `of_bounds` where it takes the ends of intervals in place of predictions, as
    the coverage of a regression does. Metrics are listed by `order`, and the first of a task is the one that a line
    of text shows.
    """

    name: str
    title: str
    order: int
    linear: Linearised
    higher_is_better: bool
    task: str = BINARY
    within: tuple[float, float] = ANY
    estimator: Estimator | None = None
    of_bounds: bool = False

    @property
    def in_unit(self) -> bool:
        """Tell whether it is as large as the target, so that it has significant digits in place of decimals."""
        return self.task == REGRESSION and self.within == POSITIVE

    def told(self, value: float) -> str:
        """Write a figure for people."""
        return number(value) if self.in_unit else f"{value:.3f}"

    def estimate(self, labels: Truth, probability: Prediction, blocks: Blocks) -> Estimate:
        """Return the figure of the rows, with its interval; each argument has n rows, and n may be 0."""
        if not labels.size:
            return UNDEFINED
        if self.estimator is not None:
            return self.estimator(labels, probability, blocks)
        figure = self.linear(labels, probability)
        return UNDEFINED if figure is None else clustered(figure, blocks, within=self.within)

    def value(self, labels: Truth, probability: Prediction) -> float | None:
        """Return the figure alone, None where the rows do not define it."""
        figure = self.linear(labels, probability) if labels.size else None
        return None if figure is None else figure.value

    def difference(self, labels: Truth, ours: Prediction, theirs: Prediction, blocks: Blocks) -> Estimate:
        """Return by how much the figure of `ours` is larger than that of `theirs` on the same rows, paired."""
        if not labels.size:
            return UNDEFINED
        mine, other = self.linear(labels, ours), self.linear(labels, theirs)
        if mine is None or other is None:
            return UNDEFINED
        value = mine.value - other.value
        if self.estimator is not None:
            return Estimate(value)
        return clustered(Linear(value, mine.influence - other.influence, mine.classes), blocks)
