"""What a stage's store says of coming rows as of a day: the newest prediction of each."""

from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from courtside.contracts.days import shifted
from courtside.core.archive_schemas import PREDICTIONS
from courtside.core.dataset import Dataset
from courtside.core.predictions.hindsight import without_hindsight
from courtside.core.rows.order import SortKeys
from courtside.workflows.archive_log import predictions_log
from courtside.workflows.ports import Lake
from courtside.workflows.predict.round import is_over
from courtside.workflows.reading_ahead import ahead

_ORDER: SortKeys = [(name, "ascending") for name in ("time", "id", "role", "version")]
_PLACE = "__place"
_AT_ONCE = 8


def newest_predictions(as_of: date, *, lake: Lake, dataset: Dataset) -> pa.Table:
    """Return the newest prediction of each row by each version in each role, in `PREDICTIONS`, ordered by time and id.

    Rows are those that were predicted as of the day, and those of later days that were predicted before it; predictions
    in hindsight count only if later days have been predicted since. Raises `LogDamaged`.
    """
    log = predictions_log(dataset.name, lake=lake)
    since = shifted(as_of, -dataset.predict.ahead) if dataset.time_column else None
    over, days = is_over(as_of, log), log.days(since, shifted(as_of, timedelta(days=1)))
    files = [(day, number) for day, numbers in days.items() for number in numbers]
    said = [table for _, table in ahead(lambda file: log.read(*file), files, at_once=_AT_ONCE)]
    found = pa.concat_tables([PREDICTIONS.empty_table(), *said])
    found = found if over else without_hindsight(found)
    found = found.append_column(_PLACE, pa.array(range(found.num_rows), pa.int64()))
    last = found.group_by(["id", "version", "role"], use_threads=False).aggregate([(_PLACE, "max")])
    found = found.take(last.column(f"{_PLACE}_max")).drop_columns([_PLACE])
    if dataset.time_column:
        found = found.filter(_of_the_day_or_later(found, as_of))
    return found.sort_by(_ORDER)


def _of_the_day_or_later(predictions: pa.Table, as_of: date) -> Any:
    """Say which were made as of the day, or are of rows of that day or later by the newest that is known of them."""
    days = predictions.column("time").cast(pa.date32(), safe=False)
    own: Any = pc.coalesce(predictions.column("local_day"), days)
    return pc.or_(pc.equal(predictions.column("as_of"), pa.scalar(as_of)), pc.greater_equal(own, pa.scalar(as_of)))
