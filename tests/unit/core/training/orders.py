"""Parcels that arrived late or on time, with categories, gaps and names that boosting libraries reject."""

import numpy as np
import pyarrow as pa

from courtside.core.dataset import Dataset, Feature, FeatureKind

ORDERS = Dataset(
    name="orders",
    time_column="ordered_at",
    season_column=None,
    id_columns=("order",),
    target="late",
    features=(
        Feature("weight [kg]", FeatureKind.NUMERIC),
        Feature("carrier", FeatureKind.CATEGORICAL),
        Feature("distance", FeatureKind.NUMERIC),
        Feature("depot", FeatureKind.CATEGORICAL),
        Feature("express", FeatureKind.BINARY),
        Feature("gift", FeatureKind.BINARY),
    ),
    builder=None,
    reference_seasons=1,
)


def orders(n: int = 1_000, seed: int = 3) -> pa.Table:
    """Return orders in which `carrier` matters most and `distance` some; nearly every column is text or has gaps."""
    rng = np.random.default_rng(seed)
    carrier = rng.choice(["van", "bike", "post", "drone"], n, p=[0.4, 0.3, 0.25, 0.05])
    distance = rng.gamma(2, 10, n)
    odds = np.select([carrier == "van", carrier == "bike"], [2.0, -2.0], 0.0) + (distance - 20) / 20
    late = (rng.random(n) < 1 / (1 + np.exp(-odds))).astype(np.int8)

    def gaps(values: np.ndarray, share: float) -> pa.Array:
        return pa.array(values.tolist(), mask=rng.random(n) < share)

    return pa.table(
        {
            "order": np.arange(n),
            "ordered_at": np.arange(n).astype("datetime64[h]").astype("datetime64[us]"),
            "weight [kg]": gaps(rng.normal(5, 1, n), 0.2),
            "carrier": gaps(carrier, 0.02),
            "distance": gaps(distance, 0.1),
            "depot": pa.array(rng.integers(0, 200, n)).dictionary_encode(),
            "express": gaps(rng.random(n) < 0.3, 0.05),
            "gift": pa.array(rng.choice(["yes", "no"], n)),
            "late": late,
        }
    )
