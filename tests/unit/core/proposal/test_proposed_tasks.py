"""The task of a proposed contract follows from the target's values, and a training takes what was proposed."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from courtside.api.contracts import propose_contract
from courtside.api.training import train
from courtside.contracts.errors import InputMismatch
from courtside.core.drift.reading import Sample
from courtside.core.proposal import NoTarget, Part, Proposal, TargetUnfit, propose
from tests.unit.core.proposal.test_propose import churn

ROWS = 400
RNG = np.random.default_rng(11)
SIZE = RNG.normal(0, 1, ROWS)
KIND = np.digitize(SIZE + RNG.normal(0, 0.6, ROWS), [-0.5, 0.5])
AMOUNT = 40 + 9 * SIZE + RNG.normal(0, 4, ROWS)


def table(**columns: Any) -> pa.Table:
    return pa.table({"size": pa.array(SIZE), "shape": pa.array(["flat", "round"] * (ROWS // 2)), **columns})


def proposed(rows: pa.Table, target: str | None = None, task: str | None = None) -> Proposal:
    return propose(Sample(rows, rows.num_rows), table="parts.csv", target=target, task=task)


def repeated(values: list[Any]) -> Any:
    return pa.array((values * ROWS)[:ROWS])


@pytest.mark.parametrize(
    ("name", "values", "task", "reason"),
    [
        ("y", ["a", "b", "c"], "multiclass", "its values are texts"),
        ("y", [0, 1, 2], "multiclass", "whole numbers from 0 to 2, as classes are numbered"),
        ("y", [1.0, 2.0, 3.0, 4.0], "multiclass", "whole numbers from 1 to 4, as classes are numbered"),
        ("y", list(range(20)), "multiclass", "write `task: regression`"),
        ("y", list(range(21)), "regression", "it has 21 different whole numbers, as counts and amounts have"),
        ("y", [3, 4, 5, 6, 7, 8], "regression", "if they stand for classes, write `task: multiclass`"),
        ("y", [0, 1, 3], "regression", "different whole numbers"),
        ("glassType", [1, 2, 5, 7], "multiclass", "4 different whole numbers, and its name is that of classes"),
        ("label", [-1, 0, 1], "multiclass", "its name is that of classes"),
        ("rental_count", [0, 1, 2], "regression", "its name is that of a count or an amount"),
        ("y", [0.5, 1, 2], "regression", "values between whole numbers"),
        ("y", [0, 1], "binary", "it has two values"),
        ("y", [0.5, 2], "binary", "it has two values"),
        ("y", [None, 0, 1, 2], "multiclass", "from 0 to 2"),
        ("y", [float("nan"), 0.5, 1, 2], "regression", "between whole numbers"),
    ],
)
def test_the_task_follows_from_the_targets_values(name: str, values: list[Any], task: str, reason: str) -> None:
    found = proposed(table(**{name: repeated(values)})).target
    assert (found.column, found.task) == (name, task)
    assert reason in found.values.reason


def test_what_the_target_holds_is_described() -> None:
    classes = proposed(table(target=repeated(["a", "b", "b", "c"]))).target.values
    assert classes.shares == (("a", 0.25), ("b", 0.5), ("c", 0.25))
    assert classes.described.startswith("It is one of 3 classes, a (25.0%), b (50.0%), c (25.0%): its values are texts")
    blank = proposed(table(target=repeated(["", "b", "c"]))).target.values
    assert "3 classes, '' (33.5%)" in blank.described
    number = proposed(table(target=repeated([1.5, 2.5, 10.0]))).target.values
    assert number.described.startswith("It is a number from 1.5 to 10 with a median of 2.5: ")


def test_two_values_go_first_and_others_are_the_target_by_name_or_in_the_last_place() -> None:
    ticket = table(survived=repeated([0, 1, 1]), **{"class": repeated(["first", "second", "third"])})
    assert proposed(ticket).target.column == "survived"
    assert proposed(table(target=repeated([0, 1, 2]), flag=repeated([0, 1]))).target.column == "target"
    assert proposed(table(flag=repeated([0, 1]), price=pa.array(AMOUNT))).target.column == "price"
    assert proposed(table(price=pa.array(AMOUNT), flag=repeated([0, 1]))).target.column == "flag"
    assert [each.column for each in proposed(table(flag=repeated([0, 1]), price=pa.array(AMOUNT))).candidates] == [
        "flag",
        "shape",
    ]
    assert proposed(ticket, task="multiclass").target.column == "class"


def test_a_task_that_is_named_decides_and_is_refused_where_the_values_are_of_another() -> None:
    coded = table(target=repeated([0, 1, 2]))
    assert proposed(coded, task="regression").target.task == "regression"
    assert proposed(coded, "target", "regression").target.values.span == (0, 1, 2)
    for values, task, said in (
        (["a", "b", "c"], "regression", "is string, and the target of `task: regression` needs numbers"),
        ([0, 1, 2], "binary", "3 different values, and the target of `task: binary` needs two values"),
        (list(range(101)), "multiclass", "101 different values, and the target of `task: multiclass` needs 2 to 100"),
        ([1.0, 2.0, float("inf")], "regression", "is infinite in"),
    ):
        with pytest.raises(TargetUnfit, match=said):
            proposed(table(target=repeated(values)), "target", task)
    with pytest.raises(NoTarget, match=r"no column of parts\.csv that is called like a target .* numbers"):
        proposed(table(), task="regression")
    with pytest.raises(InputMismatch, match=r"no task is called 'ranking'; there are binary, multiclass"):
        propose_contract(coded, task="ranking")


def test_ids_and_times_are_no_target_unless_the_task_is_named() -> None:
    rows = churn(revenue=pa.array(np.random.default_rng(1).permutation(1_200) + 10_000))
    with pytest.raises(TargetUnfit, match=r"as ids have \(--task regression takes it all the same\)"):
        proposed(rows, "revenue")
    with pytest.raises(TargetUnfit, match="nearly every value is a number, but written as text: cast it to numbers"):
        proposed(churn(fee=[str(each / 7) for each in range(1_200)]), "fee")
    assert proposed(rows, "revenue", "regression").target.values.span == (10_000, 10_599.5, 11_199)


@pytest.mark.parametrize("task", ["multiclass", "regression"])
def test_columns_that_know_the_outcome_are_suspected_as_a_training_would_refuse_them(task: str) -> None:
    target = KIND if task == "multiclass" else AMOUNT
    rows = table(copy=pa.array(target * 3.0), weak=pa.array(target + RNG.normal(0, 9, ROWS)), target=pa.array(target))
    (suspect,) = proposed(rows).of(Part.SUSPECT)
    assert suspect.column == "copy"
    assert ("rank correlation 1.0000" if task == "regression" else "the classes apart (AUC") in suspect.reason


@pytest.mark.parametrize("task", ["multiclass", "regression"])
def test_the_proposed_contract_trains(task: str, tmp_path: Path) -> None:
    rows = table(target=pa.array(KIND if task == "multiclass" else AMOUNT), tail=pa.array(SIZE**2))
    written = propose_contract(rows).to_yaml(name="parts")
    assert f"task: {task}\ntarget: target\n" in written
    only = "logistic_regression" if task == "multiclass" else "ridge"
    contract = tmp_path / "parts.yaml"
    contract.write_text(f"{written}candidates: [{only}]\n")
    assert train(rows, contract, out=tmp_path / "out").record.task == task


def test_a_target_that_is_constant_in_a_part_is_told_beforehand() -> None:
    late = np.where(np.arange(ROWS) < 20, 1.5 + np.arange(ROWS), 0.0)
    days = pa.array(np.datetime64("2024-01-01") + np.arange(ROWS)).cast(pa.date32())
    lacking = proposed(table(day=days, target=pa.array(late))).lacking
    assert lacking is not None
    assert "is the same value in every row of the" in lacking


def test_numbers_beyond_the_limit_are_refused_with_the_limit() -> None:
    said = str(TargetUnfit("y", "it is up to 3e+15", [], task="regression"))
    assert "needs numbers that differ, between -1e15 and 1e15" in said
