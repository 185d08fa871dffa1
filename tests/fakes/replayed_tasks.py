"""Invented streams of several classes and of values for backtests, whose concept may change on a day."""

from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from courtside.datasets.catalog import parse_dataset
from courtside.workflows.backtest import Stream
from tests.fakes.replayed_streams import FIRST

CONTRACTS = {
    "multiclass": """
name: parcels
task: multiclass
time_column: day
id_columns: [parcel]
target: outcome
features: {weight: numeric, distance: numeric}
candidates: [logistic_regression]
""",
    "regression": """
name: parcels
task: regression
time_column: day
id_columns: [parcel]
target: hours
features: {weight: numeric, distance: numeric}
candidates: [ridge]
""",
}
OUTCOMES = np.array(["early", "on time", "late"])


def parcels(*, days: int, a_day: int = 15, slows_on: date | None = None, lost_from: date | None = None) -> pa.Table:
    """Return rows of so many days; from `slows_on` on each takes three hours longer.

    From `lost_from` on some are lost, a class that no row had before.
    """
    rng = np.random.default_rng(7)
    count = days * a_day
    day = np.array([FIRST + timedelta(days=number // a_day) for number in range(count)])
    weight, distance, noise = rng.normal(size=(3, count))
    slower = np.zeros(count) if slows_on is None else np.where(day >= slows_on, 3.0, 0.0)
    hours = 20 + 4 * distance + weight + 3 * noise + slower
    outcome = OUTCOMES[np.digitize(hours, [18.0, 22.0])]
    if lost_from is not None:
        outcome = np.where((day >= lost_from) & (rng.uniform(size=count) < 0.1), "lost", outcome)
    return pa.table(
        {
            "parcel": np.arange(count),
            "day": pa.array(day, pa.date32()),
            "weight": weight,
            "distance": distance,
            "outcome": outcome.tolist(),
            "hours": hours,
        }
    )


def parcel_stream(task: str, **changes: object) -> Stream:
    """Return the rows of `parcels` as a stream of a task."""
    return Stream.of(parcels(**changes), parse_dataset("parcels", CONTRACTS[task].encode()))  # type: ignore[arg-type]
