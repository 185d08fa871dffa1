"""A contract may leave its features to be inferred from its rows."""

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from courtside.core.dataset import Dataset, FeatureKind, Inference
from courtside.core.drift.errors import MissingColumns
from courtside.core.proposal import Guess, NothingToLearnFrom, Part, inferred_features
from courtside.core.tasks import TargetNotBinary
from tests.datasets.churn import DATASET, churn_table

ROWS = churn_table(600)
LEFT = ROWS.column("churned")
INFER = replace(DATASET, features=(), inference=Inference())


def with_columns(**columns: Any) -> pa.Table:
    rows = ROWS
    for name, values in columns.items():
        rows = rows.append_column(name, pa.array(values) if isinstance(values, (list, np.ndarray)) else values)
    return rows


def inferred(rows: pa.Table, dataset: Dataset = INFER) -> dict[str, Guess]:
    return {guess.column: guess for guess in inferred_features(rows, dataset, table="churn")}


def kinds(rows: pa.Table, dataset: Dataset = INFER) -> dict[str, FeatureKind | None]:
    return {name: guess.kind for name, guess in inferred(rows, dataset).items() if guess.part is Part.FEATURE}


def test_the_inferred_features_equal_those_written_by_hand() -> None:
    assert kinds(ROWS) == {feature.name: feature.kind for feature in DATASET.features}


def test_roles_ids_times_constants_nested_values_and_leaks_are_not_features() -> None:
    rows = with_columns(
        plan=["basic", "pro", "team"] * 200,
        region=["north", "south"] * 300,
        year=[2023] * 600,
        score=np.linspace(0, 1, 600),
        seen=["2024-03-01"] * 600,
        token=[f"x{index * 7919 % 9973}" for index in range(600)],
        parts=[[1, 2]] * 600,
        country=["NO"] * 600,
        refund=pc.if_else(LEFT, 10.0, 0.0),
        reason=["late"] * 300 + ["dear"] * 300,
    )
    contract = replace(
        INFER,
        segments=("region", "year"),
        season_column="year",
        prediction="score",
        inference=Inference(leave_out=("reason",), entities=(("*", ("region",)),)),
    )
    found = inferred(rows, contract)
    assert {name: guess.reason for name, guess in found.items() if guess.part is not Part.FEATURE} == {
        "customer_id": "it is one of the id_columns",
        "measured_at": "it is the time_column",
        "churned": "it is the target",
        "region": "it says which rows hang together",
        "year": "it is the season",
        "score": "it is what a model predicted",
        "seen": "it holds times as text",
        "token": "nearly every row has a value of its own, as ids have",
        "parts": "values of type list<item: int64> cannot be compared",
        "country": "it is 'NO' in every row",
        "refund": "it alone tells the two classes apart (AUC 1.0000), so it very likely knows the outcome",
        "reason": "the contract names it in leave_out",
    }
    assert found["refund"].part is Part.SUSPECT
    resolved = contract.with_features({name: kind for name, kind in kinds(rows, contract).items() if kind})
    assert {feature.entity for feature in resolved.features} == {("region",)}
    assert resolved.contract == contract.contract
    assert not resolved.to_infer


def test_a_segment_is_a_feature_unless_the_contract_leaves_it_out_or_its_values_cannot_be_one() -> None:
    rows = with_columns(
        plan=["basic", "pro", "team"] * 200, region=["north", "south"] * 300, outcome=pc.if_else(LEFT, "gone", "here")
    )
    contract = replace(INFER, segment="plan", segments=("plan", "region", "outcome"))
    assert kinds(rows, contract)["plan"] is kinds(rows, contract)["region"] is FeatureKind.CATEGORICAL
    assert inferred(rows, contract)["outcome"].part is Part.SUSPECT
    without = replace(contract, inference=Inference(leave_out=("plan",)))
    assert inferred(rows, without)["plan"].reason == "the contract names it in leave_out"
    assert kinds(rows, without)["region"] is FeatureKind.CATEGORICAL


def test_a_column_that_reveals_a_target_of_text_is_left_out() -> None:
    rows = with_columns(refund=pc.if_else(LEFT, 10.0, 0.0))
    rows = rows.set_column(rows.column_names.index("churned"), "churned", pc.if_else(LEFT, "Yes", "No"))
    assert "refund" not in kinds(rows, replace(INFER, positive="Yes"))
    with pytest.raises(TargetNotBinary):
        inferred(rows)


@pytest.mark.parametrize("target", [None, pa.nulls(600, pa.bool_())], ids=["absent", "all unknown"])
def test_without_labels_a_column_that_would_reveal_them_is_a_feature(target: Any) -> None:
    rows = with_columns(refund=pc.if_else(LEFT, 10.0, 0.0)).drop_columns(["churned"])
    rows = rows if target is None else rows.append_column("churned", target)
    assert kinds(rows)["refund"] is FeatureKind.NUMERIC


def test_leaving_out_an_unknown_column_is_refused() -> None:
    with pytest.raises(MissingColumns, match=r"no column 'refnd'.*correct the leave_out"):
        inferred(ROWS, replace(INFER, inference=Inference(leave_out=("refnd",))))


@pytest.mark.parametrize("time", [None, "measured_at"])
@pytest.mark.parametrize("ids", [(), ("customer_id",)])
def test_what_is_inferred_does_not_depend_on_the_order_of_the_rows(ids: tuple[str, ...], time: str | None) -> None:
    contract, rows = replace(INFER, id_columns=ids, time_column=time), ROWS.sort_by("measured_at")
    rising = 1_700_000_000 + np.cumsum(np.random.default_rng(0).integers(1, 90_000, ROWS.num_rows))
    rows = rows.append_column("seen", pa.array(rising))
    rows = rows.append_column("numbered", pa.array(np.arange(ROWS.num_rows) * 9))
    shuffled = rows.take(np.random.default_rng(3).permutation(ROWS.num_rows))
    assert inferred(shuffled, contract) == inferred(rows, contract)


def test_a_table_without_any_feature_is_refused_with_the_reasons() -> None:
    rows = ROWS.select(["customer_id", "measured_at", "churned"])
    with pytest.raises(NothingToLearnFrom, match=r"no column of churn .*'customer_id': it is one of the id_columns"):
        inferred(rows)


def of_task(task: str, target: Any) -> tuple[pa.Table, Dataset]:
    rows = ROWS.set_column(ROWS.column_names.index("churned"), "churned", pa.array(target))
    return rows, replace(INFER, task=task, positive=None)


def test_what_orders_the_values_of_a_regression_is_no_feature_and_what_says_little_is() -> None:
    rng = np.random.default_rng(5)
    target = rng.normal(size=600)
    rows, contract = of_task("regression", target)
    rows = rows.append_column("scaled", pa.array(3 * target + 1)).append_column(
        "near", pa.array(target + rng.normal(size=600))
    )
    found = inferred(rows, contract)
    assert found["scaled"].part is Part.SUSPECT
    assert found["scaled"].reason == (
        "it alone orders the values (rank correlation 1.0000), so it very likely knows the outcome"
    )
    assert found["near"].part is Part.FEATURE


def test_what_tells_several_classes_apart_is_no_feature_and_what_says_little_is() -> None:
    rng = np.random.default_rng(5)
    target = rng.integers(0, 3, size=600)
    rows, contract = of_task("multiclass", np.array(["high", "low", "medium"])[target])
    rows = rows.append_column("code", pa.array(target * 10.0)).append_column(
        "near", pa.array(target + rng.normal(size=600))
    )
    found = inferred(rows, contract)
    assert found["code"].part is Part.SUSPECT
    assert found["code"].reason.startswith("it alone tells the classes apart (AUC 1.0000)")
    assert found["near"].part is Part.FEATURE


def test_a_value_that_is_the_same_in_a_part_does_not_hinder_inferring() -> None:
    target = np.where(np.arange(600) < 599, 1.0, 2.0)
    rows, contract = of_task("regression", target)
    assert "near" in kinds(rows.append_column("near", pa.array(np.random.default_rng(5).normal(size=600))), contract)
