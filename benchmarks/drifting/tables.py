"""Write the benchmark's tables as parquet files: 16 mixed synthetic features, or the same repeated to 500."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

Columns = dict[str, NDArray[Any]]
NUMERIC, BINARY, CATEGORICAL = 11, 3, 2
SHIFT = 0.3
REFERENCE_SEED, CURRENT_SEED = 1, 2
ROWS_A_GROUP = 1_000_000


@dataclass(frozen=True, slots=True)
class Case:
    """The number of rows on both sides, and how often the 16 features are repeated."""

    name: str
    reference_rows: int
    current_rows: int
    times: int = 1
    features: int = 16

    @property
    def columns(self) -> list[str]:
        """Return the names of the features."""
        kinds = {"numeric": NUMERIC, "binary": BINARY, "category": CATEGORICAL}
        names = [f"{kind}_{n}_{t}" for t in range(self.times) for kind, count in kinds.items() for n in range(count)]
        return names[: self.features]


CASES = {
    case.name: case
    for case in (
        Case("a", 34_788, 8_697),
        Case("b", 1_000_000, 250_000),
        Case("d", 50_000, 50_000, times=32, features=500),
        Case("memory_1m", 100_000, 1_000_000),
        Case("memory_10m", 100_000, 10_000_000),
    )
}


def synthetic(rows: int, *, seed: int, shift: float, times: int = 1) -> Columns:
    """Return columns that are normal, heavy-tailed, whole, rounded, zero-inflated, far from zero, binary and text."""
    rng = np.random.default_rng(seed)
    makers: list[Callable[[], NDArray[Any]]] = [
        lambda: rng.normal(104 + 5 * shift, 6, rows),
        lambda: rng.normal(104 + 5 * shift, 6, rows).round(1),
        lambda: rng.normal(0, 5, rows),
        lambda: rng.lognormal(shift, 1.5, rows),
        lambda: rng.standard_t(2, rows),
        lambda: rng.poisson(20 + 2 * shift, rows).astype(float),
        lambda: rng.integers(0, 8, rows),
        lambda: rng.integers(0, 5_000, rows),
        lambda: np.where(rng.random(rows) < 0.6, 0.0, rng.exponential(1, rows)),
        lambda: 1.7e9 + rng.normal(0, 1e5, rows),
        lambda: rng.binomial(10, 0.5, rows) / 10,
        *[lambda p=p: (rng.random(rows) < p + 0.05 * shift).astype(np.int64) for p in (0.1, 0.3, 0.5)],
        *[lambda n=n: np.char.add("level", rng.integers(0, n, rows).astype(str)) for n in (7, 30)],
    ]
    names = Case("any", 0, 0).columns
    return {
        name.rsplit("_", 1)[0] + f"_{time}": make()
        for time in range(times)
        for name, make in zip(names, makers, strict=True)
    }


def write_case(case: Case, folder: Path) -> None:
    """Write `CASE_reference.parquet` and `CASE_current.parquet` unless they exist."""
    sides = (
        ("reference", case.reference_rows, REFERENCE_SEED, 0.0),
        ("current", case.current_rows, CURRENT_SEED, SHIFT),
    )
    for side, rows, seed, shift in sides:
        path = folder / f"{case.name}_{side}.parquet"
        if not path.exists():
            part = synthetic(min(rows, ROWS_A_GROUP), seed=seed, shift=shift, times=case.times)
            table = pa.table({name: pa.array(part[name]) for name in case.columns})
            with pq.ParquetWriter(path, table.schema) as writer:
                for _ in range(max(1, rows // ROWS_A_GROUP)):
                    writer.write_table(table)


def is_numeric(column: str) -> bool:
    """Return whether a feature is numeric, by its name."""
    return column.startswith("numeric")
