"""After a round has predicted: what the champion's performance is in the windows that wait for their labels.

Nothing waits for an estimate and nothing is decided by one. What fails is told as a problem of the round, and the next
round estimates what this one did not.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import pyarrow as pa

from courtside.contracts.errors import CourtsideError
from courtside.contracts.events import Window
from courtside.contracts.records import ChampionPointer
from courtside.contracts.scoring import PredictResponse
from courtside.contracts.shortening import shortened
from courtside.core.dataset import Dataset
from courtside.core.estimation import MULTICLASS, REGISTRY, Estimated, Estimator, Fitted, Reason, Reference, Refusal
from courtside.core.estimation import Window as Rows
from courtside.core.performance.estimates import estimate_table, is_news
from courtside.core.performance.rules import EstimateMethod
from courtside.core.predictions.said_columns import predictions_in
from courtside.workflows.archive_log import Since, estimates_log
from courtside.workflows.estimates.features import MOST_ROWS as MOST_WITH_FEATURES
from courtside.workflows.estimates.features import Features
from courtside.workflows.estimates.reference import holdout_of, reference_of
from courtside.workflows.estimates.waiting import MOST_NUMBERS, MOST_ROWS, waiting_predictions, waiting_windows
from courtside.workflows.ports import Lake
from courtside.workflows.sealed_models import sealed_model

logger = logging.getLogger(__name__)

MOST_SECONDS = 60.0
"""No window is begun after so many seconds."""
_LONGEST = 600


class EstimatesSlow(CourtsideError):
    """Estimating took longer than a round may wait for it."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(
            f"the round left {seconds:.0f} seconds for it, which were not enough; the next one tries again, and "
            "`performance: {estimate: none}` in the contract switches it off"
        )


@dataclass(frozen=True, slots=True)
class Estimating:
    """Estimates one model's performance by the method that its contract names.

    `pointer` says who is champion, and `seconds` how long this may take, by `clock`.
    """

    dataset: Dataset
    lake: Lake
    pointer: Callable[[], ChampionPointer | None]
    seconds: float = MOST_SECONDS
    clock: Callable[[], float] = time.monotonic

    def after(self, predicted: PredictResponse, *, now: datetime) -> PredictResponse:
        """Estimate after a round's predictions, and return its answer with what failed among its problems."""
        method = self.dataset.performance.method_for(self.dataset.task)
        if method is EstimateMethod.NONE or predicted.version is None:
            return predicted
        try:
            for _ in self.estimated(predicted.version, predicted.as_of, now=now):
                pass
        except Exception as error:  # predictions are kept and must be answered for, whatever a library raises
            logger.exception("the performance of %s could not be estimated", predicted.model)
            what = str(error) if isinstance(error, CourtsideError) else f"{type(error).__name__}: {error}"
            problem = shortened(f"performance before labels was not estimated: {what}", _LONGEST)
            return predicted.model_copy(update={"problems": (*predicted.problems, problem)})
        return predicted

    def estimated(self, version: str, as_of: date, *, now: datetime) -> Iterator[Window]:
        """Estimate the windows that wait, and yield those that something new was written about.

        A champion that moved since it predicted is left to its successor. Raises `EstimatesSlow`, `SealBroken`,
        `HoldoutInvalid`, `LogBusy` and `LogDamaged`.
        """
        began = self.clock()
        pointer = self.pointer()
        windows = waiting_windows(as_of, lake=self.lake, dataset=self.dataset)
        if pointer is None or pointer.version != version or pointer.sha256 is None or not windows:
            return
        training_id = sealed_model(self.dataset.name, pointer.sha256, lake=self.lake).training_id
        features = (
            Features.of(training_id, lake=self.lake, dataset=self.dataset) if self._method.needs_features else None
        )
        holdout = holdout_of(training_id, lake=self.lake, dataset=self.dataset)
        reference = None if holdout is None else reference_of(holdout, dataset=self.dataset, features=features)
        classes = holdout.classes if holdout is not None and self.dataset.task == MULTICLASS else None
        method, constant = self._fitted(reference)
        waiting = waiting_predictions(
            windows,
            version,
            as_of,
            lake=self.lake,
            dataset=self.dataset,
            guard=lambda: self._require_time(began),
            most=min(MOST_ROWS if features is None else MOST_WITH_FEATURES, MOST_NUMBERS // max(1, len(classes or ()))),
        )
        found = reference is not None and reference.features is not None
        asked_about = (
            features.of_windows(waiting, as_of, classes=classes)
            if features and found
            else self._plain(waiting, classes)
        )
        for window, asked in asked_about:
            self._require_time(began)
            estimate = estimate_table(
                method(asked),
                constant(asked).values,
                window,
                version=version,
                method=self._method.name,
                rows=asked.rows,
                made_as_of=as_of,
                recorded_at=now,
                task=self.dataset.task,
            )
            if self._written(window, estimate):
                yield window

    def _require_time(self, began: float) -> None:
        if self.clock() - began > self.seconds:
            raise EstimatesSlow(self.seconds)

    def _plain(
        self, waiting: Iterable[tuple[Window, pa.Table]], classes: Sequence[str] | None
    ) -> Iterator[tuple[Window, Rows]]:
        """Yield each window; without a holdout nobody reads what was said of its rows."""
        several = self.dataset.task == MULTICLASS
        for window, rows in waiting:
            said = predictions_in(rows, (classes or ()) if several else None)
            yield window, Rows(predictions=said, task=self.dataset.task)

    @property
    def _method(self) -> Estimator:
        return REGISTRY[self.dataset.performance.estimate.value]

    def _fitted(self, reference: Reference | None) -> tuple[Fitted, Fitted]:
        """Return what estimates a window, and what says what the holdout said."""
        if reference is None:
            sentence = "its training left no holdout to learn from, as that of an imported version does not"
            none = Estimated(refused=Refusal(Reason.NO_HOLDOUT, sentence))
            return (lambda _: none), (lambda _: Estimated())
        return self._method.fit(reference), REGISTRY["constant"].fit(reference)

    def _written(self, window: Window, estimate: pa.Table) -> bool:
        """Write an estimate unless the newest one about the window says the same or knows more."""

        def news(since: Since) -> pa.Table | None:
            if since.numbers:
                newest = since.log.read(since.day, since.numbers[-1])
                return estimate if is_news(estimate, after=newest) else None
            return estimate

        return estimates_log(self.dataset.name, lake=self.lake).append(window.start, news) is not None
