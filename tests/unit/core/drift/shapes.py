"""The 21 pairs of columns on which the engine is compared with exact computations, and helpers that profile columns."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from courtside.core.dataset import Feature, FeatureKind
from courtside.core.drift import fit
from courtside.core.drift.columns.column import CategoryColumn, NumericColumn

Values = NDArray[Any]
Rng = np.random.Generator

SHAPES: dict[str, Callable[[Rng, int, int], tuple[Values, Values]]] = {
    "normal unchanged": lambda r, n, m: (r.normal(size=n), r.normal(size=m)),
    "shifted 0.1 sd": lambda r, n, m: (r.normal(size=n), r.normal(0.1, 1, m)),
    "shifted 1 sd": lambda r, n, m: (r.normal(size=n), r.normal(1, 1, m)),
    "scaled": lambda r, n, m: (r.normal(size=n), 1.3 * r.normal(size=m)),
    "t with 2 degrees": lambda r, n, m: (r.standard_t(2, n), r.standard_t(2, m)),
    "cauchy": lambda r, n, m: (r.standard_cauchy(n), r.standard_cauchy(m)),
    "lognormal sigma 3": lambda r, n, m: (r.lognormal(0, 3, n), r.lognormal(0, 3, m)),
    "poisson": lambda r, n, m: (r.poisson(20, n), r.poisson(21, m)),
    "integers": lambda r, n, m: (r.integers(0, 5000, n), r.integers(0, 5000, m)),
    "binary": lambda r, n, m: (r.random(n) < 0.30, r.random(m) < 0.35),
    "constant unchanged": lambda _, n, m: (np.full(n, 5.0), np.full(m, 5.0)),
    "constant moved": lambda _, n, m: (np.full(n, 5.0), np.full(m, 4.999)),
    "constant spread": lambda r, n, m: (np.full(n, 5.0), r.normal(5, 1, m)),
    "zeros and exponential": lambda r, n, m: (_zero_inflated(r, n, 0.0), _zero_inflated(r, m, 0.0)),
    "zeros moved": lambda r, n, m: (_zero_inflated(r, n, 0.0), _zero_inflated(r, m, 1e-6)),
    "prices": lambda r, n, m: (r.lognormal(3, 1, n).round(2), (1.02 * r.lognormal(3, 1, m)).round(2)),
    "all beyond": lambda r, n, m: (r.normal(size=n), 20 + r.normal(size=m)),
    "half beyond": lambda r, n, m: (r.normal(size=n), r.normal(size=m) + 20 * (r.random(m) < 0.5)),
    "spike inside": lambda r, n, m: (r.normal(size=n), np.where(r.random(m) < 0.3, 0.3, r.normal(size=m))),
    "timestamps": lambda r, n, m: (1.7e9 + r.normal(0, 1e5, n), 1.7e9 + r.normal(1e4, 1e5, m)),
    "bimodal with a gap": lambda r, n, m: (_bimodal(r, n), r.uniform(0, 100, m)),
}


def _zero_inflated(rng: Rng, rows: int, zero: float) -> Values:
    return np.where(rng.random(rows) < 0.6, zero, rng.exponential(1, rows))


def _bimodal(rng: Rng, rows: int) -> Values:
    return rng.normal(size=rows) + 100 * (rng.random(rows) < 0.5)


def numeric(reference: Any, current: Any) -> tuple[NumericColumn, NumericColumn]:
    """Profile two numeric columns on the grid of the first one."""
    profile = fit(pa.table({"x": pa.array(reference)}), [Feature("x", FeatureKind.NUMERIC)])
    mine, theirs = profile.columns[0], profile.summarize(pa.table({"x": pa.array(current)})).columns[0]
    assert isinstance(mine, NumericColumn)
    assert isinstance(theirs, NumericColumn)
    return mine, theirs


def categorical(
    reference: Any, current: Any, kind: FeatureKind = FeatureKind.CATEGORICAL
) -> tuple[CategoryColumn, CategoryColumn]:
    """Profile two columns of levels with the levels of the first one."""
    profile = fit(pa.table({"x": pa.array(reference)}), [Feature("x", kind)])
    mine, theirs = profile.columns[0], profile.summarize(pa.table({"x": pa.array(current)})).columns[0]
    assert isinstance(mine, CategoryColumn)
    assert isinstance(theirs, CategoryColumn)
    return mine, theirs
