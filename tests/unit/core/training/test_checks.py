"""Data that would make models worthless raises named errors, and data that a person should know of gives warnings."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from courtside.core.dataset import Feature, FeatureKind, Phase
from courtside.core.training.checks import (
    FeatureAllMissing,
    FeatureLeaks,
    FeatureTooLarge,
    LabelsInvalid,
    check_labels,
    check_split,
)
from courtside.core.training.split import Split, split_rows
from tests.unit.core.training.orders import ORDERS, orders


def put(table: pa.Table, name: str, values: object) -> pa.Table:
    return table.set_column(table.column_names.index(name), name, pa.array(values))


def split_of(table: pa.Table) -> Split:
    return split_rows(table, dataset=ORDERS)


def test_good_data_gives_no_warning() -> None:
    rows = put(orders(), "depot", orders().column("depot").cast(pa.int64()).to_numpy() % 10)
    assert check_split(split_of(rows), ORDERS) == ()


@pytest.mark.parametrize("values", [np.linspace(0, 30, 1_000), [f"order {number}" for number in range(1_000)]])
def test_segments_with_a_value_per_row_are_told_and_few_values_are_not(values: object) -> None:
    few = ["north", "south"] * 500
    rows = orders().append_column("temp", pa.array(values)).append_column("region", pa.array(few))
    by_both = replace(ORDERS, segments=("temp", "region"))
    told = [each for each in check_split(split_rows(rows, dataset=by_both), by_both) if "segment" in each]
    assert len(told) == 1
    assert "the segment temp has 800 different values in the 800 rows" in told[0]


@pytest.mark.parametrize("wrong", [[2, 1], [None, 0], ["yes", "no"]])
def test_labels_other_than_0_and_1_are_named(wrong: list[object]) -> None:
    with pytest.raises(LabelsInvalid, match="late must hold only 0 and 1"):
        check_labels(put(orders(), "late", wrong * 500), ORDERS)
    check_labels(put(orders(), "late", [True, False] * 500), ORDERS)


@pytest.mark.parametrize("direction", [1, -1])
def test_a_number_that_reveals_the_target_is_refused(direction: int) -> None:
    late = orders().column("late").to_numpy()
    knows = direction * (late + np.random.default_rng(0).normal(0, 0.2, len(late)))
    with pytest.raises(FeatureLeaks, match="distance alone gives the target away") as raised:
        check_split(split_of(put(orders(), "distance", knows)), ORDERS)
    assert 0.99 < raised.value.auc < 1


def test_a_strong_feature_is_not_a_leak() -> None:
    late = orders().column("late").to_numpy()
    strong = late + np.random.default_rng(0).normal(0, 0.45, len(late))
    check_split(split_of(put(orders(), "distance", strong)), ORDERS)


def test_a_category_and_a_gap_that_reveal_the_target_are_refused() -> None:
    late = orders().column("late").to_numpy()
    with pytest.raises(FeatureLeaks, match="carrier alone"):
        check_split(split_of(put(orders(), "carrier", np.where(late, "complained", "fine"))), ORDERS)
    with pytest.raises(FeatureLeaks, match="distance alone"):
        check_split(split_of(put(orders(), "distance", [5.0 if one else None for one in late])), ORDERS)


def test_a_category_with_one_level_per_row_is_not_a_leak() -> None:
    rows = put(orders(), "carrier", [f"order {number}" for number in range(1_000)])
    assert any("carrier has values in the test part" in warning for warning in check_split(split_of(rows), ORDERS))


@pytest.mark.parametrize("values", [[None] * 800 + [1.0] * 200, [np.nan] * 1_000])
def test_a_feature_without_a_value_in_training_is_refused(values: list[float | None]) -> None:
    with pytest.raises(FeatureAllMissing, match="distance has no value"):
        check_split(split_of(put(orders(), "distance", values)), ORDERS)


@pytest.mark.parametrize("place", [0, 999])
def test_a_feature_that_no_single_precision_holds_is_refused_in_each_part(place: int) -> None:
    values = [1.0 * number for number in range(1_000)]
    values[place] = -1e300
    with pytest.raises(FeatureTooLarge, match=r"distance is up to 1e\+300, and models take numbers up to 1e\+38"):
        check_split(split_of(put(orders(), "distance", values)), ORDERS)


def test_constant_and_mostly_missing_features_give_warnings() -> None:
    gaps = [1.0 * number if number % 3 == 0 else None for number in range(1_000)]
    rows = put(put(orders(), "distance", gaps), "express", [True] * 1_000)
    said = check_split(split_of(rows), ORDERS)
    assert "feature distance is missing in 67% of the training part" in said
    assert "feature express has the same value in every row of the training part: no model can learn from it" in said


def test_levels_that_training_never_saw_give_a_warning() -> None:
    carrier = ["van", "bike"] * 400 + [f"new {number}" for number in range(8)] * 25
    said = check_split(split_of(put(orders(), "carrier", carrier)), ORDERS)
    listed = "new 0, new 1, new 2, new 3, new 4 and 3 more"
    assert f"feature carrier has values in the test part that training never saw: {listed}" in said


def test_a_season_and_months_that_training_never_saw_give_warnings() -> None:
    dataset = replace(
        ORDERS, features=(Feature("distance", FeatureKind.NUMERIC),), season_column="season", phase=Phase.MONTH
    )
    days = np.datetime64("2020-01-01T00", "us") + np.arange(1_000) * np.timedelta64(8, "h")
    rows = put(orders(), "ordered_at", days).append_column("season", pa.array([2020] * 900 + [2021] * 100))
    said = check_split(split_rows(rows, dataset=dataset), dataset)
    assert said == (
        "the holdout has values of season that training never saw: 2021",
        "the holdout has months that training never saw: 10, 11",
    )
