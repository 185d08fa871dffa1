"""Small invented streams for backtests: a few rows a day, and a concept that may turn around on a day."""

from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from courtside.core.dataset import Dataset, Feature, FeatureKind
from courtside.workflows.backtest import Stream

FIRST = date(2018, 1, 1)
VISITS = Dataset(
    name="visits",
    time_column="day",
    season_column=None,
    id_columns=("visit",),
    target="bought",
    features=(Feature("pages", FeatureKind.NUMERIC), Feature("minutes", FeatureKind.NUMERIC)),
    builder=None,
    reference_seasons=1,
)


def visits(*, days: int, a_day: int = 5, turns_on: date | None = None, moves_on: date | None = None) -> pa.Table:
    """Return rows of so many days; from `turns_on` on the concept is the opposite, from `moves_on` on pages are more.

    The same arguments give the same rows, and rows before a change are those of a stream without it.
    """
    rng = np.random.default_rng(5)
    count = days * a_day
    day = np.array([FIRST + timedelta(days=number // a_day) for number in range(count)])
    pages, minutes, luck = rng.normal(size=count), rng.normal(size=count), rng.uniform(size=count)
    sign = np.ones(count) if turns_on is None else np.where(day >= turns_on, -1.0, 1.0)
    moved = np.zeros(count) if moves_on is None else np.where(day >= moves_on, 3.0, 0.0)
    chance = 1 / (1 + np.exp(-1.5 * sign * pages))
    return pa.table(
        {
            "visit": np.arange(count),
            "day": pa.array(day, pa.date32()),
            "pages": pages + moved,
            "minutes": minutes,
            "bought": (luck < chance).astype(np.int8),
        }
    )


def visit_stream(**changes: object) -> Stream:
    """Return the rows of `visits` as a stream."""
    return Stream.of(visits(**changes), VISITS)  # type: ignore[arg-type]
