"""Candidates of a team's own are imported by a training, and refused by name where they cannot be trained or stored."""

import sys
from pathlib import Path

import pytest

from courtside.contracts.errors import BadInput
from courtside.contracts.own_candidates import CandidateAbsent
from courtside.contracts.records import Calibration
from courtside.core.training.candidates import ALL, REGISTRY
from courtside.core.training.contributions import contributions
from courtside.core.training.fit import CandidateFailed, FitOptions, fit_candidates
from courtside.core.training.importance import importances
from courtside.core.training.own_candidates import CandidateUnusable, chosen
from courtside.core.training.split import split_rows
from courtside.core.training.stored_types import ModelUnstorable, storable_types
from tests.fakes.own_package import OF_ITS_OWN, OF_SKLEARN, own_package
from tests.unit.core.training.orders import ORDERS, orders
from tests.unit.core.training.test_contributions import NUMBERS, numbers, served


def candidate(body: str, *, name: str = '"own"', flavor: str = "SKLEARN") -> str:
    """Return the source of a candidate whose model this expression builds."""
    return f"CANDIDATE = Candidate(name={name}, flavor=Flavor.{flavor}, params={{}}, build=lambda params: {body})\n"


def test_an_object_and_a_function_give_candidates_beside_those_that_courtside_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = own_package(tmp_path, monkeypatch, OF_SKLEARN + OF_ITS_OWN, name="own_two")
    names = [f"{package}.boosting:nearest", "lightgbm", f"{package}.boosting:CANDIDATE"]
    found = chosen(names, packages=[package])
    assert [(each.name, each.package) for each in found] == [
        ("lightgbm", None), ("extra_trees", package), ("nearest", package),
    ]  # fmt: skip
    assert chosen(None) == ALL
    assert chosen(["lightgbm"]) == (REGISTRY["lightgbm"],)


def test_both_are_fitted_beside_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = own_package(tmp_path, monkeypatch, OF_SKLEARN + OF_ITS_OWN, name="own_fitted")
    found = chosen([f"{package}.boosting:nearest", "logistic_regression", f"{package}.boosting:CANDIDATE"])
    models = fit_candidates(split_rows(orders(), dataset=ORDERS), dataset=ORDERS, candidates=found)
    assert [model.name for model in models] == ["logistic_regression", "extra_trees", "nearest"]
    assert all(0 <= model.metrics["test_auc"] <= 1 for model in models)


OF_OTHER_INPUTS = """
from lightgbm import LGBMClassifier
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
class Turned(LGBMClassifier):
    def fit(self, rows, labels):
        return super().fit(np.asarray(rows)[:, ::-1], labels)
    def predict_proba(self, rows):
        return super().predict_proba(np.asarray(rows)[:, ::-1])
def turned():
    build = lambda params: Turned(n_estimators=3)
    return Candidate(name="turned", flavor=Flavor.SKLEARN, params={}, build=build)
def components():
    build = lambda params: make_pipeline(PCA(), LogisticRegression())
    return Candidate(name="components", flavor=Flavor.SKLEARN, params={}, build=build)
"""


@pytest.mark.parametrize("name", ["turned", "components"])
def test_what_a_model_says_of_inputs_that_it_made_itself_is_not_said_of_features(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    package = own_package(tmp_path, monkeypatch, OF_OTHER_INPUTS, name=f"own_{name}")
    split = split_rows(numbers(), dataset=NUMBERS)
    (model,) = fit_candidates(split, dataset=NUMBERS, candidates=chosen([f"{package}.boosting:{name}"]))
    assert contributions(served(model, split, NUMBERS), split.test) is None
    if name == "components":
        assert importances(model.estimator, NUMBERS.feature_names) == {}


def test_a_package_that_the_image_does_not_hold_is_never_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = own_package(tmp_path, monkeypatch, "raise SystemExit", name="own_forbidden")
    with pytest.raises(CandidateAbsent, match="no package own_forbidden"):
        chosen([f"{package}.boosting:CANDIDATE"], packages=["another"])
    assert package not in sys.modules


@pytest.mark.parametrize("path", ["os:system", "courtside.core.training.candidates.lightgbm:CANDIDATE"])
def test_modules_that_are_nobodys_own_are_refused(path: str) -> None:
    with pytest.raises(CandidateAbsent, match="no import path of a package of your own"):
        chosen([path])


@pytest.mark.parametrize(
    ("number", "path", "source", "error", "said"),
    [
        (0, "absent_package.boosting:CANDIDATE", "", CandidateAbsent, "no package absent_package; install"),
        (1, "{}.elsewhere:CANDIDATE", "", CandidateAbsent, "is installed, but has no module .*elsewhere"),
        (2, "{}.boosting:OTHER", OF_SKLEARN, CandidateAbsent, "boosting has no OTHER; correct"),
        (12, "{}.boosting:OTHER", "from . import absent_module", CandidateUnusable, "cannot import name"),
        (
            13,
            "{}.boosting:OTHER",
            "from .absent import OTHER",
            CandidateAbsent,
            r"has no module own_refused_13\.absent",
        ),
        (3, "{}.boosting:CANDIDATE", "import absent_library", CandidateAbsent, "needs the module absent_library"),
        (4, "{}.boosting:CANDIDATE", "1 / 0", CandidateUnusable, "ZeroDivisionError"),
        (5, "{}.boosting:CANDIDATE", "CANDIDATE = 7", CandidateUnusable, "type int; make it a courtside.Candidate"),
        (6, "{}.boosting:ExtraTreesClassifier", "", CandidateUnusable, "it is of the type ExtraTreesClassifier"),
        (7, "{}.boosting:made", "def made(): raise OSError('no disk')", CandidateUnusable, "no disk"),
        (8, "{}.boosting:CANDIDATE", candidate("0", name="'../x'"), CandidateUnusable, "lower-case letters"),
        (9, "{}.boosting:CANDIDATE", candidate("0", name="'lightgbm'"), CandidateUnusable, "which is taken"),
        (11, "{}.boosting:CANDIDATE", candidate("0", name="'scaler'"), CandidateUnusable, "which is taken"),
        (10, "{}.boosting:CANDIDATE", "def (", CandidateUnusable, "SyntaxError"),
    ],
)
def test_what_cannot_be_loaded_says_why(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    path: str,
    source: str,
    error: type[BadInput],
    said: str,
) -> None:
    package = own_package(tmp_path, monkeypatch, source, name=f"own_refused_{number}")
    with pytest.raises(error, match=said):
        chosen([path.format(package)])


FAILING = """
class Failing(ClassifierMixin, BaseEstimator):
    def fit(self, rows, labels):
        raise MemoryError("too many rows")
    def predict(self, rows): ...
    def predict_proba(self, rows): ...
"""
HOLDING = """
import uuid
class Holding(ClassifierMixin, BaseEstimator):
    def fit(self, rows, labels):
        self.classes_ = np.array([0, 1])
        self.held_ = {held}
        return self
    def predict(self, rows): return np.zeros(len(rows), dtype=int)
    def predict_proba(self, rows): return np.full((len(rows), 2), 0.5)
"""


@pytest.mark.parametrize(
    ("number", "source", "error", "said"),
    [
        (0, candidate("1 / 0"), CandidateUnusable, "building its model failed"),
        (1, candidate("object()"), CandidateUnusable, "has no fit, predict, predict_proba"),
        (2, candidate("ExtraTreesClassifier()", flavor="XGBOOST"), CandidateUnusable, "write Flavor.SKLEARN"),
        (3, FAILING + candidate("Failing()"), CandidateFailed, "MemoryError: too many rows"),
        (4, HOLDING.format(held="uuid.uuid4()") + candidate("Holding()"), ModelUnstorable, "uuid.UUID"),
        (5, HOLDING.format(held="(x for x in 'ab')") + candidate("Holding()"), ModelUnstorable, "cannot be stored"),
    ],
)
def test_what_cannot_be_trained_or_stored_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, source: str, error: type[BadInput], said: str
) -> None:
    package = own_package(tmp_path, monkeypatch, source, name=f"own_failing_{number}")
    split = split_rows(orders(), dataset=ORDERS)
    with pytest.raises(error, match=said):
        fit_candidates(split, dataset=ORDERS, candidates=chosen([f"{package}.boosting:CANDIDATE"]))


def test_an_own_candidate_is_calibrated_like_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = own_package(tmp_path, monkeypatch, OF_ITS_OWN, name="own_calibrated")
    (model,) = fit_candidates(
        split_rows(orders(), dataset=ORDERS),
        dataset=ORDERS,
        candidates=chosen([f"{package}.boosting:nearest"]),
        options=FitOptions(calibration=Calibration.SIGMOID),
    )
    assert model.calibration is Calibration.SIGMOID
    assert f"{package}.boosting.Nearest" in storable_types(model.estimator, package)
