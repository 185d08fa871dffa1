"""The trend of one feature by sub-window: its mean or the share of a level, and its distance from the reference."""

import numpy as np

from courtside.core.drift.columns.column import CategoryColumn, Column, NumericColumn
from courtside.core.drift.reports.trends import Onset, Trend, TrendPoint
from courtside.core.drift.statistics.jensen_shannon import jensen_shannon
from courtside.core.drift.statistics.ks import ks
from courtside.core.drift.story.parts import Part


def trend(reference: Column, current: Column, parts: tuple[Part, ...], *, onset: Onset | None) -> Trend:
    """Follow a column through the parts; for categories, follow the level whose share moved most."""
    followed = _most_moved(reference, current) if isinstance(reference, CategoryColumn) else None
    points = tuple(_point(reference, part, followed) for part in parts)
    return Trend(points, _level(reference, followed), onset)


def _point(reference: Column, part: Part, followed: int | None) -> TrendPoint:
    column = part.profile.by_name[reference.name]
    mean = median = share = None
    if isinstance(column, NumericColumn):
        mean, median = column.mean, column.median
    elif followed is not None and column.valid:
        share = float(column.counts[followed]) / column.valid
    return TrendPoint(part.start, part.end, column.valid, mean, median, share, _effect(reference, column))


def _effect(reference: Column, column: Column) -> float | None:
    if not (reference.valid and column.valid):
        return None
    if isinstance(reference, NumericColumn) and isinstance(column, NumericColumn):
        return ks(reference, column).value
    assert isinstance(reference, CategoryColumn)
    assert isinstance(column, CategoryColumn)
    return jensen_shannon(reference, column)


def _most_moved(reference: CategoryColumn, current: Column) -> int:
    """Return the position of the level whose share changed most; among equals it is the last, such as a binary's 1."""
    before = reference.bin_counts / max(1, reference.valid)
    after = current.bin_counts / max(1, current.valid)
    changes = np.abs(after - before).round(9)
    return changes.size - 1 - int(changes[::-1].argmax()) if changes.any() else max(0, len(reference.levels) - 1)


def _level(reference: Column, followed: int | None) -> str | None:
    if followed is None or not isinstance(reference, CategoryColumn) or followed >= len(reference.levels):
        return None
    return reference.levels[followed]
