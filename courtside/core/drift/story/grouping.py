"""Drifted features that were alike in the reference and moved in the same way at the same times form a group.

A feature's path is, per sub-window, the difference between its distribution and the reference's, at the reference's
deciles (or levels), weighted by the root of the rows. Two paths agree if their cosine is near 1. The origin is the
reference and not the window's mean, so two features that shifted before the window and stayed there agree as well.
Features are taken in order of effect and join the first group whose leader agrees with them.

Source: the leader algorithm of Hartigan, Clustering Algorithms, 1975, chapter 3.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from courtside.core.drift.columns.column import CategoryColumn, Column, NumericColumn
from courtside.core.drift.columns.rounding import Floats
from courtside.core.drift.reports.report import FeatureDrift

AGREEING = 0.8
"""Two paths move together if their cosine is at least this."""
ALIKE = 0.2
"""Two reference distributions count as alike if they differ by at most this (KS, or total variation of levels)."""
DECILES = np.arange(1, 10) / 10

Columns = Mapping[str, Column]


def moving_together(
    drifted: Sequence[FeatureDrift], reference: Columns, parts: Sequence[Columns]
) -> list[list[FeatureDrift]]:
    """Group the judged features with drift; each is in exactly one group, whose leader comes first.

    `parts` are the columns of the sub-windows by name, or those of the whole window alone. Groups are sorted by size
    and then by effect.
    """
    ordered = sorted(drifted, key=lambda feature: -(feature.effect or 0.0))
    paths = {f.name: _path(reference[f.name], [part[f.name] for part in parts]) for f in ordered}
    groups: list[list[FeatureDrift]] = []
    for feature in ordered:
        for group in groups:
            leader = group[0].name
            if _agree(paths[leader], paths[feature.name]) and _alike(reference[leader], reference[feature.name]):
                group.append(feature)
                break
        else:
            groups.append([feature])
    return sorted(groups, key=len, reverse=True)


def _path(reference: Column, parts: Sequence[Column]) -> Floats:
    expected = _described(reference, reference)
    steps = [
        (_described(reference, part) - expected) * np.sqrt(part.valid) if part.valid else np.zeros(expected.size)
        for part in parts
    ]
    return np.concatenate(steps)


def _described(reference: Column, column: Column) -> Floats:
    """Return the share up to each of the reference's deciles, or the share of each level."""
    if isinstance(reference, NumericColumn) and isinstance(column, NumericColumn):
        cells = reference.cumulative.searchsorted(DECILES - 1e-12)
        result: Floats = column.cumulative[cells]
        return result
    return column.bin_counts / column.valid


def _agree(path: Floats, other: Floats) -> bool:
    if path.size != other.size:
        return False
    lengths = float(np.linalg.norm(path) * np.linalg.norm(other))
    return lengths > 0 and float(path @ other) >= AGREEING * lengths


def _alike(column: Column, other: Column) -> bool:
    if isinstance(column, NumericColumn) and isinstance(other, NumericColumn):
        points = np.union1d(column.grid.edges, other.grid.edges)
        return float(np.abs(_distribution(column, points) - _distribution(other, points)).max()) <= ALIKE
    if isinstance(column, CategoryColumn) and isinstance(other, CategoryColumn):
        if column.levels != other.levels:
            return False
        gaps = np.abs(column.counts / column.valid - other.counts / other.valid)
        return float(gaps.sum()) / 2 <= ALIKE
    return False


def _distribution(column: NumericColumn, points: Floats) -> Floats:
    """Return the share of values up to each point, as known at the column's own edges."""
    steps = column.distribution
    result: Floats = steps[column.grid.edges.searchsorted(points, "right")]
    return result
