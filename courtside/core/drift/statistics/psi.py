"""Population stability index."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from courtside.core.drift.columns.column import CategoryColumn
from courtside.core.drift.columns.rounding import Floats
from courtside.core.drift.columns.slots import gathered, groups_borne, slots_of
from courtside.core.drift.statistics.shares import AnyColumn, compared_counts, require_comparable
from courtside.core.drift.statistics.statistic import EVERY_KIND, Figure, Statistic, Values

FLOOR = 1e-4
"""The smallest share that a bin is given, so that an empty bin counts but the index stays finite."""


@dataclass(frozen=True, slots=True)
class Psi:
    """The index, and the index less what sampling alone would give."""

    value: float
    adjusted: float


def psi(reference: AnyColumn, current: AnyColumn) -> Psi:
    """Return sum((q - p) ln(q / p)) over the reference's deciles, or over the levels of a category.

    It is symmetric, at least 0, and unitless. Atoms that are deciles are bins of their own. Shares below 1e-4 are
    raised to it. If there are more levels than the rows can bear, only the most frequent ones are bins of their own,
    and the others share bins. The adjusted value subtracts the expectation under no drift, (bins - 1)(1/n + 1/m), and
    stops at 0. Raises `ProfileMismatch` or `EmptyWindow`.

    Source: Kullback & Leibler 1951 (their J divergence); Siddiqi, Credit Risk Scorecards, 2006; expectation: Yurdakul &
    Naranjo 2020, J. Risk Model Validation 14(4).
    """
    require_comparable(reference, current)
    return stability_index(*_shares(reference, current), reference.valid, current.valid)


def _shares(reference: AnyColumn, current: AnyColumn) -> tuple[Floats, Floats]:
    """Return the shares by bin; levels are gathered if there are too many for samples of these sizes."""
    before, after = compared_counts(reference, current)
    if isinstance(reference, CategoryColumn) and before.size == len(reference.levels) + 1:
        groups = groups_borne(reference.valid, current.valid)
        if np.count_nonzero(before + after) > 2 * groups:
            before, after = gathered(before, after, slots_of((*reference.levels, "")))
    return before / reference.valid, after / current.valid


def stability_index(expected: Floats, actual: Floats, rows: int, other_rows: int) -> Psi:
    """Return the index of two vectors of shares with these numbers of rows."""
    occupied = int(np.count_nonzero((expected > 0) | (actual > 0)))
    p, q = np.maximum(expected, FLOOR), np.maximum(actual, FLOOR)
    value = float(((q - p) * np.log(q / p)).sum())
    sampling = (occupied - 1) * (1 / rows + 1 / other_rows)
    return Psi(value=value, adjusted=max(0.0, value - sampling))


def _values(reference: AnyColumn, current: AnyColumn) -> Values:
    found = psi(reference, current)
    return {"psi": found.value, "psi_adjusted": found.adjusted}


STATISTIC = Statistic(
    name="psi",
    kinds=EVERY_KIND,
    compute=_values,
    figures=(Figure("psi", "PSI"), Figure("psi_adjusted", "PSI less sampling noise")),
    added=date(2026, 11, 23),
    order=10,
)
