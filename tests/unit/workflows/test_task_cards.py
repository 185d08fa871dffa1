"""A training's card says what its task predicts, and with it the same models can be logged later."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from courtside.contracts.curves import ClassCurves, ValueCurves
from courtside.core.dataset import Dataset, Feature, FeatureKind
from courtside.core.model_card.of_task import curves_of
from courtside.core.training.candidates import candidates_of
from courtside.core.training.fit import fit_candidates
from courtside.core.training.frame import labels
from courtside.core.training.split import split_rows
from tests.fakes.task_models import diabetes, wine


def contract(rows: pa.Table, target: str, task: str) -> Dataset:
    features = tuple(Feature(name, FeatureKind.NUMERIC) for name in rows.column_names if name != target)
    return replace(Dataset("rows", None, None, (), target, features, None, 1), task=task)


@pytest.mark.parametrize("candidate", ["logistic_regression", "lightgbm"])
def test_the_curves_of_a_fitted_candidate_are_those_of_its_test_part(candidate: str) -> None:
    frame, target = wine()
    rows = pa.Table.from_pandas(frame.assign(cultivar=target.astype("int32")))
    dataset = contract(rows, "cultivar", "multiclass")
    split = split_rows(rows, dataset=dataset)
    (model,) = fit_candidates(split, dataset=dataset, candidates=[candidates_of(dataset.task)[candidate]])
    truth = labels(split.test, dataset)
    drawn = curves_of(split.test, truth, model.test_probability, dataset=dataset, classes="abc", seen=model.seen)
    assert isinstance(drawn, ClassCurves)
    assert drawn.right == int((model.test_probability.argmax(axis=1) == truth).sum())
    assert (drawn.rows, drawn.unseen) == (split.test.num_rows, 0)


@pytest.mark.parametrize("candidate", ["ridge", "lightgbm"])
def test_intervals_of_a_fitted_candidate_are_judged_on_the_holdout(candidate: str) -> None:
    frame, target = diabetes()
    rows = pa.Table.from_pandas(frame.assign(progression=target))
    dataset = contract(rows, "progression", "regression")
    split = split_rows(rows, dataset=dataset)
    (model,) = fit_candidates(split, dataset=dataset, candidates=[candidates_of(dataset.task)[candidate]])
    truth = labels(split.test, dataset)
    drawn = curves_of(
        split.test,
        truth,
        model.test_probability,
        dataset=dataset,
        intervals=model.intervals,
        calibrated_on=split.selection_rows,
    )
    assert isinstance(drawn, ValueCurves)
    assert drawn.intervals is not None
    assert drawn.intervals.rows == split.test.num_rows - split.selection_rows
    assert 0.6 < drawn.intervals.covered <= 1
    residuals = truth - model.test_probability
    assert drawn.rows == residuals.size
    assert sum(group.rows for group in drawn.intervals.by_prediction) == drawn.intervals.rows
    assert np.isfinite(drawn.edges).all()
