"""How a champion's probabilities met what happened: on its predictions, or on its holdout until labels are in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from pydantic import TypeAdapter, ValidationError

from courtside.contracts import dashboard_keys, training_keys
from courtside.contracts.errors import CourtsideError
from courtside.contracts.model_card import ModelCard, ReliabilityBin
from courtside.contracts.records import Reign
from courtside.contracts.scoring import Role
from courtside.core.dashboard.views import CalibrationBin
from courtside.core.drift.reading import Days
from courtside.core.model_card.reliability import wilson
from courtside.workflows.dashboard.source import ModelSource
from courtside.workflows.lake_documents import find_document
from courtside.workflows.performance.details import details
from courtside.workflows.performance.told import Asked
from courtside.workflows.ports import ObjectMissing

_LOOKED_BACK = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Calibrated:
    """The bins, which rows they count, and from which champion and statements they were made."""

    bins: tuple[CalibrationBin, ...] = ()
    of: str = ""
    made_from: str = ""


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
        bins, of = _served(source, reign) or _promised(source, reign)
    except CourtsideError:
        return Calibrated()
    found = Calibrated(bins, of, made_from)
    source.lake.write(key, _KEPT.dump_json(found))
    return found


def _kept(key: str, source: ModelSource) -> Calibrated | None:
    try:
        return _KEPT.validate_json(source.lake.read(key))
    except (ObjectMissing, ValidationError):
        return None


def _served(source: ModelSource, reign: Reign) -> tuple[tuple[CalibrationBin, ...], str] | None:
    """Return the bins of the champion's own predictions of the newest days, None where none has its label."""
    last = source.newest_day
    asked = Asked(last, Days(last - _LOOKED_BACK, None), version=reign.version, role=Role.CHAMPION)
    found = details(asked, lake=source.lake, dataset=source.dataset)
    if not found:
        return None
    bins = _bins(found[0].reliability)
    rows = sum(each.rows for each in bins)
    of = f"{rows} predictions of version {reign.version} since {last - _LOOKED_BACK} whose labels are in"
    return bins, of


def _promised(source: ModelSource, reign: Reign) -> tuple[tuple[CalibrationBin, ...], str]:
    """Return the bins of the test part that the champion's training kept, none where it left no card."""
    card = reign.training_id and find_document(
        ModelCard, training_keys.training_card(source.model, reign.training_id), lake=source.lake
    )
    if not card:
        return (), ""
    best = next((each for each in card.candidates if each.name == card.record.best), card.candidates[0])
    bins = _bins(best.curves.reliability)
    rows = sum(each.rows for each in bins)
    return bins, f"{rows} test rows of training {reign.training_id}, because no prediction has its label yet"


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
