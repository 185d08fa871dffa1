"""The holdout carries the baseline of the training part and the names of its segments."""

import numpy as np
import pyarrow as pa
import pytest

from courtside.core.dataset import Dataset, Feature, FeatureKind
from courtside.core.training.holdout import SegmentMissing, holdout_columns, what_the_target_alone_reaches
from courtside.core.training.split import Split


def dataset(segment: str | None) -> Dataset:
    return Dataset(
        name="churn",
        time_column="day",
        season_column=None,
        id_columns=(),
        target="left",
        features=(Feature("age", FeatureKind.NUMERIC),),
        builder=None,
        reference_seasons=1,
        segment=segment,
    )


TRAIN = pa.table({"left": pa.array([1, 1, 1, 0], pa.int8()), "region": ["n", "n", "s", "s"]})
TEST = pa.table({"left": pa.array([0, 0, 1], pa.int8()), "region": ["n", None, "s"], "tier": [1.0, 2.5, None]})


def test_the_baseline_is_the_share_of_class_1_in_the_training_part() -> None:
    columns = holdout_columns(TRAIN, TEST, dataset(None))
    assert list(columns) == ["baseline"]
    assert np.asarray(columns["baseline"]).tolist() == [0.75] * 3
    found = what_the_target_alone_reaches(Split(TRAIN, TEST, holdout_rows=1), dataset(None))
    assert found == {"baseline_accuracy": pytest.approx(1 / 3)}


@pytest.mark.parametrize(("column", "names"), [("region", ["n", "missing", "s"]), ("tier", ["1", "2.5", "missing"])])
def test_segments_are_written_as_names(column: str, names: list[str]) -> None:
    assert holdout_columns(TRAIN, TEST, dataset(column))["segment"].to_pylist() == names


def test_a_segment_column_that_rows_lack_is_refused() -> None:
    with pytest.raises(SegmentMissing, match="churn: its rows have no column plan"):
        holdout_columns(TRAIN, TEST, dataset("plan"))
