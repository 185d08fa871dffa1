"""What the champion says of a new holdout: of no row that it learned from, unless it was asked before it did."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from courtside.contracts import training_keys
from courtside.contracts.model_card import Learned
from courtside.contracts.records import TrainingRecord
from courtside.core.evaluation.multiclass import aligned
from courtside.core.gate.holdout_classes import classes_of, with_classes
from courtside.core.parquet import read_parquet_content
from courtside.core.predictions.said_columns import texts_of
from courtside.core.recalibration.platt import PlattMap
from courtside.core.tasks import Prediction, Value, prediction_column, predictions_of
from courtside.core.training.holdout import DAY, ID
from courtside.core.training.out_of_sample import out_of_sample
from courtside.workflows.lake_documents import DocumentDamaged, find_document
from courtside.workflows.ports import Lake, ObjectMissing

CHALLENGER, CHAMPION, UNSEEN = "challenger", "champion", "unseen"
LOW, HIGH = "low", "high"
_TYPES: dict[str, pa.DataType] = {ID: pa.string(), DAY: pa.date32()}
_ROWS = pa.schema(_TYPES)


@dataclass(frozen=True, slots=True)
class ChampionSaid:
    """What a champion says now of the rows of a holdout, as its task has it, and what it learned, None where nothing.

    Of several classes, the columns are those of its own `classes`; `bounds` are the ends of intervals, shape (n, 2).
    """

    probability: Prediction
    learned: Learned | None
    classes: tuple[Value, ...] = ()
    bounds: NDArray[np.float64] | None = None


@dataclass(frozen=True, slots=True)
class _Judged:
    """What was said of rows that judged a champion before it learned from them, with the `ID` and `DAY` of each."""

    rows: pa.Table
    said: Prediction
    bounds: NDArray[np.float64] | None = None

    @classmethod
    def nothing(cls, shape: tuple[int, ...] = ()) -> "_Judged":
        return cls(_ROWS.empty_table(), np.empty((0, *shape)))


def with_champion(holdout: pa.Table, champion: ChampionSaid, *, model: str, lake: Lake) -> pa.Table:
    """Return a holdout with the column `champion`, and with the ends of its intervals.

    Of rows that judged the champion before it learned from them, it has what was said of them then. Where there are
    other rows that it may have learned from, `champion` is null for them, and the column `unseen` false. Classes that
    only the champion knows are added to those of the holdout.
    """
    own = {CHAMPION, UNSEEN, *(f"{CHAMPION}_{end}" for end in (LOW, HIGH))}
    holdout = holdout.select([name for name in holdout.column_names if name not in own])
    said, bounds, learned = champion.probability, champion.bounds, champion.learned
    if champion.classes and classes_of(holdout):
        holdout = with_classes(holdout, texts_of(champion.classes))
        said = aligned(said, classes=texts_of(champion.classes), to=classes_of(holdout))
    if learned is None:
        return _added(holdout, said, bounds)
    before = _said_before(model, learned.training_id, classes=classes_of(holdout), lake=lake)
    unseen = out_of_sample(holdout, until=learned.until, before=before.rows)
    if bounds is not None:
        earlier = np.full((len(before.said), 2), np.nan) if before.bounds is None else before.bounds
        bounds = unseen.of(bounds, earlier)
    return _added(holdout, unseen.of(said, before.said), bounds, unseen.known)


def _added(
    holdout: pa.Table, said: Prediction, bounds: NDArray[np.float64] | None, known: NDArray[np.bool_] | None = None
) -> pa.Table:
    holdout = holdout.append_column(CHAMPION, prediction_column(said, known))
    if bounds is not None and np.isfinite(bounds if known is None else bounds[known]).all():
        for place, end in enumerate((LOW, HIGH)):
            holdout = holdout.append_column(f"{CHAMPION}_{end}", prediction_column(bounds[:, place], known))
    return holdout if known is None or known.all() else holdout.append_column(UNSEEN, pa.array(known))


def _said_before(model: str, training_id: str, *, classes: list[str], lake: Lake) -> _Judged:
    """Return what the models of a training said of the rows that judged them, none where that is gone.

    A recalibrated champion is a map over a model that another training made: what that one said, mapped, counts too.
    """
    own = _judged(model, training_id, classes=classes, lake=lake)
    known = _record(model, training_id, lake=lake)
    if known is None or known.recalibrates is None:
        return own
    inner = _record(model, known.recalibrates.training_id, lake=lake)
    if inner is None or any(each.name == inner.best and each.calibration is not None for each in inner.models):
        return own  # the map is one of what the model says without its calibration, which nobody kept
    rows = _judged(model, inner.training_id, classes=classes, lake=lake)
    line = PlattMap(known.recalibrates.slope, known.recalibrates.intercept)
    return _Judged(pa.concat_tables([own.rows, rows.rows]), np.concatenate([own.said, line.of(rows.said)]))


def _judged(model: str, training_id: str, *, classes: list[str], lake: Lake) -> _Judged:
    shape = (len(classes),) if classes else ()
    try:
        holdout = read_parquet_content(lake.read(training_keys.training_holdout(model, training_id)))
    except (ObjectMissing, pa.ArrowException):  # without it fewer rows are compared, and the gate says how many
        return _Judged.nothing(shape)
    if not {ID, DAY, CHALLENGER} <= {*holdout.column_names} or bool(classes_of(holdout)) != bool(classes):
        return _Judged.nothing(shape)
    rows = holdout.select([ID, DAY])
    rows, said = rows.cast(_ROWS), predictions_of(holdout.column(CHALLENGER))
    if classes:
        return _Judged(rows, aligned(said, classes=classes_of(holdout), to=classes))
    ends = [f"{CHALLENGER}_{end}" for end in (LOW, HIGH)]
    if not set(ends) <= set(holdout.column_names):
        return _Judged(rows, said)
    return _Judged(rows, said, np.stack([predictions_of(holdout.column(end)) for end in ends], axis=1))


def _record(model: str, training_id: str, *, lake: Lake) -> TrainingRecord | None:
    try:
        return find_document(TrainingRecord, training_keys.training_record(model, training_id), lake=lake)
    except DocumentDamaged:
        return None
