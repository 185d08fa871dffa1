"""Integers too far apart to be counted exactly are rounded, and the report says so."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from courtside.adapters.feature_tables import open_address
from courtside.core.dataset import Dataset, Feature, FeatureKind
from courtside.core.drift import ClassicPolicy
from courtside.workflows.compare_tables import Compared, compare_tables

DATASET = Dataset(
    name="t",
    time_column="ts",
    season_column=None,
    id_columns=(),
    target="y",
    features=(Feature("v", FeatureKind.NUMERIC),),
    builder=None,
    reference_seasons=1,
)


@pytest.mark.parametrize(
    ("values", "step"),
    [
        (2**53 + np.arange(500, dtype=np.int64), None),
        (-(2**62) - np.arange(500, dtype=np.int64), None),
        (np.uint64(2**64 - 1) - np.arange(500, dtype=np.uint64), None),
        (2**54 * np.arange(-250, 250, dtype=np.int64), "512"),
        (np.uint64(2**55) * np.arange(500, dtype=np.uint64), "1024"),
        (2**53 - 1 - np.arange(500, dtype=np.int64), None),
        (np.linspace(-1e300, 1e300, 500), None),
    ],
)
def test_the_report_names_the_step_to_which_values_were_rounded(
    tmp_path: Path, values: "np.ndarray[tuple[int], np.dtype[np.generic]]", step: str | None
) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"v": pa.array(values), "y": pa.array([0, 1] * 250)}), path)
    table = open_address(str(path))
    compared = compare_tables(table, table, compared=Compared.of(DATASET, table), policy=ClassicPolicy())
    reason = compared.report.features[0].reason
    assert (f"rounded to multiples of {step}:" in reason) == (step is not None)
