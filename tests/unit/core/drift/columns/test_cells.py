"""The cells found for a batch's rows agree with the counts of its columns and are looked up only once."""

import numpy as np
import pyarrow as pa
import pytest

from courtside.core.dataset import Feature, FeatureKind
from courtside.core.drift import fit
from courtside.core.drift.columns.cells import BatchCells

ROWS = 2_000
RNG = np.random.default_rng(1)
POINTS = RNG.normal(100, 10, ROWS)
FEATURES = [
    Feature("points", FeatureKind.NUMERIC),
    Feature("flag", FeatureKind.BINARY),
    Feature("venue", FeatureKind.CATEGORICAL),
]
TABLE = pa.table(
    {
        "points": pa.array([None if row % 7 == 0 else value for row, value in enumerate(POINTS.tolist())]),
        "flag": pa.array((POINTS > 100).astype(np.int64)),
        "venue": pa.array(["home" if value < 95 else "away" for value in POINTS.tolist()]),
    }
)
REFERENCE = fit(TABLE, FEATURES)
GAPS = pa.table(
    {
        "points": pa.array([float("nan"), None, float("inf"), 101.5, -1e9]),
        "flag": pa.array([1.0, None, float("nan"), 0.0, 5.0]),
        "venue": pa.array(["home", None, "moon", "away", "away"]),
    }
)


@pytest.mark.parametrize("table", [TABLE, GAPS])
def test_the_cells_of_the_rows_agree_with_the_counts_of_the_columns(table: pa.Table) -> None:
    (batch,) = table.combine_chunks().to_batches()
    cells = BatchCells(batch)
    for column, counted in zip(REFERENCE.columns, REFERENCE.summarize(table).columns, strict=True):
        found = cells.of(column)
        assert np.bincount(found[found >= 0], minlength=column.cells.size).tolist() == counted.cells.tolist()
        assert np.count_nonzero(found < 0) == table.num_rows - counted.valid


def test_rows_are_looked_up_once_and_each_cell_takes_two_bytes() -> None:
    (batch,) = TABLE.combine_chunks().to_batches()
    cells = BatchCells(batch)
    for column in REFERENCE.columns:
        assert cells.of(column) is cells.of(column)
        assert cells.of(column).itemsize == 2
    assert cells.array("venue") is cells.array("venue")
    assert cells.hashes("venue") is cells.hashes("venue")
