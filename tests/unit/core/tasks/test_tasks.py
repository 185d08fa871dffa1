"""Each task reads its targets, refuses what is none, and its losses and figures are those of scikit-learn."""

from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtside.core.tasks import (
    MULTICLASS,
    REGISTRY,
    REGRESSION,
    ClassesUnknown,
    TargetConstant,
    TargetUnusable,
    TooManyClasses,
    labelled,
    prediction_column,
    predictions_of,
    task_of,
)
from courtside.core.tasks.levels import MOST_CLASSES, levels_of

SEVERAL, NUMBER = task_of(MULTICLASS), task_of(REGRESSION)


def table(values: Any) -> pa.Table:
    column = values if isinstance(values, pa.Array) else pa.array(values)
    return pa.table({"x": pa.array(range(len(column))), "y": column})


def coded(name: str, values: Any) -> list[Any]:
    rows = table(values)
    return task_of(name).read(rows, "y", None).coded(rows).column("y").to_pylist()


def test_the_tasks_are_listed_and_each_has_its_primary_figure() -> None:
    assert list(REGISTRY) == ["binary", "multiclass", "regression"]
    for task in REGISTRY.values():
        assert task.figure(task.primary).key in {figure.key for figure in task.figures}
        assert len({figure.key for figure in task.figures}) == len(task.figures)


CLASSES = {
    "text": (["b", "a", None, "c", "a"], [1, 0, None, 2, 0]),
    "whole numbers": ([7, 3, 5, None, 3], [2, 0, 1, None, 0]),
    "gaps as NaN": ([7.0, 3.0, float("nan")], [1, 0, None]),
    "booleans": ([True, False], [1, 0]),
    "decimals": ([Decimal("1.5"), Decimal("0.5"), None], [1, 0, None]),
    "a dictionary": (pa.array(["b", "a", None, "c"]).dictionary_encode(), [1, 0, None, 2]),
}


@pytest.mark.parametrize(("values", "codes"), CLASSES.values(), ids=CLASSES)
def test_classes_are_coded_in_their_order_and_rows_without_a_label_stay_so(values: Any, codes: list[Any]) -> None:
    assert coded(MULTICLASS, values) == codes
    assert labelled(table(values), "y").num_rows == sum(code is not None for code in codes)


def test_the_codes_of_known_classes_stay_when_later_rows_have_others() -> None:
    known = levels_of(table(["b", "d"]), "y")
    with pytest.raises(ClassesUnknown, match="holds a, which no earlier row had"):
        known.coded(table(["b", "a"]))
    widened = known.widened(table(["b", "a", None]))
    assert widened.classes == ("b", "d", "a")
    assert widened.coded(table(["a", "b"])).column("y").to_pylist() == [2, 0]


NUMBERS = {
    "whole numbers": ([3, None, 5], [3.0, None, 5.0]),
    "floats with gaps": ([0.5, float("nan"), 1e12], [0.5, None, 1e12]),
    "decimals": ([Decimal("1.5"), Decimal("0.5")], [1.5, 0.5]),
}


@pytest.mark.parametrize(("values", "read"), NUMBERS.values(), ids=NUMBERS)
def test_numbers_are_read_as_they_are(values: Any, read: list[Any]) -> None:
    assert coded(REGRESSION, values) == read


REFUSED = {
    "several: no value": (MULTICLASS, pa.nulls(3), TargetUnusable, "has no value in any row"),
    "several: one class": (MULTICLASS, ["a", "a"], TargetConstant, "is a in every row"),
    "several: lists": (MULTICLASS, [[1], [2]], TargetUnusable, "expected text, whole numbers or booleans"),
    "several: 1,000 names": (MULTICLASS, [f"n{i}" for i in range(1_000)], TooManyClasses, "has 1,000 classes"),
    "several: amounts": (MULTICLASS, np.arange(500) / 7, TooManyClasses, "write `task: regression`"),
    "number: no value": (REGRESSION, pa.nulls(3), TargetUnusable, "has no value in any row"),
    "number: constant": (REGRESSION, [2.5, None, 2.5], TargetConstant, r"is 2\.5 in every row"),
    "number: text": (REGRESSION, ["1", "2"], TargetUnusable, "is string, expected numbers"),
    "number: booleans": (REGRESSION, [True, False], TargetUnusable, "is bool, expected numbers"),
    "number: too large": (REGRESSION, [1.0, -3e15], TargetUnusable, "is up to 3e.15, expected numbers between -1e15"),
    "number: too close": (REGRESSION, [1e-300, 3e-300], TargetUnusable, "differs by 2e-300 at most, expected numbers"),
    "number: infinite": (REGRESSION, [1.0, float("inf"), float("-inf")], TargetUnusable, "is infinite in 2 rows"),
}


@pytest.mark.parametrize(("name", "values", "error", "said"), REFUSED.values(), ids=REFUSED)
def test_a_target_of_another_kind_is_refused(name: str, values: Any, error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        task_of(name).read(table(values), "y", None)


def test_labels_known_so_far_may_be_few() -> None:
    for values in (pa.nulls(2), ["a"], [f"n{i}" for i in range(MOST_CLASSES)]):
        SEVERAL.require(table(values), "y", None)
    for numbers in (pa.nulls(2), [1.0]):
        NUMBER.require(table(numbers), "y", None)


@pytest.mark.parametrize(("task", "truth"), [(SEVERAL, np.array([1, 1])), (NUMBER, np.array([2.0, 2.0]))])
def test_a_part_in_which_the_target_never_varies_is_refused(task: Any, truth: Any) -> None:
    with pytest.raises(TargetConstant, match="in every row of the holdout part"):
        task.require_part("holdout", "y", truth, among=truth)
    task.require_part("holdout", "y", np.append(truth, 0), among=truth)


@pytest.mark.parametrize("name", REGISTRY)
@given(seed=st.integers(0, 999))
def test_the_loss_of_a_task_is_the_mean_of_its_rows_losses(name: str, seed: int) -> None:
    rng, task = np.random.default_rng(seed), task_of(name)
    truth: dict[str, Any] = {
        "binary": rng.integers(0, 2, 50).astype(np.int8),
        MULTICLASS: rng.integers(0, 4, 50),
        REGRESSION: rng.normal(0, 1e6, 50),
    }
    said = rng.dirichlet(np.ones(4), 50) if name == MULTICLASS else rng.random(50)
    mean = task.losses(truth[name], said).mean()
    figure, power = ("rmse", 2) if name == REGRESSION else (task.loss, 1)
    whole = task.figure(figure).value(truth[name], said) ** power
    assert mean == pytest.approx(whole, rel=1e-12)


def test_the_baselines_need_the_training_targets_only() -> None:
    shares = SEVERAL.baseline(np.array([0, 2, 2, 0], dtype=np.int32), rows=2, classes=4)
    assert shares.tolist() == [[0.5, 0, 0.5, 0]] * 2
    assert NUMBER.baseline(np.array([1.0, 2.0, 1e12]), rows=2, classes=0).tolist() == [2.0, 2.0]


@given(st.integers(1, 5), st.integers(0, 20), st.integers(0, 999))
def test_predictions_survive_a_table(classes: int, rows: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    for said in (rng.random(rows), rng.random((rows, classes))):
        column = pa.table({"said": prediction_column(said)}).column("said")
        assert np.array_equal(predictions_of(column), said)


def test_a_row_without_a_prediction_is_read_as_nan() -> None:
    column = pa.array([[0.5, 0.5], None, [1.0, 0.0]], pa.list_(pa.float64(), 2))
    assert np.array_equal(predictions_of(column), np.array([[0.5, 0.5], [np.nan] * 2, [1, 0]]), equal_nan=True)
    assert np.array_equal(predictions_of(pa.array([0.5, None])), [0.5, np.nan], equal_nan=True)
