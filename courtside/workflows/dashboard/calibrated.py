"""How a champion's predictions met what happened: those that it served, or those of its holdout until labels are in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from pydantic import TypeAdapter, ValidationError

from courtside.contracts import dashboard_keys, training_keys
from courtside.contracts.curves import AnyCurves, ClassCurves, Curves, ReliabilityBin, ValueCurves
from courtside.contracts.errors import CourtsideError
from courtside.contracts.model_card import ModelCard
from courtside.contracts.records import Reign
from courtside.contracts.scoring import Role
from courtside.core.dashboard.views import CalibrationBin
from courtside.core.drift.reading import Days
from courtside.core.model_card.reliability import reliability, wilson
from courtside.core.performance.judge import counting
from courtside.core.tasks.types import BINARY
from courtside.workflows.believed import Beliefs
from courtside.workflows.dashboard.met import met_labels
from courtside.workflows.dashboard.source import ModelSource
from courtside.workflows.lake_documents import find_document
from courtside.workflows.performance.details import said_by
from courtside.workflows.performance.promises import promises_nothing
from courtside.workflows.ports import ObjectMissing

_LOOKED_BACK = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Calibrated:
    """Which rows are counted, and from which champion and statements that was made.

    Two classes have `bins` of their probability; `met` is what the plots of any other task draw.
    """

    bins: tuple[CalibrationBin, ...] = ()
    of: str = ""
    made_from: str = ""
    met: ClassCurves | ValueCurves | None = None


_KEPT = TypeAdapter(Calibrated)


def calibration(source: ModelSource) -> Calibrated:
    """Return the calibration of the champion, which is counted anew only when windows were judged since."""
    reign = source.live.champion
    if reign is None:
        return Calibrated()
    key = dashboard_keys.calibration_note(source.model)
    made_from = f"{reign.version} {reign.sha256} {source.archived.statements}"
    kept = _kept(key, source)
    if kept is not None and kept.made_from == made_from:
        return kept
    try:
        card = _card(source, reign)
        if source.dataset.task == BINARY:
            bins, of = _served(source, reign, card) or _promised(reign, card)
            found = Calibrated(bins, of, made_from)
        else:
            met, of = _met(source, reign, card) or _kept_by_training(reign, card)
            found = Calibrated((), of, made_from, met)
    except CourtsideError:
        return Calibrated()
    source.lake.write(key, _KEPT.dump_json(found))
    return found


def _card(source: ModelSource, reign: Reign) -> ModelCard | None:
    if reign.training_id is None:
        return None
    return find_document(ModelCard, training_keys.training_card(source.model, reign.training_id), lake=source.lake)


def _kept(key: str, source: ModelSource) -> Calibrated | None:
    try:
        return _KEPT.validate_json(source.lake.read(key))
    except (ObjectMissing, ValidationError):
        return None


def _served(source: ModelSource, reign: Reign, card: ModelCard | None) -> tuple[tuple[CalibrationBin, ...], str] | None:
    """Return the bins of the champion's own predictions up to the newest window, None where none has its label."""
    newest = source.archived.newest_window
    if newest is None:
        return None
    since, line = newest - _LOOKED_BACK, (Role.CHAMPION.value, reign.version)
    as_of = max(source.newest_day, source.now.date())
    promise = promises_nothing(card, source.dataset)
    said = [
        said_by(line, counting(part.filter(part.column("label").is_valid())), promise)
        for part in Beliefs(source.lake, source.dataset, as_of).parts(Days(since, None))
    ]
    labels = np.concatenate([np.zeros(0, np.int8), *(each[0] for each in said)])
    probability = np.concatenate([np.zeros(0), *(each[1] for each in said)])
    if not labels.size:
        return None
    of = f"{labels.size} predictions of version {reign.version} since {since} whose labels are in"
    return _bins(reliability(labels, probability)), of


def _promised(reign: Reign, card: ModelCard | None) -> tuple[tuple[CalibrationBin, ...], str]:
    """Return the bins of the test part that the champion's training kept, none where it left no card."""
    if card is None:
        return (), ""
    curves = _of_best(card)
    bins = _bins(curves.reliability) if isinstance(curves, Curves) else ()
    rows = sum(each.rows for each in bins)
    return bins, f"{rows} test rows of training {reign.training_id}, because no prediction has its label yet"


def _met(
    source: ModelSource, reign: Reign, card: ModelCard | None
) -> tuple[ClassCurves | ValueCurves | None, str] | None:
    """Return how the champion's own predictions met their labels, None where none has its label."""
    newest = source.archived.newest_window
    if newest is None:
        return None
    since, as_of = newest - _LOOKED_BACK, max(source.newest_day, source.now.date())
    met = met_labels(reign.version, card, dataset=source.dataset, lake=source.lake, since=since, as_of=as_of)
    if met is None:
        return None
    return met, f"{met.rows} predictions of version {reign.version} since {since} whose labels are in"


def _kept_by_training(reign: Reign, card: ModelCard | None) -> tuple[ClassCurves | ValueCurves | None, str]:
    """Return how the test part met its labels as the champion's training kept it, nothing where it left no card."""
    curves = None if card is None else _of_best(card)
    if curves is None or isinstance(curves, Curves):
        return None, ""
    return curves, f"{curves.rows} test rows of training {reign.training_id}, because no prediction has its label yet"


def _of_best(card: ModelCard) -> AnyCurves:
    return next((each for each in card.candidates if each.name == card.record.best), card.candidates[0]).curves


def _bins(found: Iterable[ReliabilityBin]) -> tuple[CalibrationBin, ...]:
    return tuple(
        CalibrationBin(
            predicted=each.probability,
            observed=each.share,
            low=(interval := wilson(each.share, each.rows))[0],
            high=interval[1],
            rows=each.rows,
        )
        for each in found
    )
