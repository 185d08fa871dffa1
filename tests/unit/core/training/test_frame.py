"""Models get the same input however a table writes numbers, booleans, text and missing values."""

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from courtside.core.dataset import Dataset, Feature, FeatureKind
from courtside.core.training.frame import FeatureUnusable, feature_frame
from courtside.core.training.served_input import MISSING, as_trained

VISITS = Dataset(
    name="visits",
    time_column=None,
    season_column=None,
    id_columns=(),
    target="left",
    features=(
        Feature("visits", FeatureKind.NUMERIC),
        Feature("paid", FeatureKind.BINARY),
        Feature("plan", FeatureKind.CATEGORICAL),
    ),
    builder=None,
    reference_seasons=1,
)
TAKEN = pd.DataFrame(
    {
        "visits": [3.0, np.nan, 0.0],
        "paid": [1.0, 0.0, np.nan],
        "plan": pd.Series(["basic", MISSING, "pro"], dtype=object),
    }
)
INTEGERS, TRUTHS, TEXTS = [3, None, 0], [True, False, None], ["basic", None, "pro"]


@pytest.mark.parametrize(
    ("visits", "paid", "plan"),
    [
        (pa.array(INTEGERS), pa.array(TRUTHS), pa.array(TEXTS)),
        (pa.array([3.0, np.nan, 0.0]), pa.array([1, 0, None], pa.int8()), pa.array(TEXTS, pa.large_string())),
        (pa.array(INTEGERS, pa.uint16()), pa.array([1.0, 0.0, np.nan]), pa.array(TEXTS).dictionary_encode()),
        (
            pa.Array.from_pandas(pd.Series(INTEGERS, dtype="Int64")),
            pa.Array.from_pandas(pd.Series(TRUTHS, dtype="boolean")),
            pa.Array.from_pandas(pd.Series(TEXTS, dtype="string")),
        ),
    ],
    ids=["nullable", "floats and int8", "unsigned and dictionary", "pandas"],
)
def test_rows_are_accepted_however_missing_values_are_written(visits: Any, paid: Any, plan: Any) -> None:
    table = pa.table({"visits": visits, "paid": paid, "plan": plan})
    frame = feature_frame(table, VISITS)
    pd.testing.assert_frame_equal(frame, TAKEN, check_dtype=False)
    assert [kind.kind for kind in frame.dtypes] == ["f", "f", "O"]


@pytest.mark.parametrize("kind", [pl.Categorical, pl.Enum(["basic", "pro"]), pl.String])
def test_categories_of_polars_are_the_levels_that_they_name(kind: Any) -> None:
    plans = pl.DataFrame({"plan": pl.Series(TEXTS, dtype=pl.String).cast(kind)})
    assert as_trained(plans, {"plan": "string"})["plan"].tolist() == ["basic", MISSING, "pro"]
    assert as_trained(plans.head(0), {"plan": "string"})["plan"].tolist() == []


@pytest.mark.parametrize("whole", [pa.array([1, None, 3]), pa.array([1.0, np.nan, 3.0]), pa.array(["1", None, "3"])])
def test_a_category_of_whole_numbers_has_the_same_levels_however_they_are_written(whole: Any) -> None:
    frame = as_trained(pa.table({"plan": whole}), {"plan": "int64"})
    assert frame["plan"].tolist() == ["1", MISSING, "3"]


@pytest.mark.parametrize(
    ("trained", "value", "beside"),
    [("bool", 1.0, 2.0), ("int64", "01", "x"), ("double", "1.0", "x"), ("int64", 2.0**60, 0.5)],
)
def test_a_level_depends_on_no_row_beside_it(trained: str, value: Any, beside: Any) -> None:
    columns = {"plan": trained}
    alone, both = (as_trained(pa.table({"plan": each}), columns) for each in ([value], [value, beside]))
    assert alone["plan"][0] == both["plan"][0]


def test_text_where_the_model_expects_a_number_is_refused_by_name() -> None:
    table = pa.table({"visits": pa.array(["three", None, "0"]), "paid": pa.array(TRUTHS), "plan": pa.array(TEXTS)})
    with pytest.raises(FeatureUnusable, match="feature visits holds string, which is not a number: correct the column"):
        feature_frame(table, VISITS)
