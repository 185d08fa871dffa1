"""Residuals of rows that belong together."""

import numpy as np
from numpy.typing import NDArray

from courtside.contracts.curves import ResidualGroup


def residual_group(
    name: str,
    residuals: NDArray[np.float64],
    covered: NDArray[np.float64] | None,
    rows: NDArray[np.intp],
    *,
    days: NDArray[np.datetime64] | None = None,
) -> ResidualGroup:
    """Return the figures of the residuals of `rows`, at least one; the others are of all rows.

    `covered` is 1 or 0 for rows with an interval and NaN for others.
    """
    found = residuals[rows]
    held = np.empty(0) if covered is None else covered[rows][~np.isnan(covered[rows])]
    low, high = np.quantile(found, [0.1, 0.9]).tolist()
    return ResidualGroup(
        name=name,
        rows=rows.size,
        mean=figure(found.mean()),
        low=figure(low),
        high=figure(high),
        rmse=figure(root_mean_square(found)),
        covered=round(float(held.mean()), 6) if held.size else None,
        days=None if days is None else (days[rows].min().item(), days[rows].max().item()),
    )


def grouped(values: NDArray[np.object_]) -> list[tuple[str, NDArray[np.intp]]]:
    """Return each value with its rows, the one with the most rows first, and by name among equals."""
    names, codes, counts = np.unique(values.astype(str), return_inverse=True, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    return [(str(names[place]), np.flatnonzero(codes == place)) for place in order]


def root_mean_square(values: NDArray[np.float64]) -> float:
    """Return the root of the mean square without overflow."""
    largest = float(np.abs(values).max())
    return largest * float(np.sqrt(np.mean((values / largest) ** 2))) if largest else 0.0


def figure(value: float) -> float:
    """Keep six significant digits: more cannot be seen in a plot."""
    return float(f"{value:.6g}")
