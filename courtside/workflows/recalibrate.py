"""A training that fits no model: the champion, with its probabilities recalibrated on the newest rows with a label.

The rows are those that came after what the champion's model learned from, and of these the newest: a map of two
numbers needs few rows, and what broke the probabilities is recent. The older half recalibrates, and the gate judges by
the newer half.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from courtside.contracts import training_keys
from courtside.contracts.errors import BadInput
from courtside.contracts.model_card import CandidateCard, ModelCard, ModelInterface
from courtside.contracts.records import Calibration, Recalibrated, TrainingRecord
from courtside.core.dataset import Dataset
from courtside.core.drift.reading import Days
from courtside.core.rows import TimeColumnNeeded, period, within
from courtside.core.rows.order import row_order
from courtside.core.tasks import BINARY, require_both
from courtside.core.training.candidates import Candidate, Classifier, Flavor
from courtside.core.training.fit import TrainedModel, probability
from courtside.core.training.frame import labels
from courtside.core.training.metrics import evaluate
from courtside.core.training.probability_calibration import recalibrated, slope_and_intercept
from courtside.core.training.rivals import why_incomparable
from courtside.core.training.served_input import ColumnUnusable, as_trained
from courtside.core.training.split import Split
from courtside.workflows.lake_documents import find_document
from courtside.workflows.ports import Lake, Models
from courtside.workflows.sealed_models import SealedModel, reference_in_use, sealed_model

NEWEST_DAYS, NEWEST_ROWS = 28, 2_000
"""The rows of so many days are used, or so many rows where those are more."""
FEWEST_ROWS, FEWEST_OF_CLASS = 200, 10
"""Fewer rows, or fewer of either class in the half that recalibrates, say nothing about the probabilities."""


class CannotRecalibrate(BadInput):
    """A model's champion cannot be recalibrated; `why` stands after "because"."""

    def __init__(self, model: str, why: str) -> None:
        self.model = model
        self.why = why
        super().__init__(
            f"the champion of {model} cannot be recalibrated, because {why}; train a new challenger with "
            f"`courtside retrain --model {model}`"
        )


class TooFewToRecalibrate(BadInput):
    """Too few rows with a label have come since the champion's training part, or too few of one class."""

    def __init__(self, model: str, *, rows: int, rarer: int, since: date | None) -> None:
        self.model = model
        self.rows = rows
        self.rarer = rarer
        self.since = since
        whence = f" since {since}, up to which the champion has learned," if since else ""
        super().__init__(
            f"{rows:,} rows with a label have come{whence} and the older half of the newest has {rarer} of its rarer "
            f"class; a recalibration of {model} needs {FEWEST_ROWS} rows and {FEWEST_OF_CLASS} of either class there: "
            "load more labels, or wait for them"
        )


@dataclass(frozen=True, slots=True)
class Recalibratable:
    """A champion under its seal, what it reads and says, and its model as it was fitted, without any calibration."""

    sealed: SealedModel
    record: TrainingRecord
    interface: ModelInterface
    fitted: Classifier


@dataclass(frozen=True, slots=True)
class RecalibratedChampion:
    """What a recalibration made, and the rows that it was fitted to and is judged by."""

    split: Split
    model: TrainedModel
    interface: ModelInterface
    recalibrates: Recalibrated
    sealed: SealedModel


def recalibratable(dataset: Dataset, *, lake: Lake, models: Models) -> Recalibratable:
    """Return the champion to recalibrate; it is loaded by its seal.

    Raises `CannotRecalibrate`, `TimeColumnNeeded`, `SealBroken`, `ModelUnusable` and `ReferenceUnreadable`.
    """
    model, reference = dataset.name, reference_in_use(dataset.name, lake=lake)
    if dataset.task != BINARY:
        raise CannotRecalibrate(model, f"only probabilities of two classes are, and its task is {dataset.task}")
    if dataset.time_column is None:
        raise TimeColumnNeeded(model, "a recalibration on the newest rows")
    if not dataset.tracking:
        raise CannotRecalibrate(model, "the contract says `tracking: false`, so no version could be registered")
    if reference is None:
        raise CannotRecalibrate(model, "there is no champion yet")
    if reference.sha256 is None:
        raise CannotRecalibrate(model, f"version {reference.version} became champion before versions were sealed")
    sealed = sealed_model(model, reference.sha256, lake=lake)
    champion = sealed.opened(models)
    fitted, interface = champion.fitted, champion.interface
    if fitted is None or interface is None:
        raise CannotRecalibrate(model, f"version {sealed.version} was not logged by Courtside, which does not know it")
    return Recalibratable(sealed, sealed.record(), interface, fitted)


def recalibrate(
    rows: pa.Table, ours: ModelInterface, *, dataset: Dataset, lake: Lake, models: Models
) -> RecalibratedChampion:
    """Recalibrate the champion on `rows`, which have a label coded as 0/1; `ours` is what the contract reads and says.

    Raises what `recalibratable` raises, `TooFewToRecalibrate` and `OneClassOnly`.
    """
    champion = recalibratable(dataset, lake=lake, models=models)
    sealed, interface = champion.sealed, champion.interface
    if (why := why_incomparable(interface, ours, rows.column_names)) is not None:
        raise CannotRecalibrate(dataset.name, why)
    known = champion.record.recalibrates
    fitted_by = sealed.training_id if known is None else known.training_id
    card = find_document(ModelCard, training_keys.training_card(dataset.name, fitted_by), lake=lake)
    split = halves(rows, since=_learned_until(champion, card, dataset=dataset, lake=lake), dataset=dataset)
    try:
        candidate = _candidate(champion.record, card)
        model = mapped(champion.fitted, interface.taken_as, candidate, split, dataset=dataset)
    except ColumnUnusable as error:
        said = f"it takes {error.column} as a number, and the rows now hold {error.found} there"
        raise CannotRecalibrate(dataset.name, said) from error
    slope, intercept = slope_and_intercept(model.estimator)
    version = sealed.version if known is None else known.version
    line = Recalibrated(version=version, training_id=fitted_by, slope=slope, intercept=intercept)
    interface = interface.model_copy(update={"learned": None, "time_column": ours.time_column})
    return RecalibratedChampion(split, model, interface, line, sealed)


def _learned_until(champion: Recalibratable, card: ModelCard | None, *, dataset: Dataset, lake: Lake) -> date | None:
    """Return the last day of what a champion's model was fitted to, None where nobody knows it.

    A map that it has is replaced, so what that learned from does not count, as long as the model's own record is there.
    """
    known, record = champion.record.recalibrates, champion.record
    if known is not None:
        found = find_document(TrainingRecord, training_keys.training_record(dataset.name, known.training_id), lake=lake)
        if found is None and champion.interface.learned is not None:
            return champion.interface.learned.until
        record = found or record
    if record.refit is not None and record.refit.until is not None:
        return record.refit.until
    return None if card is None or card.train_period is None else card.train_period[1]


def halves(rows: pa.Table, *, since: date | None, dataset: Dataset) -> Split:
    """Return the newest rows after the day `since`: the older half to recalibrate on, the newer half as the holdout."""
    column = dataset.time_column
    assert column is not None
    later = rows if since is None or since == date.max else within(rows, column, Days(start=since + timedelta(days=1)))
    ordered = later.sort_by(row_order(later, dataset))
    newest = ordered.slice(max(0, ordered.num_rows - NEWEST_ROWS))
    if newest.num_rows < ordered.num_rows:
        last = period(newest, column)[1]
        recent = within(ordered, column, Days(start=last - timedelta(days=NEWEST_DAYS - 1)))
        newest = max(newest, recent, key=lambda part: part.num_rows)
    half = newest.num_rows // 2
    split = Split(newest.slice(0, half), newest.slice(half), holdout_rows=newest.num_rows - half)
    every, mine = labels(newest, dataset), labels(split.train, dataset)
    rarer = min(int(np.sum(mine == label)) for label in (0, 1))
    if newest.num_rows >= FEWEST_ROWS:
        for part, table in (("recalibration", split.train), ("holdout", split.holdout)):
            require_both(part, dataset.target, labels(table, dataset), among=every)
    if newest.num_rows < FEWEST_ROWS or rarer < FEWEST_OF_CLASS:
        raise TooFewToRecalibrate(dataset.name, rows=newest.num_rows, rarer=rarer, since=since)
    return split


def _candidate(record: TrainingRecord, card: ModelCard | None) -> Candidate:
    """Return the champion's own candidate, as far as its training says what it was; it is not built again."""
    params = next((model.params for model in record.models if model.name == record.best), {})
    cards: Sequence[CandidateCard] = () if card is None else card.candidates
    package = next((each.package for each in cards if each.name == record.best), None)
    return Candidate(name=record.best, flavor=Flavor.SKLEARN, params=params, build=_never_built, package=package)


def _never_built(_: object) -> Classifier:
    raise AssertionError("a recalibration builds no model")


def mapped(
    fitted: Classifier, taken_as: Mapping[str, str], candidate: Candidate, split: Split, *, dataset: Dataset
) -> TrainedModel:
    """Return a fitted model recalibrated on the training part of a split, and judged by the holdout.

    `taken_as` says as what the model takes each feature. Raises `ColumnUnusable`.
    """
    from sklearn.metrics import roc_auc_score

    frames = [as_trained(part, taken_as) for part in (split.train, split.holdout)]
    truth: list[NDArray[np.int8]] = [labels(part, dataset) for part in (split.train, split.holdout)]
    estimator: Any = recalibrated(fitted, frames[0], truth[0])
    said = [probability(estimator, frame) for frame in frames]
    metrics = evaluate(train_labels=truth[0], train_probability=said[0], test_labels=truth[1], test_probability=said[1])
    before = float(roc_auc_score(truth[0], probability(fitted, frames[0])))
    return TrainedModel(candidate, estimator, metrics, said[1], before, calibration=Calibration.SIGMOID)
