"""Every candidate learns from any contract with two classes, despite categories, gaps and odd names."""

import pickle
import warnings

import numpy as np
import pyarrow as pa
import pytest

from courtside.contracts.records import Calibration
from courtside.core.dataset import Dataset, Feature, FeatureKind
from courtside.core.training.candidates import ALL, Flavor
from courtside.core.training.fit import FitOptions, TrainedModel, best, feature_frame, fit_candidates, probability
from courtside.core.training.frame import FeatureUnusable
from courtside.core.training.importance import importances
from courtside.core.training.legacy_models import legacy_files
from courtside.core.training.preprocessing import MOST_LEVELS, Columns, prepared
from courtside.core.training.probability_calibration import calibrated, uncalibrated
from courtside.core.training.served_input import MISSING
from courtside.core.training.split import Split, split_rows
from tests.unit.core.training.orders import ORDERS, orders


@pytest.fixture(scope="module")
def split() -> Split:
    return split_rows(orders(), dataset=ORDERS)


@pytest.fixture(scope="module")
def models(split: Split) -> list[TrainedModel]:
    return fit_candidates(split, dataset=ORDERS)


def test_the_frame_keeps_categories_as_text_and_numbers_as_numbers() -> None:
    rows = pa.table(
        {
            "weight [kg]": pa.array([1, None, 3], pa.int32()),
            "carrier": ["van", None, "bike"],
            "distance": [1.0, np.inf, np.nan],
            "depot": pa.array([7, None, 12]),
            "express": [True, None, False],
            "gift": ["yes", "no", None],
        }
    )
    frame = feature_frame(rows, ORDERS)
    assert list(frame) == ORDERS.feature_names
    assert frame["carrier"].tolist() == ["van", MISSING, "bike"]
    assert frame["depot"].tolist() == ["7", MISSING, "12"]
    assert frame["gift"].tolist() == ["yes", "no", MISSING]
    assert frame["distance"].isna().tolist() == [False, True, True]
    assert frame["express"].tolist()[::2] == [1.0, 0.0]
    assert frame["weight [kg]"].isna().tolist() == [False, True, False]


def test_a_numeric_feature_that_holds_text_is_refused() -> None:
    rows = orders().set_column(4, "distance", pa.array(["far"] * 1_000))
    with pytest.raises(FeatureUnusable, match="distance holds string"):
        feature_frame(rows, ORDERS)


def test_every_candidate_learns_from_categories_with_gaps(models: list[TrainedModel]) -> None:
    assert [model.name for model in models] == [candidate.name for candidate in ALL]
    for model in models:
        assert model.metrics["test_auc"] > 0.75
        assert model.flavor is Flavor.SKLEARN


def test_unseen_levels_and_new_gaps_are_predicted_without_warnings(split: Split, models: list[TrainedModel]) -> None:
    rows = feature_frame(split.test, ORDERS).head(5)
    rows["carrier"] = ["balloon", "van", MISSING, "bike", "post"]
    rows["distance"] = [np.nan, np.nan, 1.0, 2.0, 3.0]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for model in models:
            assert np.isfinite(probability(model.estimator, rows)).all()


def test_rare_levels_share_one_encoded_column() -> None:
    frame = feature_frame(orders(), ORDERS)
    assert frame["depot"].nunique() > MOST_LEVELS
    model = prepared(ALL[0], Columns.of(frame)).fit(frame, orders().column("late").to_numpy())
    assert model.named_steps["columns"].named_transformers_["1"].transform(frame[["depot"]]).shape[1] == MOST_LEVELS


def test_importances_are_given_for_the_features_of_the_contract(models: list[TrainedModel]) -> None:
    for model in models:
        shares = importances(model.estimator, ORDERS.feature_names)
        assert list(shares) == ORDERS.feature_names
        assert sum(shares.values()) == pytest.approx(1)
        assert shares["carrier"] > shares["express"]
        assert shares["carrier"] > shares["gift"]
    forest = next(model for model in models if model.name == "random_forest")
    encoded = forest.estimator.steps[-1][1].feature_importances_
    names = forest.estimator.named_steps["columns"].get_feature_names_out()
    carrier = sum(share for name, share in zip(names, encoded, strict=True) if "carrier" in name)
    assert importances(forest.estimator, ORDERS.feature_names)["carrier"] == pytest.approx(carrier)


def test_the_legacy_files_of_such_a_dataset_give_the_same_predictions(split: Split, models: list[TrainedModel]) -> None:
    files = legacy_files(models)
    scaler, model = pickle.loads(files["scaler.pkl"]), pickle.loads(files["logistic_regression.pkl"])  # noqa: S301
    rows = feature_frame(split.test, ORDERS)
    assert np.allclose(model.predict_proba(scaler.transform(rows))[:, 1], models[0].test_probability)


def test_a_table_of_plain_numbers_is_fitted_by_the_bare_estimators() -> None:
    plain = Dataset(
        name="plain", time_column="ordered_at", season_column=None, id_columns=("order",), target="late",
        features=(Feature("distance", FeatureKind.NUMERIC), Feature("express", FeatureKind.BINARY)),
        builder=None, reference_seasons=1,
    )  # fmt: skip
    rows = orders()
    for name in plain.feature_names:
        filled = pa.compute.fill_null(rows.column(name).cast(pa.float64()), 0.0)
        rows = rows.set_column(rows.column_names.index(name), name, filled)
    columns = Columns.of(feature_frame(rows, plain))
    kinds = [type(prepared(candidate, columns)).__name__ for candidate in ALL]
    assert kinds == ["Pipeline", "RandomForestClassifier", "XGBClassifier", "LGBMClassifier"]
    assert list(prepared(ALL[0], columns).named_steps) == ["columns", "scaler", "model"]
    flavors = [model.flavor for model in fit_candidates(split_rows(rows, dataset=plain), dataset=plain)]
    assert flavors == [Flavor.SKLEARN, Flavor.SKLEARN, Flavor.XGBOOST, Flavor.LIGHTGBM]


@pytest.mark.parametrize("method", list(Calibration))
def test_only_the_best_model_is_calibrated_on_the_selection_part(
    split: Split, models: list[TrainedModel], method: Calibration
) -> None:
    options = FitOptions(calibration=method)
    after = fit_candidates(split, dataset=ORDERS, options=options)
    chosen, before = best(after), best(models)
    assert chosen.name == before.name
    assert [model.calibration for model in after if model is not chosen] == [None] * 3
    assert chosen.selection_auc == before.selection_auc
    rows = feature_frame(split.selection, ORDERS)
    late = split.selection.column("late").to_numpy()
    again = calibrated(before.estimator, rows, late, method=method)
    test_rows = feature_frame(split.test, ORDERS)
    assert np.array_equal(probability(again, test_rows), chosen.test_probability)
    assert not np.array_equal(before.test_probability, chosen.test_probability)
    # An isotonic or logistic fit makes the mean probability equal the mean of the outcomes it was fitted on.
    assert probability(chosen.estimator, rows).mean() == pytest.approx(late.mean(), abs=0.01)
    names = ORDERS.feature_names
    assert importances(chosen.estimator, names) == importances(before.estimator, names)
    assert np.array_equal(probability(uncalibrated(chosen.estimator), test_rows), before.test_probability)
