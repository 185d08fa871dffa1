"""Small feature tables that are written to files."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import fs

from courtside.core.dataset import Feature, FeatureKind
from courtside.core.drift import Profile
from courtside.core.drift.reading import (
    Days,
    FeatureTable,
    open_table,
)

FEATURES = [Feature("points", FeatureKind.NUMERIC), Feature("venue", FeatureKind.CATEGORICAL)]
FIRST = date(2019, 1, 1)
ROWS = 300


def rows(day: date, *, seed: int = 0, shift: float = 0.0, **columns: Any) -> pa.Table:
    rng = np.random.default_rng(day.toordinal() * 100 + seed)
    made: dict[str, Any] = {
        "game_date": pa.array([day] * ROWS, pa.date32()),
        "points": rng.normal(104 + shift, 6, ROWS),
        "venue": rng.choice(["home", "away"], ROWS),
        "other": np.zeros(ROWS),
    }
    return pa.table({name: pa.array(value) for name, value in (made | columns).items() if value is not None})


def write(path: Path, table: pa.Table, **options: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path, **options)
    return path


def opened(path: Path) -> FeatureTable:
    return open_table(fs.LocalFileSystem(), str(path), name=path.name)


def require_same(profile: Profile, other: Profile) -> None:
    """Require equal profiles, except for the last bits of sums, which depend on the order of addition."""
    assert (profile.rows, profile.period) == (other.rows, other.period)
    for mine, theirs in zip(profile.columns, other.columns, strict=True):
        assert mine.counts.tolist() == theirs.counts.tolist()
        assert (mine.tally, mine.dtypes) == (theirs.tally, theirs.dtypes)
    assert profile.merge(other).rows == 2 * profile.rows


def within(table: FeatureTable, start: date | None, end: date | None) -> FeatureTable:
    return replace(table, days=Days(start, end))
