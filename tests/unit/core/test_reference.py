"""The champion is compared with the newest seasons, in whatever form seasons are written."""

from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from courtside.core.dataset import Dataset, Feature, FeatureKind
from courtside.core.reference import SeasonsMissing, reference_rows, without_season

DATASET = Dataset(
    name="t",
    time_column="ts",
    season_column="season",
    id_columns=(),
    target="y",
    features=(Feature("x", FeatureKind.NUMERIC),),
    builder=None,
    reference_seasons=2,
)


def _table(seasons: "pa.Array[Any]") -> pa.Table:
    return pa.table({"season": seasons, "x": range(len(seasons))})


@pytest.mark.parametrize(
    "seasons",
    [
        pa.array(["2020-21", "2021-22", None, "2022-23"]),
        pa.array(["2020-21", "2021-22", None, "2022-23"]).dictionary_encode(),
        pa.array([2021, 2022, None, 2023], pa.int16()),
        pa.array([2021.0, 2022.0, np.nan, 2023.0]),
        pa.array([date(2020, 9, 1), date(2021, 9, 1), None, date(2022, 9, 1)]),
    ],
)
def test_rows_without_a_season_are_set_aside_and_counted(seasons: "pa.Array[Any]") -> None:
    table = _table(seasons)
    assert reference_rows(table, dataset=DATASET).column("x").to_pylist() == [1, 3]
    assert without_season(table, dataset=DATASET) == 1


def test_boolean_seasons_are_accepted_and_an_empty_season_column_is_refused() -> None:
    table = _table(pa.array([False, True, None]))
    assert reference_rows(table, dataset=DATASET).column("x").to_pylist() == [0, 1]
    with pytest.raises(SeasonsMissing, match="season column 'season' is empty in every row"):
        reference_rows(_table(pa.nulls(3, pa.int32())), dataset=DATASET)
