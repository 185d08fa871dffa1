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

_ORDER: SortKeys = [(name, "ascending") for name in ("time", "id", "role", "version")]
_PLACE = "__place"


def newest_predictions(as_of: date, *, lake: Lake, dataset: Dataset) -> pa.Table:
    """Return the newest prediction of each row by each version in each role, in `PREDICTIONS`, ordered by time and id.

    Rows are those that were predicted as of the day, and those of later days that were predicted before it; predictions
    in hindsight count only if later days have been predicted since. Raises `LogDamaged`.
    """
    log = predictions_log(dataset.name, lake=lake)
    since = shifted(as_of, -dataset.predict.ahead) if dataset.time_column else None
    tables = [PREDICTIONS.empty_table()]
    over = is_over(as_of, log)
    for day, numbers in log.days(since, shifted(as_of, timedelta(days=1))).items():
        for number in numbers:
            table = log.read(day, number) if over else without_hindsight(log.read(day, number))
            if day < as_of and dataset.time_column:
                own: Any = pc.coalesce(table.column("local_day"), table.column("time").cast(pa.date32(), safe=False))
                later: Any = pc.greater_equal(own, pa.scalar(as_of))
                table = table.filter(later)
            tables.append(table)
    found = pa.concat_tables(tables)
    found = found.append_column(_PLACE, pa.array(range(found.num_rows), pa.int64()))
    last = found.group_by(["id", "version", "role"], use_threads=False).aggregate([(_PLACE, "max")])
    return found.take(last.column(f"{_PLACE}_max")).drop_columns([_PLACE]).sort_by(_ORDER)
