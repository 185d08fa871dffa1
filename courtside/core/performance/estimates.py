"""Estimated performance as rows of the archive, and whether anything is to be written anew."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import numpy as np
import pyarrow as pa

from courtside.contracts.events import Window
from courtside.core.archive_schemas import ESTIMATES
from courtside.core.estimation import BINARY, MULTICLASS, REGRESSION, Estimated

METRICS: Mapping[str, tuple[str, ...]] = {
    BINARY: ("auc", "log_loss", "brier_score", "accuracy"),
    MULTICLASS: ("macro_auc", "log_loss", "brier_score", "accuracy"),
    REGRESSION: ("rmse", "mae"),
}
"""The metrics of each task that are estimated, the one that a line of text shows first."""

_SAME = ("window_end", "version", "method", "metric", "refused", "rows")
_FIGURES = ("value", "constant")
_ROUNDING = 1e-9


def estimate_table(
    estimated: Estimated,
    constant: Mapping[str, float],
    window: Window,
    *,
    version: str,
    method: str,
    rows: int,
    made_as_of: date,
    recorded_at: datetime,
    task: str = BINARY,
) -> pa.Table:
    """Return an estimate in the archive's columns; `constant` is empty for a version that left no holdout."""
    refused = estimated.refused
    common = {
        "window_start": window.start,
        "window_end": window.end,
        "version": version,
        "method": method,
        "refused": None if refused is None else refused.reason.value,
        "why": None if refused is None else refused.sentence,
        "rows": rows,
        "made_as_of": made_as_of,
        "recorded_at": recorded_at,
    }
    figures = [
        {"metric": name, "value": estimated.values.get(name), "constant": constant.get(name)} for name in METRICS[task]
    ]
    return pa.Table.from_pylist([common | each for each in figures], schema=ESTIMATES)


def is_news(estimate: pa.Table, *, after: pa.Table) -> bool:
    """Tell whether an estimate says something else than the newest one, and was not made as of an earlier day."""
    if _made(estimate) < _made(after):
        return False
    if any(estimate.column(name) != after.column(name) for name in _SAME):
        return True
    return not all(_close(estimate.column(name), after.column(name)) for name in _FIGURES)


def _made(estimate: pa.Table) -> date:
    made: date = estimate.column("made_as_of")[0].as_py()
    return made


def _close(mine: Any, theirs: Any) -> bool:
    one, other = (column.to_numpy().astype(np.float64) for column in (mine, theirs))
    return bool(np.allclose(one, other, rtol=_ROUNDING, atol=_ROUNDING, equal_nan=True))
