"""Wrapped, calibrated and bare models come back from a real tracking store with the same probabilities."""

from pathlib import Path

import mlflow
import numpy as np
import pytest
from mlflow import MlflowClient

from courtside.adapters.mlflow_models import load_classifier
from courtside.adapters.mlflow_tracking import MlflowTracking
from courtside.contracts.model_card import LoggedRuns, ModelInterface
from courtside.contracts.names import REGISTERED_MODEL, Alias
from courtside.contracts.records import Calibration
from courtside.core.training.fit import FitOptions, TrainedModel, best, feature_frame, fit_candidates, probability
from courtside.core.training.frame import taken_as
from courtside.core.training.split import Split, split_rows
from courtside.workflows.ports import CandidateRun, TrainingRun
from tests.unit.core.training.orders import ORDERS, orders


@pytest.fixture(scope="module")
def split() -> Split:
    return split_rows(orders(), dataset=ORDERS)


@pytest.fixture(scope="module")
def models(split: Split) -> list[TrainedModel]:
    return fit_candidates(split, dataset=ORDERS, options=FitOptions(calibration=Calibration.ISOTONIC))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("store")
    uri = f"sqlite:///{folder}/runs.db"
    mlflow.set_tracking_uri(uri)
    mlflow.create_experiment("nba-game-predictions", artifact_location=Path(folder, "artifacts").as_uri())
    return uri


@pytest.fixture(scope="module")
def logged(store: str, split: Split, models: list[TrainedModel]) -> LoggedRuns:
    run = TrainingRun(
        training_id="first",
        candidates=[
            CandidateRun(
                name=model.name,
                flavor=model.flavor,
                estimator=model.estimator,
                params={},
                metrics=model.metrics.as_dict(),
                plots={},
            )
            for model in models
        ],
        best=best(models).name,
        interface=ModelInterface.of(ORDERS.target, (0, 1), taken_as(split.train.schema, ORDERS)),
        sample=split.train.slice(0, 5),
        params={},
        tags={"training_id": "first", "as_of": "2026-01-01"},
        attachments={},
    )
    return MlflowTracking(store).log(run)


def test_every_model_loaded_by_its_run_gives_the_same_probabilities(
    store: str, split: Split, models: list[TrainedModel], logged: LoggedRuns
) -> None:
    rows = feature_frame(split.test, ORDERS)
    found = MlflowClient(store).search_runs(["1"])
    by_name = {run.data.params["model_name"]: run for run in found if "model_name" in run.data.params}
    assert set(logged.run_ids.values()) <= {run.info.run_id for run in found}
    for model in models:
        uri = f"runs:/{by_name[model.name].info.run_id}/model"
        assert np.array_equal(probability(load_classifier(uri), rows), model.test_probability)
        asked = mlflow.pyfunc.load_model(uri).predict(rows)
        assert np.array_equal(np.asarray(asked)[:, 1], model.test_probability)


def test_a_calibrated_champion_gives_the_same_probabilities_for_a_table(
    store: str, split: Split, models: list[TrainedModel], logged: LoggedRuns
) -> None:
    MlflowClient(store).set_registered_model_alias(REGISTERED_MODEL, Alias.CHAMPION, logged.version)
    champion = MlflowTracking(store).champion()
    assert champion is not None
    assert np.array_equal(champion.probability(split.test), best(models).test_probability)
    assert type(load_classifier(f"models:/{REGISTERED_MODEL}@champion").estimator).__name__ == "CalibratedClassifierCV"
