"""How well a champion does, as far as it is known when something is decided about it, in sentences for people."""

from collections.abc import Iterator
from dataclasses import dataclass

from courtside.contracts.events import Window
from courtside.contracts.records.situations import Known, PerformanceFacts
from courtside.contracts.scoring import Opponent, PromiseTest
from courtside.core.estimation import REGISTRY
from courtside.core.performance.losses import LOSSES
from courtside.core.performance.metrics import Metric, metrics_of
from courtside.core.performance.promise_wording import sentences_of_tests
from courtside.core.performance.spark import spark
from courtside.core.performance.wording import interval
from courtside.core.sentences import ended

NO_CONCEPT = "an estimate cannot see that the same rows now have other outcomes"
_DECIDING = {Opponent.PROMISE, Opponent.PREVIOUS, Opponent.RECALIBRATED}
_SHORTEST_TREND = 2


@dataclass(frozen=True, slots=True)
class Estimated:
    """What a champion's figure is estimated to be in a window, beside that of its holdout, the `constant`."""

    window: Window
    method: str
    value: float
    constant: float | None
    rows: int


@dataclass(frozen=True, slots=True)
class PerformanceSeen:
    """How well a champion does: the facts that decide, and what people are shown besides.

    `trend` has the champions' realised figures of the newest windows, oldest first, None where one is not defined.
    `estimated` is the newest estimate of a window that waits for its labels.
    """

    facts: PerformanceFacts
    trend: tuple[float | None, ...] = ()
    estimated: Estimated | None = None

    def sentences(self, *, model: str, task: str) -> Iterator[str]:
        """Yield what is known of the performance of a champion of `model`, and what its promise tests said last."""
        metric = next((each for each in metrics_of(task) if each.name == self.facts.metric), metrics_of(task)[0])
        if self.facts.known is Known.REALISED:
            yield self._realised(metric)
        if self.estimated is not None:
            yield _estimated(self.estimated, metric)
        if self.facts.known is Known.UNKNOWN:
            yield f"Unknown: {ended(self.facts.why_unknown)}"
        loss = next(metric for metric in metrics_of(task) if metric.name == next(iter(LOSSES[task])))
        deciding = (test for test in self.facts.tests if _decides(test))
        for said in sentences_of_tests((test.model_dump() for test in deciding), loss, model=model):
            yield ended(f"{said[0].upper()}{said[1:]}")

    def _realised(self, metric: Metric) -> str:
        """Say what the labels show; that performance is realised presumes a window and a value."""
        facts = self.facts
        assert facts.window is not None
        assert facts.value is not None
        ends = f" ({interval(facts.low, facts.high, metric)})" if facts.low is not None else ""
        promised = f"; the holdout promised {metric.told(facts.promise)}" if facts.promise is not None else ""
        known = [value for value in self.trend if value is not None]
        course = f" {spark(self.trend)}" if len(known) >= _SHORTEST_TREND else ""
        return (
            f"Realised: {metric.title} {metric.told(facts.value)}{ends} from {facts.window.start} to "
            f"{facts.window.end}, by {facts.rows:,} labels{promised}.{course}"
        )


def _estimated(estimate: Estimated, metric: Metric) -> str:
    method = REGISTRY[estimate.method].title
    constant = f"; the holdout said {metric.told(estimate.constant)}" if estimate.constant is not None else ""
    return (
        f"Estimated: {metric.title} {metric.told(estimate.value)} by {method} from {estimate.window.start} to "
        f"{estimate.window.end}, before the labels are in{constant}. Note that {NO_CONCEPT}."
    )


def _decides(test: PromiseTest) -> bool:
    """Tell whether a test says something that a decision may follow from; what is not known yet is left out."""
    if test.opponent not in _DECIDING:
        return False
    return test.outcome != "not_known" if test.calibration is None else test.calibration != "not_known"
