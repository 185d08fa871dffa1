"""Rows of customers with one of four plans, where the rows of one plan may shift while the others stay."""

from typing import Any

import numpy as np
import pyarrow as pa

from courtside.core.dataset import Feature, FeatureKind
from courtside.core.drift import Profile, fit

FEATURES = [
    *(Feature(f"x{i}", FeatureKind.NUMERIC, ("customer",)) for i in range(2)),
    Feature("use", FeatureKind.NUMERIC),
    Feature("kind", FeatureKind.CATEGORICAL),
]
PLANS = {"basic": 0.62, "team": 0.25, "pro": 0.12, "trial": 0.01}
LATER = "2021-08-01"


def rows(count: int, *, seed: int, start: str = "2020-01-01", shift: float = 0.0, of: str = "pro") -> pa.Table:
    """Return independent rows, 25 a day; `shift` moves `use` for one plan, in standard deviations."""
    rng = np.random.default_rng(seed)
    plan = rng.choice(list(PLANS), count, p=list(PLANS.values()))
    columns: dict[str, Any] = {
        **{f"x{i}": rng.normal(size=count) for i in range(2)},
        "use": rng.normal(size=count) + shift * (plan == of),
        "kind": rng.choice(["a", "b", "c"], count),
        "customer": rng.integers(0, 400, count),
        "plan": plan,
        "day": np.datetime64(start) + np.arange(count) // 25,
    }
    return pa.table(columns)


def reference(*, dated: bool = True) -> Profile:
    """Return a calibrated reference whose segments are the plans."""
    time_column = "day" if dated else None
    return fit(rows(14_000, seed=1), FEATURES, time_column=time_column, calibrated=True, segments=["plan"])
