"""Rows are split by time, candidates learn from the older part, and the holdout is kept for the gate."""

import csv
import io
import pickle

import numpy as np
import pyarrow as pa
import pytest

from courtside.contracts.records import Calibration, SplitRule
from courtside.core.dataset import Dataset, Feature, FeatureKind
from courtside.core.tasks import OneClassOnly
from courtside.core.training.candidates import ALL
from courtside.core.training.fit import FitOptions, best, fit_candidates
from courtside.core.training.importance import importances
from courtside.core.training.legacy_models import legacy_files
from courtside.core.training.split import TooFewRows, split_rows

DATASET = Dataset(
    name="small",
    time_column="day",
    season_column=None,
    id_columns=("id",),
    target="won",
    features=(Feature("a", FeatureKind.NUMERIC), Feature("b", FeatureKind.NUMERIC)),
    builder=None,
    reference_seasons=1,
)


def table(n: int = 600, seed: int = 0) -> pa.Table:
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=n), rng.normal(size=n)
    won = (a + rng.normal(0, 1, n) > 0).astype(np.int8)
    day = rng.permutation(n).astype("datetime64[D]")
    return pa.table({"id": np.arange(n), "day": day, "a": a, "b": b, "won": won})


def test_the_split_is_by_time_and_loses_no_row() -> None:
    split = split_rows(table(), dataset=DATASET)
    assert (split.train.num_rows, split.test.num_rows) == (480, 120)
    assert max(split.train.column("day").to_pylist()) < min(split.test.column("day").to_pylist())
    assert sorted([*split.train.column("id").to_pylist(), *split.test.column("id").to_pylist()]) == list(range(600))


def test_the_holdout_is_the_newest_half_of_the_test_part() -> None:
    split = split_rows(table(), dataset=DATASET)
    assert (split.selection.num_rows, split.holdout.num_rows) == (60, 60)
    assert pa.concat_tables([split.selection, split.holdout]).equals(split.test)
    rule = SplitRule(test_share=0.5, holdout_share=0.2)
    other = split_rows(table(), dataset=DATASET, rule=rule)
    assert (other.train.num_rows, other.selection.num_rows, other.holdout.num_rows) == (300, 240, 60)


def test_models_do_not_depend_on_the_labels_of_the_holdout() -> None:
    rows = table().sort_by("day")
    flipped = pa.array(
        [*rows.column("won").to_pylist()[:540], *(1 - won for won in rows.column("won").to_pylist()[540:])]
    )
    other = rows.set_column(4, "won", flipped.cast(pa.int8()))
    options = FitOptions(search=2, rolling_origin=3, calibration=Calibration.SIGMOID)
    one, two = (fit_candidates(split_rows(t, dataset=DATASET), dataset=DATASET, options=options) for t in (rows, other))
    assert best(one).metrics["test_auc"] != best(two).metrics["test_auc"]
    for a, b in zip(one, two, strict=True):
        assert (a.selection_auc, a.candidate.params, a.rolling_origin) == (
            b.selection_auc,
            b.candidate.params,
            b.rolling_origin,
        )
        assert np.array_equal(a.test_probability, b.test_probability)


def test_the_split_of_the_newest_games_has_its_published_sizes() -> None:
    rows = pa.table({"id": range(43_485), "day": range(43_485), "won": np.arange(43_485) % 2})
    split = split_rows(rows, dataset=DATASET)
    assert (split.train.num_rows, split.test.num_rows) == (34_788, 8_697)


def test_too_few_rows_or_a_single_class_are_refused() -> None:
    with pytest.raises(TooFewRows, match="are 5 rows"):
        split_rows(table(5), dataset=DATASET)
    one = table().set_column(4, "won", pa.array(np.ones(600, np.int8)))
    with pytest.raises(OneClassOnly, match="training part has the same won"):
        split_rows(one, dataset=DATASET)
    for part, rows in (("selection", slice(480, 540)), ("holdout", slice(540, 600))):
        won = table().sort_by("day").column("won").to_numpy().copy()
        won[rows] = 0
        with pytest.raises(OneClassOnly, match=f"{part} part has the same won"):
            split_rows(table().sort_by("day").set_column(4, "won", pa.array(won)), dataset=DATASET)


def test_every_candidate_learns_and_is_reproducible() -> None:
    split = split_rows(table(), dataset=DATASET)
    first, second = (fit_candidates(split, dataset=DATASET) for _ in range(2))
    assert [model.name for model in first] == ["logistic_regression", "random_forest", "xgboost", "lightgbm"]
    for one, two in zip(first, second, strict=True):
        assert one.metrics == two.metrics
        assert one.metrics["test_auc"] > 0.6
        assert np.array_equal(one.test_probability, two.test_probability)
    assert best(first).selection_auc == max(model.selection_auc for model in first)


def test_the_importances_of_every_candidate_are_shares_that_rank_features_correctly() -> None:
    for model in fit_candidates(split_rows(table(), dataset=DATASET), dataset=DATASET):
        shares = importances(model.estimator, DATASET.feature_names)
        assert sum(shares.values()) == pytest.approx(1)
        assert shares["a"] > shares["b"]


def test_legacy_files_open_with_plain_pickle_and_give_the_same_predictions() -> None:
    split = split_rows(table(), dataset=DATASET)
    models = fit_candidates(split, dataset=DATASET, candidates=ALL)
    files = legacy_files(models)
    assert set(files) == {*(f"{model.name}.pkl" for model in models), "scaler.pkl", "model_results.csv"}
    rows = split.test.select(["a", "b"]).to_pandas()
    scaler, logistic = pickle.loads(files["scaler.pkl"]), pickle.loads(files["logistic_regression.pkl"])  # noqa: S301
    assert np.allclose(logistic.predict_proba(scaler.transform(rows))[:, 1], models[0].test_probability)
    forest = pickle.loads(files["random_forest.pkl"])  # noqa: S301
    assert np.allclose(forest.predict_proba(rows)[:, 1], models[1].test_probability)
    results = list(csv.DictReader(io.StringIO(files["model_results.csv"].decode())))
    assert list(results[0]) == [
        "model_name", "train_accuracy", "test_accuracy", "test_auc", "precision", "recall", "f1_score",
    ]  # fmt: skip
    assert [row["model_name"] for row in results] == [model.name for model in models]
    assert float(results[0]["test_auc"]) == models[0].metrics["test_auc"]
