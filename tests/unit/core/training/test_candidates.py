"""Candidates register themselves, are searched over and are evaluated over time folds."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from courtside.core.tasks import OneClassOnly
from courtside.core.training.candidates import (
    ALL,
    REGISTRY,
    Candidate,
    CandidateTwice,
    Flavor,
    Preprocessing,
    candidates_in,
)
from courtside.core.training.fit import FitOptions, best, feature_frame, fit_candidates, labels
from courtside.core.training.preprocessing import Columns, prepared
from courtside.core.training.served_input import NUMBER, Served
from courtside.core.training.served_lightgbm import ServedLGBMClassifier
from courtside.core.training.served_xgboost import ServedXGBClassifier
from courtside.core.training.split import split_rows
from courtside.core.training.time_folds import TimeOrdered, rolling_origin, search
from tests.unit.core.training.orders import ORDERS, orders

PUBLISHED = {
    "logistic_regression": {"C": 1.0, "max_iter": 1000, "random_state": 42},
    "random_forest": {"n_estimators": 200, "max_depth": 10, "min_samples_leaf": 5, "random_state": 42},
    "xgboost": {
        "n_estimators": 200, "max_depth": 10, "learning_rate": 0.1, "tree_method": "hist", "random_state": 42,
    },
    "lightgbm": {"n_estimators": 200, "num_leaves": 31, "max_depth": 10, "learning_rate": 0.1, "random_state": 42},
}  # fmt: skip
FILE = """
from sklearn.tree import DecisionTreeClassifier
from courtside.core.training.candidates import Candidate, Flavor, Preprocessing

CANDIDATE = Candidate(
    name={name!r}, flavor=Flavor.SKLEARN, params={{"max_depth": 3}},
    build=lambda params: DecisionTreeClassifier(**params),
    preprocessing=Preprocessing(imputed=True),
)
"""


@pytest.fixture
def data() -> TimeOrdered:
    return TimeOrdered(feature_frame(orders(), ORDERS), labels(orders(), ORDERS), "late")


def package(folder: Path, monkeypatch: pytest.MonkeyPatch, **files: str) -> list[str]:
    home = folder / "more_candidates"
    home.mkdir()
    for name, text in files.items():
        (home / f"{name}.py").write_text(text)
    (home / "__init__.py").touch()
    monkeypatch.syspath_prepend(folder)
    for name in [name for name in sys.modules if name.startswith("more_candidates")]:
        monkeypatch.delitem(sys.modules, name)
    return [str(home)]


def test_the_four_candidates_have_their_published_parameters_and_order() -> None:
    assert {name: dict(candidate.params) for name, candidate in REGISTRY.items()} == PUBLISHED
    assert [candidate.name for candidate in ALL] == list(PUBLISHED)


def test_every_search_space_holds_values_that_its_estimator_accepts(data: TimeOrdered) -> None:
    columns = Columns.of(data.rows)
    for candidate in ALL:
        assert candidate.search_space
        for position in (0, -1):
            point = {name: values[position] for name, values in candidate.search_space.items()}
            params = {**candidate.params, **point}
            model = prepared(replace(candidate, params=params), columns).fit(data.rows, data.labels)
            fitted = model.steps[-1][1].get_params()
            assert {name: fitted[name] for name in point} == point


def test_one_file_adds_a_candidate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = package(tmp_path, monkeypatch, tree=FILE.format(name="shallow_tree"))
    found = candidates_in("more_candidates", path)
    assert list(found) == ["shallow_tree"]
    split = split_rows(orders(), dataset=ORDERS)
    (model,) = fit_candidates(split, dataset=ORDERS, candidates=list(found.values()))
    assert model.metrics["test_auc"] > 0.7


def test_two_candidates_of_one_name_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = package(tmp_path, monkeypatch, one=FILE.format(name="same"), two=FILE.format(name="same"))
    with pytest.raises(CandidateTwice, match="same"):
        candidates_in("more_candidates", path)


LOGISTIC = REGISTRY["logistic_regression"]
POOR = replace(
    REGISTRY["lightgbm"],
    params={**PUBLISHED["lightgbm"], "num_leaves": 2, "n_estimators": 1},
    search_space={"n_estimators": (1, 60)},
)
"""A single tree of two leaves, which a search can improve on."""


def test_a_search_finds_better_parameters_and_is_reproducible(data: TimeOrdered) -> None:
    columns = Columns.of(data.rows)
    found = search(POOR, data, columns=columns, trials=2, seed=1)
    assert found.params == {**POOR.params, "n_estimators": 60}
    boosted = [search(REGISTRY["lightgbm"], data, columns=columns, trials=3, seed=7).params for _ in range(2)]
    assert boosted[0] == boosted[1]


def test_a_search_that_finds_nothing_better_keeps_the_published_parameters(data: TimeOrdered) -> None:
    same = replace(LOGISTIC, search_space={"max_iter": (1001, 1002)})
    assert search(same, data, columns=Columns.of(data.rows), trials=2, seed=1).params == same.params


def test_the_winner_of_a_search_is_fitted() -> None:
    split = split_rows(orders(), dataset=ORDERS)
    (model,) = fit_candidates(split, dataset=ORDERS, candidates=[POOR], options=FitOptions(search=5))
    assert model.candidate.params["n_estimators"] == model.estimator.steps[-1][1].n_estimators == 60


def test_the_rolling_origin_evaluation_is_the_mean_over_expanding_windows(data: TimeOrdered) -> None:
    from sklearn.metrics import accuracy_score, roc_auc_score

    columns = Columns.of(data.rows)
    found = rolling_origin(LOGISTIC, data, columns=columns, folds=4)
    aucs, accuracies = [], []
    for end in (200, 400, 600, 800):
        model = prepared(LOGISTIC, columns).fit(data.rows[:end], data.labels[:end])
        after, late = data.rows[end : end + 200], data.labels[end : end + 200]
        aucs.append(roc_auc_score(late, model.predict_proba(after)[:, 1]))
        accuracies.append(accuracy_score(late, model.predict(after)))
    assert found.folds == 4
    assert (found.mean["auc"], found.sd["auc"]) == pytest.approx((np.mean(aucs), np.std(aucs)))
    assert (found.mean["accuracy"], found.sd["accuracy"]) == pytest.approx((np.mean(accuracies), np.std(accuracies)))


def test_a_time_fold_of_one_class_is_named(data: TimeOrdered) -> None:
    sorted_labels = replace(data, labels=np.sort(data.labels))
    with pytest.raises(OneClassOnly, match="time fold 1's older part has the same late"):
        rolling_origin(LOGISTIC, sorted_labels, columns=Columns.of(data.rows), folds=3)


def test_fitting_in_parallel_changes_no_bit() -> None:
    split = split_rows(orders(2_000), dataset=ORDERS)
    together = fit_candidates(split, dataset=ORDERS)
    apart = [fit_candidates(split, dataset=ORDERS, candidates=[candidate])[0] for candidate in ALL]
    for one, two in zip(together, apart, strict=True):
        assert np.array_equal(one.test_probability, two.test_probability)
        assert one.metrics == two.metrics
    frame: pd.DataFrame = feature_frame(split.train, ORDERS)
    alone = prepared(ALL[1], Columns.of(frame)).set_params(model__n_jobs=1).fit(frame, labels(split.train, ORDERS))
    forest = next(model for model in together if model.name == "random_forest")
    assert np.array_equal(alone.predict_proba(feature_frame(split.test, ORDERS))[:, 1], forest.test_probability)


def test_a_forest_depends_only_on_its_seed() -> None:
    split = split_rows(orders(), dataset=ORDERS)
    one, two, other = (
        best(fit_candidates(split, dataset=ORDERS, candidates=[ALL[1]], options=FitOptions(seed=seed)))
        for seed in (7, 7, 8)
    )
    assert one.candidate.params["random_state"] == 7
    assert np.array_equal(one.test_probability, two.test_probability)
    assert not np.array_equal(one.test_probability, other.test_probability)


@pytest.mark.parametrize("candidate", ALL, ids=lambda candidate: candidate.name)
@pytest.mark.parametrize("gaps", [False, True])
@pytest.mark.parametrize("kinds", [("number",), ("number", "binary"), ("number", "binary", "kind")])
def test_every_candidate_predicts_rows_with_gaps_whatever_it_was_trained_on(
    candidate: Candidate, kinds: tuple[str, ...], *, gaps: bool
) -> None:
    rows, target = mixed(200)
    if gaps:
        rows.loc[:9, "number"] = np.nan
    rows = rows[list(kinds)]
    model = prepared(candidate, Columns.of(rows)).fit(rows, target)
    unknown = rows.assign(**{name: np.nan for name in kinds if name != "kind"})
    one_gap = rows.assign(number=rows["number"].where(rows.index != 20))
    for asked in (unknown, one_gap):
        said = model.predict_proba(asked)
        assert said.shape == (200, 2)
        assert np.isfinite(said).all()
    if candidate.preprocessing.imputed:
        middle = rows.assign(**{name: rows[name].median() for name in kinds if name != "kind"})
        assert np.allclose(model.predict_proba(unknown), model.predict_proba(middle), rtol=0, atol=1e-12)


def test_the_imputer_changes_no_prediction_for_rows_without_gaps() -> None:
    rows, target = mixed(200)
    numbers = rows[["number", "binary"]]
    model = prepared(LOGISTIC, Columns.of(numbers)).fit(numbers, target)
    without = replace(LOGISTIC, preprocessing=Preprocessing(scaled=True))
    plain = prepared(without, Columns.of(numbers)).fit(numbers, target)
    assert np.allclose(model.predict_proba(numbers), plain.predict_proba(numbers), rtol=0, atol=1e-12)


@pytest.mark.parametrize("candidate", ALL, ids=lambda candidate: candidate.name)
def test_every_served_model_gives_an_empty_result_for_no_rows(candidate: Candidate) -> None:
    rows, target = mixed(200)
    numbers = rows[["number", "binary"]]
    model = prepared(candidate, Columns.of(numbers)).fit(numbers, target)
    taken = dict.fromkeys(numbers, NUMBER)
    made = {
        Flavor.SKLEARN: lambda: Served(model, list(taken.items()), ["no", "yes"]),
        Flavor.XGBOOST: lambda: ServedXGBClassifier.of(model, list(taken), ["no", "yes"]),
        Flavor.LIGHTGBM: lambda: ServedLGBMClassifier.of(model, list(taken), ["no", "yes"]),
    }
    served = made[candidate.flavor]()
    for none in (numbers.head(0), {"number": [], "binary": []}):
        assert served.predict_proba(none).shape == (0, 2)
        assert served.predict(none).shape == (0,)
    for gap in (np.nan, None, pd.NA):
        asked = pd.DataFrame({"number": [gap] * 3, "binary": pd.Series([1, gap, 0], dtype=object)})
        assert np.isfinite(served.predict_proba(asked)).all()


def mixed(count: int) -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(3)
    number = rng.normal(50, 10, count)
    binary = rng.integers(0, 2, count)
    frame = pd.DataFrame({"number": number, "binary": binary, "kind": rng.choice(["a", "b"], count)})
    return frame, (number + 10 * binary + rng.normal(0, 8, count) > 55).astype(np.int8)
