"""The champion's predictions in the windows whose labels are not in yet, in memory that does not grow with them."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from courtside.contracts.days import shifted
from courtside.contracts.events import Window
from courtside.contracts.scoring import Role
from courtside.core.archive_schemas import PREDICTIONS
from courtside.core.dataset import Dataset
from courtside.core.drift.reading import Days
from courtside.core.labels.believed import BELIEVED
from courtside.core.labels.parts import part_numbers
from courtside.core.performance.windows import starts_of, windows_between
from courtside.core.predictions.said_columns import PROBABILITIES
from courtside.core.tasks import MULTICLASS
from courtside.workflows.archive_log import performance_log
from courtside.workflows.believed import Beliefs
from courtside.workflows.performance.statements import is_stated
from courtside.workflows.ports import Lake

MOST_ROWS = 2_000_000
"""How many predictions are kept of all windows together.

Of more, those of half of all ids are kept, or of a quarter, and so on until they fit.
"""
MOST_NUMBERS = 4_000_000
"""How many probabilities are kept of models of several classes, whose predictions have one for each."""
_READERS = 16
_IN_MEMORY = 100 * 2**20
_SHARES = 1 << 20
_KEPT = pa.schema([BELIEVED.field(name) for name in ("id", "day", "prediction")])


def kept_columns(task: str) -> pa.Schema:
    """Return what is kept of a prediction: of several classes the probabilities of all."""
    return _KEPT if task != MULTICLASS else _KEPT.append(PREDICTIONS.field(PROBABILITIES))


def waiting_windows(as_of: date, *, lake: Lake, dataset: Dataset) -> list[Window]:
    """Return the windows that may have predictions and about which nothing was stated, while labels may still come."""
    length, delay = dataset.performance.window, dataset.label_delay
    log = performance_log(dataset.name, lake=lake)
    files = log.days()
    windows = list(windows_between(shifted(as_of, -delay), shifted(as_of, dataset.predict.ahead), length))
    with ThreadPoolExecutor(_READERS) as pool:
        stated = pool.map(lambda window: is_stated(window, files.get(window.start, ()), log=log), windows)
        return [window for window, known in zip(windows, stated, strict=True) if not known]


def waiting_predictions(
    windows: list[Window],
    version: str,
    as_of: date,
    *,
    lake: Lake,
    dataset: Dataset,
    guard: Callable[[], None] = lambda: None,
    most: int = MOST_ROWS,
) -> Iterator[tuple[Window, pa.Table]]:
    """Yield each window in which a version's predictions are shown as the champion's, with their `kept_columns`.

    Of more than `most` rows some are left out by their ids alone, so that the same ones are each time. `guard` is asked
    again and again whether to go on. Raises `LogDamaged` and what `guard` raises.
    """
    if not windows:
        return
    beliefs = Beliefs(lake, dataset, as_of, most_in_memory=_IN_MEMORY, labels=False)
    columns = kept_columns(dataset.task)
    kept, share = columns.empty_table(), _SHARES
    for part in beliefs.parts(Days(windows[0].start, windows[-1].end)):
        guard()
        kept = pa.concat_tables([kept, _among(_shown(part, version, columns), share)])
        while kept.num_rows > most and share > 1:
            share //= 2
            kept = _among(kept, share)
    starts = starts_of(kept.column("day").to_numpy().astype("datetime64[D]"), dataset.performance.window)
    for window in windows:
        own = kept.filter(pa.array(starts == np.datetime64(window.start, "D")))
        if own.num_rows:
            yield window, own


def _shown(part: pa.Table, version: str, columns: pa.Schema) -> pa.Table:
    mine = pc.and_(pc.equal(part.column("role"), pa.scalar(Role.CHAMPION.value)), part.column("shown"))
    mine = pc.and_(mine, pc.equal(part.column("version"), pa.scalar(version)))
    return part.filter(mine).select(columns.names).cast(columns)


def _among(rows: pa.Table, share: int) -> pa.Table:
    """Return the rows whose ids are among a share of all ids, of `_SHARES`."""
    if share == _SHARES or not rows.num_rows:
        return rows
    return rows.filter(pa.array(part_numbers(rows.column("id"), _SHARES) < share))
