"""Contributions add up to what the model said, for every family that can say them, whatever stands before it."""

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray

from courtside.adapters.served_models import served_model
from courtside.contracts.model_card import ModelInterface
from courtside.contracts.records import Calibration
from courtside.core.dataset import Dataset, Feature, FeatureKind
from courtside.core.predictions.contributions import Contributions
from courtside.core.training.candidates import REGISTRY
from courtside.core.training.contributions import contributions
from courtside.core.training.fit import FitOptions, TrainedModel, fit_candidates, probability
from courtside.core.training.frame import feature_frame, taken_as
from courtside.core.training.probability_calibration import uncalibrated
from courtside.core.training.split import Split, split_rows
from courtside.workflows.ports import CandidateRun
from tests.unit.core.training.orders import ORDERS, orders

NUMBERS = replace(ORDERS, features=tuple(Feature(name, FeatureKind.NUMERIC) for name in ("first", "second", "third")))
"""Orders whose features are numbers without gaps, which boosters take as they are."""


def numbers() -> pa.Table:
    rng = np.random.default_rng(5)
    values = {feature.name: rng.normal(size=600) for feature in NUMBERS.features}
    late = (values["first"] + 0.5 * values["second"] + rng.normal(size=600) > 0).astype(np.int8)
    known = orders(600)
    return pa.table({"order": known["order"], "ordered_at": known["ordered_at"], **values, "late": late})


TABLES = {"numbers": (NUMBERS, numbers), "mixed": (ORDERS, orders)}


def fitted(table: str, candidate: str, calibration: Calibration | None = None) -> tuple[TrainedModel, Any, Split]:
    """Return a model, the same model as it is logged, and the rows that it was fitted on and tested with."""
    dataset, rows = TABLES[table]
    split = split_rows(rows(), dataset=dataset)
    options = FitOptions(calibration=calibration)
    (model,) = fit_candidates(split, dataset=dataset, candidates=[REGISTRY[candidate]], options=options)
    return model, served(model, split, dataset), split


def served(model: TrainedModel, split: Split, dataset: Dataset) -> Any:
    run = CandidateRun(model.name, model.flavor, model.estimator, params={}, metrics={}, plots={})
    return served_model(run, ModelInterface.of(dataset.target, (0, 1), taken_as(split.train.schema, dataset)))


def log_odds(share: NDArray[np.float64]) -> NDArray[np.float64]:
    found: NDArray[np.float64] = np.log(share / (1 - share))
    return found


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("candidate", ["logistic_regression", "xgboost", "lightgbm"])
def test_they_add_up_to_the_log_odds_but_for_one_constant(table: str, candidate: str) -> None:
    _, served, split = fitted(table, candidate)
    said = contributions(served, split.test)
    assert said is not None
    assert said.features == tuple(TABLES[table][0].feature_names)
    assert not said.before_calibration
    rest = log_odds(np.asarray(served.predict_proba(split.test), float)[:, 1]) - said.values.sum(axis=1)
    assert np.ptp(rest) < 1e-3 < np.ptp(said.values.sum(axis=1))


def test_those_of_a_calibrated_model_are_of_its_scores_before_and_say_so() -> None:
    model, served, split = fitted("mixed", "lightgbm", Calibration.ISOTONIC)
    said = contributions(served, split.test)
    assert said is not None
    assert said.before_calibration
    before = probability(uncalibrated(model.estimator), feature_frame(split.test, ORDERS))
    assert np.ptp(log_odds(before) - said.values.sum(axis=1)) < 1e-3


def test_a_forest_is_not_explained() -> None:
    _, served, split = fitted("numbers", "random_forest")
    assert contributions(served, split.test) is None


def test_the_column_that_matters_most_contributes_most() -> None:
    _, served, split = fitted("mixed", "lightgbm")
    said = contributions(served, split.test)
    assert said is not None
    sizes = np.abs(said.values).mean(axis=0)
    assert said.features[int(sizes.argmax())] == "carrier"


def test_no_rows_have_no_contributions() -> None:
    _, served, split = fitted("mixed", "xgboost")
    said = contributions(served, split.test.slice(0, 0))
    assert said is not None
    assert said.values.shape == (0, len(ORDERS.features))


def test_the_largest_come_first_by_size_and_equal_ones_in_the_order_of_the_features() -> None:
    said = Contributions(("a", "b", "c"), np.array([[0.5, -2.0, 0.1], [1.0, -1.0, 1.0]]))
    assert said.largest(2).to_pylist() == [[("b", -2.0), ("a", 0.5)], [("a", 1.0), ("b", -1.0)]]
    assert [len(row) for row in said.largest(9).to_pylist()] == [3, 3]
