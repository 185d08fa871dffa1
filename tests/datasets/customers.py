"""Customers with features of all types that people are likely to send."""

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from courtside.core.dataset import FeatureKind

ROWS = 300
MIXED = {
    "income": FeatureKind.NUMERIC,
    "visits": FeatureKind.NUMERIC,
    "calls": FeatureKind.NUMERIC,
    "senior": FeatureKind.BINARY,
    "paperless": FeatureKind.BINARY,
    "gift": FeatureKind.BINARY,
    "plan": FeatureKind.CATEGORICAL,
    "region": FeatureKind.CATEGORICAL,
    "tier": FeatureKind.CATEGORICAL,
    "member": FeatureKind.CATEGORICAL,
}
NUMBERS = {name: MIXED[name] for name in ("income", "visits", "calls", "senior", "paperless")}


def customers() -> pa.Table:
    """Return a table with columns of all common types, most of which have gaps."""
    rng = np.random.default_rng(7)

    def gaps(values: NDArray[Any], share: float = 0.1) -> pa.Array:
        return pa.array(values.tolist(), mask=rng.random(ROWS) < share)

    income, plan = rng.normal(3_000, 800, ROWS).round(2), rng.choice(["basic", "pro", "größer, teurer"], ROWS)
    odds = (income - 3_000) / 500 + np.select([plan == "pro", plan == "basic"], [1.0, -1.0], 0.0)
    left = rng.random(ROWS) < 1 / (1 + np.exp(-odds))
    return pa.table(
        {
            "id": np.arange(ROWS),
            "income": gaps(income),
            "visits": rng.integers(0, 40, ROWS),
            "calls": gaps(rng.integers(0, 9, ROWS)),
            "senior": rng.random(ROWS) < 0.3,
            "paperless": gaps(rng.random(ROWS) < 0.5),
            "gift": gaps(rng.choice(["yes", "no"], ROWS)),
            "plan": gaps(plan),
            "region": gaps(rng.integers(1, 6, ROWS)),
            "tier": gaps(rng.choice([1.0, 1.5, 2.0], ROWS)),
            "member": gaps(rng.random(ROWS) < 0.4),
            "note": gaps(rng.choice(["called", "wrote"], ROWS)),
            "left": np.where(left, "Yes", "No"),
        }
    )
