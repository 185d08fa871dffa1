"""Candidates of several classes and of values, on real tables, against the estimators fitted by hand."""

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from sklearn.datasets import load_diabetes, load_digits, load_wine

from courtside.core.dataset import Dataset, Feature, FeatureKind
from courtside.core.tasks import MULTICLASS, REGRESSION, TargetConstant, labelled, task_of
from courtside.core.training.calibratable import NothingToCalibrate
from courtside.core.training.candidates import candidates_of
from courtside.core.training.checks import FeatureLeaks, check_labels, check_split
from courtside.core.training.fit import FitOptions, TrainedModel, best, fit_candidates
from courtside.core.training.frame import feature_frame, labels
from courtside.core.training.split import Split, split_rows
from tests.fakes.fitted_by_hand import BY_HAND, figures, said

TABLES = {"wine": (MULTICLASS, load_wine), "digits": (MULTICLASS, load_digits), "diabetes": (REGRESSION, load_diabetes)}


def real(name: str) -> tuple[pa.Table, Dataset]:
    """Return one of scikit-learn's tables in drawn order, and its contract; ids keep that order."""
    task, load = TABLES[name]
    found = load()
    order = np.random.default_rng(1).permutation(len(found.target))
    columns = {f"f{place}": found.data[order, place].astype(float) for place in range(found.data.shape[1])}
    target = [f"class {value}" for value in found.target[order]] if task == MULTICLASS else found.target[order]
    return pa.table({"id": np.arange(len(order)), **columns, "y": target}), contract(task, list(columns))


def contract(task: str, features: list[str], **changes: Any) -> Dataset:
    kinds = tuple(Feature(name, FeatureKind.NUMERIC) for name in features)
    said = Dataset("t", None, None, ("id",), "y", kinds, builder=None, reference_seasons=3, task=task)
    return replace(said, **changes)


def coded(table: pa.Table, dataset: Dataset) -> pa.Table:
    known = labelled(table, dataset.target)
    return task_of(dataset.task).read(known, dataset.target, None).coded(known)


def trained(table: pa.Table, dataset: Dataset, **options: Any) -> tuple[Split, list[TrainedModel]]:
    split = split_rows(coded(table, dataset), dataset=dataset)
    candidates = list(candidates_of(dataset.task).values())
    return split, fit_candidates(split, dataset=dataset, candidates=candidates, options=FitOptions(**options))


@pytest.mark.parametrize("name", TABLES)
def test_every_candidate_is_the_estimator_fitted_by_hand(name: str) -> None:
    table, dataset = real(name)
    split, models = trained(table, dataset)
    rows, truth = feature_frame(split.train, dataset), labels(split.train, dataset)
    later, known = feature_frame(split.test, dataset), labels(split.test, dataset)
    assert [model.name for model in models] == list(BY_HAND[dataset.task])
    for model in models:
        own = BY_HAND[dataset.task][model.name]().fit(rows, truth)
        found, learned = said(dataset.task, own, later), said(dataset.task, own, rows)
        (trained_key,) = (key for key in model.metrics.as_dict() if key.startswith("train_"))
        expected = figures(dataset.task, known, found)
        expected |= {trained_key: figures(dataset.task, truth, learned)[trained_key.replace("train", "test")]}
        assert {key: model.metrics[key] for key in expected} == pytest.approx(expected, abs=1e-9, rel=1e-9)
        assert np.allclose(model.test_probability, found, rtol=0, atol=1e-9)
        low, high = model.metrics.intervals["mae" if dataset.task == REGRESSION else "log_loss"]
        assert low < high


@pytest.mark.parametrize("name", ["wine", "diabetes"])
def test_the_best_candidate_has_the_lowest_loss_on_the_selection_part(name: str) -> None:
    table, dataset = real(name)
    split, models = trained(table, dataset)
    task, truth = task_of(dataset.task), labels(split.selection, dataset)
    losses = {model.name: task.losses(truth, model.test_probability[: truth.size]).mean() for model in models}
    assert losses[best(models).name] == min(losses.values())
    assert all(model.selection_auc is None for model in models)


@pytest.mark.parametrize("name", ["wine", "diabetes"])
def test_search_and_rolling_origin_judge_by_the_figures_of_the_task(name: str) -> None:
    table, dataset = real(name)
    split = split_rows(coded(table, dataset), dataset=dataset)
    linear = [next(iter(candidates_of(dataset.task).values()))]
    (found,) = fit_candidates(split, dataset=dataset, candidates=linear, options=FitOptions(search=5, rolling_origin=3))
    assert found.rolling_origin is not None
    assert set(found.rolling_origin.mean) == set(task_of(dataset.task).on_folds)
    assert all(value > 0 for value in found.rolling_origin.sd.values())
    (plain,) = fit_candidates(split, dataset=dataset, candidates=linear)
    assert set(found.candidate.params) == set(plain.candidate.params)


def test_the_intervals_of_a_regression_hold_about_what_they_say() -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(size=4_000)
    table = pa.table({"id": np.arange(x.size), "x": x, "y": 3 * x + rng.normal(size=x.size)})
    split, models = trained(table, contract(REGRESSION, ["x"]))
    for model in models:
        assert model.intervals is not None
        said = model.test_probability[split.selection_rows :]
        ends, truth = model.intervals.bounds(said), split.holdout.column("y").to_numpy()
        assert 0.85 < np.mean((ends[:, 0] <= truth) & (truth <= ends[:, 1])) < 0.95


def several(counts: dict[str, int], seed: int = 0) -> pa.Table:
    """Return rows of classes that one feature tells roughly apart, in drawn order."""
    rng = np.random.default_rng(seed)
    names = rng.permutation([name for name, count in counts.items() for _ in range(count)])
    places = {name: place for place, name in enumerate(counts)}
    x = np.array([places[name] for name in names]) + rng.normal(0, 0.8, names.size)
    return pa.table({"id": np.arange(names.size), "x": x, "z": rng.normal(size=names.size), "y": names.tolist()})


SEVERAL = contract(MULTICLASS, ["x", "z"], time_column="id")


def test_a_class_that_appears_only_later_costs_every_model_and_breaks_none() -> None:
    later = several({"a": 40, "b": 40, "new": 20}, seed=1)
    table = pa.concat_tables([several({"a": 200, "b": 100, "c": 100}), later.set_column(0, "id", later["id"])])
    table = table.set_column(0, "id", pa.array(np.arange(table.num_rows)))
    split, models = trained(table, SEVERAL)
    truth = labels(split.test, SEVERAL)
    for model in models:
        assert model.seen == (0, 1, 2)
        assert model.test_probability.shape == (split.test.num_rows, 4)
        assert not model.test_probability[:, 3].any()
        costs = task_of(MULTICLASS).losses(truth, model.test_probability)
        assert np.allclose(costs[truth == 3], -np.log(np.finfo(float).eps))


def test_a_class_that_disappears_keeps_its_probability_and_has_no_part_in_the_figures() -> None:
    table = pa.concat_tables([several({"a": 150, "b": 150, "gone": 100}), several({"a": 50, "b": 50}, seed=1)])
    table = table.set_column(0, "id", pa.array(np.arange(table.num_rows)))
    split, models = trained(table, SEVERAL)
    assert set(labels(split.test, SEVERAL)) == {0, 1}
    for model in models:
        assert model.test_probability[:, 2].any()
        assert np.isfinite(list(model.metrics.as_dict().values())).all()


def test_a_class_of_one_row_is_learned_beside_the_others() -> None:
    table = several({"a": 300, "b": 200, "once": 1})
    first = pa.concat_tables([table.filter(pa.compute.equal(table["y"], "once")), table])
    _, models = trained(first.set_column(0, "id", pa.array(np.arange(first.num_rows))), SEVERAL)
    assert all(model.seen == (0, 1, 2) for model in models)


def test_classes_of_a_fold_need_not_be_those_of_the_training() -> None:
    table = pa.concat_tables([several({"a": 150, "c": 150}), several({"a": 80, "b": 120, "c": 100}, seed=1)])
    table = table.set_column(0, "id", pa.array(np.arange(table.num_rows)))
    _, models = trained(table, SEVERAL, rolling_origin=3)
    for model in models:
        assert model.rolling_origin is not None
        assert model.rolling_origin.mean["log_loss"] > 0


VALUES = {
    "outliers of 10¹²": lambda y, rng: np.where(rng.random(y.size) < 0.01, 1e12, y),
    "counts": lambda y, rng: rng.poisson(np.exp(y / 3)),
    "gaps": lambda y, rng: np.where(rng.random(y.size) < 0.3, np.nan, y),
    "negative": lambda y, _: y - 1_000,
}


@pytest.mark.parametrize("values", VALUES.values(), ids=VALUES)
def test_any_finite_values_give_finite_figures(values: Any) -> None:
    rng = np.random.default_rng(5)
    x = rng.normal(size=600)
    y = values(2 * x + rng.normal(size=x.size), rng)
    split, models = trained(pa.table({"id": np.arange(x.size), "x": x, "y": y}), contract(REGRESSION, ["x"]))
    assert split.train.num_rows + split.test.num_rows == np.isfinite(y).sum()
    for model in models:
        assert np.isfinite(list(model.metrics.as_dict().values())).all()


def test_a_target_that_is_constant_in_a_part_is_refused_by_name() -> None:
    y = np.where(np.arange(400) < 320, np.arange(400) % 7, 3.0)
    table = pa.table({"id": np.arange(400), "x": np.arange(400.0) % 5, "y": y})
    with pytest.raises(TargetConstant, match="in every row of the selection part"):
        trained(table, contract(REGRESSION, ["x"], time_column="id"))


def test_values_have_no_probabilities_to_calibrate() -> None:
    from courtside.contracts.records import Calibration

    table, dataset = real("diabetes")
    with pytest.raises(NothingToCalibrate, match="models of y predict values"):
        trained(table, dataset, calibration=Calibration.SIGMOID)


def test_probabilities_of_several_classes_can_be_calibrated() -> None:
    from courtside.contracts.records import Calibration

    split, models = trained(several({"a": 500, "b": 300, "c": 200}), SEVERAL, calibration=Calibration.SIGMOID)
    found = best(models)
    assert found.calibration is Calibration.SIGMOID
    assert found.test_probability.shape == (split.test.num_rows, 3)
    assert np.allclose(found.test_probability.sum(axis=1), 1)


LEAKS = {
    "code": (MULTICLASS, lambda y: y + 0.0),
    "coded otherwise": (MULTICLASS, lambda y: (y * 7) % 5.0),
    "double": (REGRESSION, lambda y: 2.0 * y),
}


@pytest.mark.parametrize(("task", "leak"), LEAKS.values(), ids=LEAKS)
def test_a_feature_that_knows_the_target_is_refused(task: str, leak: Any) -> None:
    rng = np.random.default_rng(2)
    x = rng.normal(size=1_000)
    y = rng.integers(0, 4, 1_000) if task == MULTICLASS else x + rng.normal(size=1_000)
    table = pa.table({"id": np.arange(1_000), "x": x, "leak": leak(y), "y": y})
    dataset = contract(task, ["x", "leak"])
    rows = coded(table, dataset)
    check_labels(rows, dataset)
    with pytest.raises(FeatureLeaks, match="feature leak alone gives the target away"):
        check_split(split_rows(rows, dataset=dataset), dataset)
    honest = contract(task, ["x"])
    check_split(split_rows(coded(table, honest), dataset=honest), honest)


@pytest.mark.parametrize("name", TABLES)
def test_no_honest_feature_of_a_real_table_counts_as_a_leak(name: str) -> None:
    table, dataset = real(name)
    check_split(split_rows(coded(table, dataset), dataset=dataset), dataset)
