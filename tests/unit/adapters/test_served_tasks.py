"""Models of several classes and of values are stored, loaded and served with exactly what they said when fitted."""

import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pydantic import ValidationError

from courtside.adapters.mlflow_models import MlflowModels, load_classifier, save_model
from courtside.contracts.model_card import ModelInterface
from courtside.core.training.contributions import contributions
from courtside.core.training.importance import importances
from courtside.core.training.probability_calibration import fitted_model
from courtside.core.training.served_values import NoIntervals, ServedRegressor
from courtside.workflows.ports import CandidateRun
from tests.fakes.task_models import CULTIVARS, FAMILIES, INTERVALS, diabetes, fitted, interface, wine


@dataclass(frozen=True)
class Stored:
    """A fitted candidate and the folder that holds its model."""

    candidate: CandidateRun
    rows: pd.DataFrame
    folder: Path

    @property
    def files(self) -> dict[str, bytes]:
        found = (path for path in self.folder.rglob("*") if path.is_file())
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in found}


def stored(family: str, task: str, folder: Path) -> Stored:
    rows, target = wine() if task == "multiclass" else diabetes()
    candidate = fitted(family, task=task, rows=rows, target=target)
    described, sample = interface(task=task, rows=rows), pa.Table.from_pandas(rows.head())
    save_model(path=str(folder / "model"), candidate=candidate, interface=described, sample=sample)
    return Stored(candidate, rows, folder / "model")


@pytest.fixture(scope="module", params=FAMILIES)
def of_classes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Stored:
    return stored(request.param, "multiclass", tmp_path_factory.mktemp("classes"))


@pytest.fixture(scope="module", params=FAMILIES)
def of_values(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Stored:
    return stored(request.param, "regression", tmp_path_factory.mktemp("values"))


class TestClasses:
    def test_probabilities_are_those_of_the_fitted_estimator_wherever_it_is_loaded(self, of_classes: Stored) -> None:
        wanted = of_classes.candidate.estimator.predict_proba(of_classes.rows)
        native, asked = load_classifier(str(of_classes.folder)), mlflow.pyfunc.load_model(str(of_classes.folder))
        champion = MlflowModels().opened("1", of_classes.files)
        said = native.predict_proba(of_classes.rows)
        assert said == pytest.approx(wanted, rel=1e-12)
        assert np.array_equal(asked.predict(of_classes.rows), said)
        assert np.array_equal(champion.predict(pa.Table.from_pandas(of_classes.rows)), said.astype(np.float64))
        assert champion.interface == interface(task="multiclass", rows=of_classes.rows)
        assert champion.bounds(np.zeros(1)) is None

    def test_it_says_the_targets_own_values(self, of_classes: Stored) -> None:
        native = load_classifier(str(of_classes.folder))
        codes = of_classes.candidate.estimator.predict_proba(of_classes.rows).argmax(axis=1)
        assert list(native.predict(of_classes.rows)) == [CULTIVARS[code] for code in codes]
        assert list(native.classes_) == list(CULTIVARS)

    def test_no_rows_have_a_probability_of_each_class(self, of_classes: Stored) -> None:
        assert load_classifier(str(of_classes.folder)).predict_proba(of_classes.rows.head(0)).shape == (0, 3)

    def test_columns_are_taken_by_their_names(self, of_classes: Stored) -> None:
        native = load_classifier(str(of_classes.folder))
        turned = of_classes.rows[of_classes.rows.columns[::-1]].assign(of_nobody="text")
        assert np.array_equal(native.predict_proba(turned), native.predict_proba(of_classes.rows))

    def test_its_importances_count_every_class_and_nobody_explains_a_row(self, of_classes: Stored) -> None:
        names = list(of_classes.rows.columns)
        shares = importances(of_classes.candidate.estimator, names)
        assert list(shares) == names
        assert sum(shares.values()) == pytest.approx(1)
        assert contributions(load_classifier(str(of_classes.folder)), pa.Table.from_pandas(of_classes.rows)) is None


@pytest.mark.parametrize("family", FAMILIES)
def test_a_class_that_training_did_not_see_is_there_without_a_probability(family: str, tmp_path: Path) -> None:
    rows, target = wine()
    known = target != 1
    candidate = replace(
        fitted(family, task="multiclass", rows=rows[known], target=np.searchsorted([0, 2], target[known])), seen=(0, 2)
    )
    described, sample = interface(task="multiclass", rows=rows), pa.Table.from_pandas(rows.head())
    save_model(path=str(tmp_path / "model"), candidate=candidate, interface=described, sample=sample)
    found = Stored(candidate, rows, tmp_path / "model")
    wanted = candidate.estimator.predict_proba(rows)
    native, champion = load_classifier(str(found.folder)), MlflowModels().opened("1", found.files)
    for said in (native.predict_proba(rows), champion.predict(pa.Table.from_pandas(rows))):
        assert said[:, [0, 2]] == pytest.approx(wanted, rel=1e-12)
        assert (said[:, 1] == 0).all()
    assert set(native.predict(rows)) == {"barolo", "barbera"}
    assert native.predict_proba(rows.head(0)).shape == (0, 3)


class TestValues:
    def test_values_are_those_of_the_fitted_estimator_wherever_it_is_loaded(self, of_values: Stored) -> None:
        wanted = np.asarray(of_values.candidate.estimator.predict(of_values.rows), dtype=np.float64)
        native, asked = load_classifier(str(of_values.folder)), mlflow.pyfunc.load_model(str(of_values.folder))
        champion = MlflowModels().opened("1", of_values.files)
        said = native.predict(of_values.rows)
        # A linear model adds up its inputs in another order where they lie otherwise in memory.
        assert said == pytest.approx(wanted, rel=1e-12)
        assert np.array_equal(asked.predict(of_values.rows), said)
        assert np.array_equal(champion.predict(pa.Table.from_pandas(of_values.rows)), said)
        assert champion.interface == interface(task="regression", rows=of_values.rows)

    def test_its_intervals_come_with_it(self, of_values: Stored) -> None:
        wanted = INTERVALS.bounds(load_classifier(str(of_values.folder)).predict(of_values.rows))
        champion = MlflowModels().opened("1", of_values.files)
        bounds = champion.bounds(champion.predict(pa.Table.from_pandas(of_values.rows)))
        assert bounds is not None
        assert np.array_equal(bounds, wanted)
        assert np.array_equal(load_classifier(str(of_values.folder)).predict_interval(of_values.rows), wanted)

    def test_no_rows_have_no_values(self, of_values: Stored) -> None:
        assert load_classifier(str(of_values.folder)).predict(of_values.rows.head(0)).shape == (0,)

    def test_the_estimator_inside_is_as_it_was_fitted(self, of_values: Stored) -> None:
        inside = fitted_model(load_classifier(str(of_values.folder)))
        assert inside is not None
        assert type(inside) is type(of_values.candidate.estimator)
        assert np.array_equal(inside.predict(of_values.rows), of_values.candidate.estimator.predict(of_values.rows))

    def test_contributions_add_up_to_what_was_predicted(self, of_values: Stored) -> None:
        native = load_classifier(str(of_values.folder))
        found = contributions(native, pa.Table.from_pandas(of_values.rows))
        if of_values.candidate.name == "forest":
            assert found is None
            return
        assert found is not None
        apart = np.sum(found.values, axis=1) - native.predict(of_values.rows)
        assert np.ptp(apart) == pytest.approx(0, abs=1e-3)

    def test_a_gap_is_named(self, tmp_path: Path) -> None:
        made = stored("linear", "regression", tmp_path)
        rows = made.rows.assign(bmi=np.nan)
        with pytest.raises(ValueError, match="takes no missing values, and these rows have some in bmi"):
            load_classifier(str(made.folder)).predict(rows)


def test_a_model_without_intervals_says_so() -> None:
    rows, target = diabetes()
    estimator = fitted("linear", task="regression", rows=rows, target=target).estimator
    served = ServedRegressor(estimator, [(name, "number") for name in rows.columns])
    with pytest.raises(NoIntervals, match="too few rows"):
        served.predict_interval(rows)


@pytest.mark.parametrize(("task", "classes"), [("binary", ("a",)), ("multiclass", ("a",)), ("regression", (0, 1))])
def test_classes_that_are_none_of_the_task_are_refused(task: str, classes: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError, match=f"task {task}"):
        ModelInterface.of("y", classes, {"x": "number"}, task=task)


def test_an_interface_of_two_classes_is_written_as_before_there_were_tasks() -> None:
    kept = ModelInterface.of("y", (0, 1), {"x": "number"}).model_dump(mode="json", exclude_defaults=True)
    assert kept == {"target": "y", "classes": [0, 1], "columns": [{"name": "x", "taken_as": "number"}]}


WITHOUT_COURTSIDE = """
import sys
from pathlib import Path
sys.path[:] = [path for path in sys.path if not Path(path, "courtside", "cli").exists()]
import mlflow, numpy, pandas
said = mlflow.pyfunc.load_model(sys.argv[1]).predict(pandas.read_parquet(sys.argv[2]))
numpy.save(sys.argv[3], said)
assert not any(name.startswith("courtside.cli") for name in sys.modules)
try:
    import courtside.cli
except ImportError:
    pass
else:
    raise AssertionError("Courtside is there")
"""


@pytest.mark.parametrize(("family", "task"), [("xgboost", "multiclass"), ("linear", "regression")])
def test_a_model_predicts_where_courtside_is_not_installed(family: str, task: str, tmp_path: Path) -> None:
    made = stored(family, task, tmp_path)
    made.rows.to_parquet(tmp_path / "rows.parquet")
    asked = [sys.executable, "-c", WITHOUT_COURTSIDE, str(made.folder), "rows.parquet", "said.npy"]
    subprocess.run(asked, cwd=tmp_path, check=True, capture_output=True)
    wanted = mlflow.pyfunc.load_model(str(made.folder)).predict(made.rows)
    assert np.array_equal(np.load(tmp_path / "said.npy"), wanted)
