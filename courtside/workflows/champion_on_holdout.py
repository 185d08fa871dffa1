"""What the champion says of a new holdout: of no row that it learned from, unless it was asked before it did."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from courtside.contracts import training_keys
from courtside.contracts.model_card import Learned
from courtside.contracts.records import TrainingRecord
from courtside.core.parquet import read_parquet_content
from courtside.core.recalibration.platt import PlattMap
from courtside.core.tasks import Value
from courtside.core.training.holdout import DAY, ID
from courtside.core.training.out_of_sample import SAID, out_of_sample
from courtside.workflows.lake_documents import DocumentDamaged, find_document
from courtside.workflows.ports import Lake, ObjectMissing

CHAMPION, UNSEEN = "champion", "unseen"
_ROWS: dict[str, pa.DataType] = {ID: pa.string(), DAY: pa.date32(), SAID: pa.float64()}


@dataclass(frozen=True, slots=True)
class ChampionSaid:
    """What a champion says now of the rows of a holdout, as its task has it, and what it learned, None where nothing.

    Of several classes, the columns are those of its own `classes`; `bounds` are the ends of intervals, shape (n, 2).
    """

    probability: NDArray[np.float64]
    learned: Learned | None
    classes: tuple[Value, ...] = ()
    bounds: NDArray[np.float64] | None = None


def with_champion(holdout: pa.Table, champion: ChampionSaid, *, model: str, lake: Lake) -> pa.Table:
    """Return a holdout with the column `champion`.

    Of rows that judged the champion before it learned from them, it has what was said of them then. Where there are
    other rows that it may have learned from, `champion` is null for them, and the column `unseen` false.
    """
    holdout = holdout.select([name for name in holdout.column_names if name not in {CHAMPION, UNSEEN}])
    said, learned = champion.probability, champion.learned
    if learned is None:
        return holdout.append_column(CHAMPION, pa.array(said))
    before = _said_before(model, learned.training_id, lake=lake)
    found = out_of_sample(holdout, said, until=learned.until, before=before)
    holdout = holdout.append_column(CHAMPION, found)
    return holdout.append_column(UNSEEN, found.is_valid()) if found.null_count else holdout


def _said_before(model: str, training_id: str, *, lake: Lake) -> pa.Table:
    """Return what the models of a training said of the rows that judged them, none where that is gone.

    A recalibrated champion is a map over a model that another training made: what that one said, mapped, counts too.
    """
    own = _judged(model, training_id, lake=lake)
    known = _record(model, training_id, lake=lake)
    if known is None or known.recalibrates is None:
        return own
    inner = _record(model, known.recalibrates.training_id, lake=lake)
    if inner is None or any(each.name == inner.best and each.calibration is not None for each in inner.models):
        return own  # the map is one of what the model says without its calibration, which nobody kept
    rows = _judged(model, inner.training_id, lake=lake)
    line = PlattMap(known.recalibrates.slope, known.recalibrates.intercept)
    mapped = line.of(rows.column(SAID).to_numpy())
    return pa.concat_tables([own, rows.drop_columns([SAID]).append_column(SAID, pa.array(mapped))])


def _judged(model: str, training_id: str, *, lake: Lake) -> pa.Table:
    try:
        holdout = read_parquet_content(lake.read(training_keys.training_holdout(model, training_id)))
    except (ObjectMissing, pa.ArrowException):  # without it fewer rows are compared, and the gate says how many
        return pa.schema(_ROWS).empty_table()
    if not {ID, DAY, "challenger"} <= {*holdout.column_names}:
        return pa.schema(_ROWS).empty_table()
    rows = holdout.select([ID, DAY, "challenger"]).rename_columns(list(_ROWS))
    return rows.cast(pa.schema(_ROWS))


def _record(model: str, training_id: str, *, lake: Lake) -> TrainingRecord | None:
    try:
        return find_document(TrainingRecord, training_keys.training_record(model, training_id), lake=lake)
    except DocumentDamaged:
        return None
