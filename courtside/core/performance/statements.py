"""What was said about a window, as rows of the archive, and whether anything is to be said anew."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import pyarrow as pa

from courtside.contracts.events import Window
from courtside.core.archive_schemas import PERFORMANCE
from courtside.core.performance.estimate import Estimate
from courtside.core.performance.judge import Judged

_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Kind:
    """Of a kind of statement the columns that say what a line is about, what it counts, and its figures."""

    which: tuple[str, ...]
    counts: tuple[str, ...]
    figures: tuple[str, ...]


# What a version promised is no part of it: a promise is not restated.
OF_PERFORMANCE = Kind(
    which=("version", "role", "segment_column", "segment", "metric"),
    counts=("rows", "predicted", "labelled", "blocks"),
    figures=("value", "low", "high", "difference", "difference_low", "difference_high"),
)


def statement_table(
    judged: Sequence[Judged], window: Window, *, stated_on: date, recorded_at: datetime, statement: int, files: int
) -> pa.Table:
    """Return what is said about a window, in the archive's columns."""
    common = {
        "window_start": window.start,
        "window_end": window.end,
        "stated_on": stated_on,
        "recorded_at": recorded_at,
        "statement": statement,
        "files": files,
    }
    return pa.Table.from_pylist([_row(each) | common for each in judged], schema=PERFORMANCE)


def _row(judged: Judged) -> dict[str, Any]:
    line = judged.line
    column, segment = line.part or (None, None)
    return {
        "version": line.version,
        "role": line.role,
        "segment_column": column,
        "segment": segment,
        "metric": line.metric,
        **_named(judged.estimate, "value", "low", "high"),
        "rows": judged.rows,
        "predicted": judged.predicted,
        "labelled": judged.labelled,
        "blocks": judged.blocks,
        "baseline": judged.baseline,
        **_named(judged.promise, "promise", "promise_low", "promise_high"),
        **_named(judged.difference, "difference", "difference_low", "difference_high"),
    }


def _named(estimate: Estimate, value: str, low: str, high: str) -> dict[str, float | None]:
    return {value: estimate.value, low: estimate.low, high: estimate.high}


def says_the_same(statement: pa.Table, other: pa.Table, kind: Kind = OF_PERFORMANCE) -> bool:
    """Tell whether two statements of a kind agree in every line, count and figure, but for rounding."""
    if statement.num_rows != other.num_rows:
        return False
    mine, theirs = (each.sort_by([(name, "ascending") for name in kind.which]) for each in (statement, other))
    if any(mine.column(name) != theirs.column(name) for name in (*kind.which, *kind.counts)):
        return False
    return all(_close(mine.column(name), theirs.column(name)) for name in kind.figures)


def _close(mine: Any, theirs: Any) -> bool:
    one, other = (column.to_numpy().astype(np.float64) for column in (mine, theirs))
    return bool(np.allclose(one, other, rtol=_ROUNDING, atol=_ROUNDING, equal_nan=True))
