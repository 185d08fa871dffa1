"""Pickled models of the old system are read, and pickles that would run anything else are refused."""

import pickle
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from courtside.adapters.served_models import served_model
from courtside.contracts.model_card import ModelInterface
from courtside.core.training.candidates import ALL, Candidate, Flavor
from courtside.core.training.old_pickles import (
    FeaturesDiffer,
    PickleForbidden,
    PickleUnusable,
    SampleHasGaps,
    flavor_of,
    read_model,
)
from courtside.core.training.preprocessing import Columns, prepared
from courtside.core.training.served_input import NUMBER, ValuesMissing
from courtside.datasets.catalog import load_dataset
from courtside.workflows.ports import CandidateRun

DATASET = load_dataset("nba_games")
RNG = np.random.default_rng(0)
FRAME = pd.DataFrame(RNG.normal(size=(200, 16)), columns=DATASET.feature_names)
LABELS = (FRAME.iloc[:, 0] + RNG.normal(size=200) > 0).astype(np.int8)
SAMPLE = pa.table({name: FRAME[name].to_numpy() for name in DATASET.feature_names})


def fitted(candidate: Candidate, frame: Any = FRAME) -> Any:
    small = {"n_estimators": 5} if "n_estimators" in candidate.params else {}
    as_it_was = replace(candidate.preprocessing, imputed=False)  # the previous system filled no gaps
    fewer = replace(candidate, params={**candidate.params, **small}, preprocessing=as_it_was)
    return prepared(fewer, Columns.of(FRAME)).fit(frame, LABELS)


class Calls:
    """A pickle that calls a function when it is loaded."""

    def __init__(self, target: Any, *given: Any) -> None:
        self.target, self.given = target, given

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        return self.target, self.given


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("candidate", ALL, ids=lambda candidate: candidate.name)
def test_the_four_models_are_read_with_the_same_predictions(candidate: Candidate, protocol: int) -> None:
    model = fitted(candidate)
    read = read_model("m", pickle.dumps(model, protocol=protocol), scaler=None, sample=SAMPLE, dataset=DATASET)
    # A forest on several threads adds up its trees in the order in which they finish.
    assert np.allclose(read.predict_proba(FRAME), model.predict_proba(FRAME), rtol=0, atol=1e-14)
    assert flavor_of(read) is candidate.flavor


@pytest.mark.parametrize("candidate", ALL, ids=lambda candidate: candidate.name)
def test_gaps_are_predicted_or_named_when_an_imported_model_is_served(candidate: Candidate) -> None:
    model = read_model("m", pickle.dumps(fitted(candidate)), scaler=None, sample=SAMPLE, dataset=DATASET)
    names = DATASET.feature_names
    run = CandidateRun(name="m", flavor=candidate.flavor, estimator=model, params={}, metrics={}, plots={})
    served = served_model(run, ModelInterface.of("home_win", (0, 1), dict.fromkeys(names, NUMBER)))
    holes = FRAME.copy()
    holes.loc[3, names[2]], holes.loc[5, names[7]] = np.nan, np.inf
    if candidate.name != "logistic_regression":  # trees send gaps down a branch of their own
        assert np.isfinite(served.predict_proba(holes)).all()
        return
    with pytest.raises(ValuesMissing, match=f"no missing values.* in {names[2]}, {names[7]}; fill them"):
        served.predict(holes)
    sample = SAMPLE.set_column(2, names[2], pa.array(holes[names[2]], from_pandas=True))
    with pytest.raises(SampleHasGaps, match=f"the test rows have some in {names[2]}; fill them"):
        read_model("m", pickle.dumps(fitted(candidate)), scaler=None, sample=sample, dataset=DATASET)


def test_a_bare_model_and_its_scaler_are_joined_again() -> None:
    pipeline = fitted(ALL[0])
    bare, scaler = (pickle.dumps(pipeline.named_steps[step]) for step in ("model", "scaler"))
    read = read_model("logistic_regression", bare, scaler=scaler, sample=SAMPLE, dataset=DATASET)
    assert np.array_equal(read.predict_proba(FRAME), pipeline.predict_proba(FRAME))
    assert flavor_of(read) is Flavor.SKLEARN


@pytest.mark.parametrize(
    ("hostile", "asked"),
    [
        (Calls(eval, "__import__('os').getpid()"), "builtins.eval"),
        (Calls(getattr, int, "real"), "builtins.getattr"),
        (Calls(__import__("os").system, "true"), "posix.system"),
        (Calls(__import__("subprocess").Popen, ["true"]), "subprocess.Popen"),
        (Calls(np.testing.measure, "1"), "numpy.testing"),
        (Calls(np.load, "x.npy"), "numpy.load"),
        ({"model": Calls(__import__("importlib").import_module, "antigravity")}, "importlib.import_module"),
    ],
)
def test_a_pickle_that_asks_for_anything_but_a_model_is_refused(hostile: object, asked: str) -> None:
    with pytest.raises(PickleForbidden, match=f"asks for {asked}"):
        read_model("m", pickle.dumps(hostile), scaler=None, sample=None, dataset=DATASET)


def test_a_dotted_name_cannot_reach_an_attribute_of_an_allowed_one() -> None:
    # Protocol 4 resolves "a.b" one attribute at a time.
    content = b"\x80\x04\x8c\x05numpy\x8c\x0endarray.tofile\x93."
    with pytest.raises(PickleForbidden, match=r"numpy\.ndarray\.tofile"):
        read_model("m", content, scaler=None, sample=None, dataset=DATASET)


@pytest.mark.parametrize("content", [b"", b"not a pickle", pickle.dumps({"a": 1}), pickle.dumps(fitted(ALL[1]))[:-40]])
def test_content_that_is_not_a_model_is_refused(content: bytes) -> None:
    with pytest.raises(PickleUnusable, match="m holds no model"):
        read_model("m", content, scaler=None, sample=None, dataset=DATASET)


def test_a_scaler_in_place_of_a_model_or_a_model_in_place_of_a_scaler_is_refused() -> None:
    pipeline = fitted(ALL[0])
    bare, scaler = (pickle.dumps(pipeline.named_steps[step]) for step in ("model", "scaler"))
    with pytest.raises(PickleUnusable, match="StandardScaler has no predict_proba"):
        read_model("m", scaler, scaler=None, sample=None, dataset=DATASET)
    with pytest.raises(PickleUnusable, match="LogisticRegression has no transform"):
        read_model("m", bare, scaler=bare, sample=None, dataset=DATASET)


def test_a_model_that_takes_other_columns_is_refused() -> None:
    shuffled = fitted(ALL[1], FRAME[list(reversed(DATASET.feature_names))])
    with pytest.raises(FeaturesDiffer, match="m takes season_phase"):
        read_model("m", pickle.dumps(shuffled), scaler=None, sample=None, dataset=DATASET)
    fewer = fitted(ALL[1], FRAME.to_numpy()[:, :9])
    with pytest.raises(FeaturesDiffer, match="m takes 9, but the dataset has 16"):
        read_model("m", pickle.dumps(fewer), scaler=None, sample=None, dataset=DATASET)


def test_a_model_that_fails_to_predict_is_refused() -> None:
    broken = fitted(ALL[0])
    del broken.named_steps["model"].coef_
    with pytest.raises(PickleUnusable):
        read_model("m", pickle.dumps(broken), scaler=None, sample=SAMPLE, dataset=DATASET)
