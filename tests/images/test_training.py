"""The training image runs as on Fargate: it trains, logs to the server's image and can be stopped at any moment."""

import csv
import io
import time
from datetime import date
from pathlib import Path

import pytest

from courtside.contracts import lake_keys
from embedded_aws.containers.engine import Engine
from embedded_aws.demo.loop import Loop
from tests.fakes.legacy_reader import read_legacy_set
from tests.fakes.own_points import MODEL, PACKAGE, add_points, load_points, promoted_points
from tests.images.conftest import Stage
from tests.images.figures import Figures

LEGACY = {
    "logistic_regression.pkl", "random_forest.pkl", "xgboost.pkl", "lightgbm.pkl", "scaler.pkl", "model_results.csv",
}  # fmt: skip
STOPPED = 143


def test_a_training_logs_to_the_server_and_writes_the_legacy_set(stage: Stage, champion: str, figures: Figures) -> None:
    record = stage.loop.training(champion)
    assert not record.spooled
    assert [model.name for model in record.models] == ["logistic_regression", "random_forest", "xgboost", "lightgbm"]
    assert all(0.55 < model.test_auc < 0.8 for model in record.models)
    legacy = read_legacy_set(lake=stage.lake)
    assert set(legacy) == LEGACY
    rows = list(csv.DictReader(io.StringIO(legacy["model_results.csv"].decode())))
    assert len(rows) == len(record.models)
    assert _runs(stage, champion) == len(record.models)
    figures.note(f"training on {record.rows_train + record.rows_test:,} games", sum(record.seconds.values()), "s")


def test_a_stopped_training_leaves_nothing_half_written_and_can_be_repeated(stage: Stage, champion: str) -> None:
    before = read_legacy_set(lake=stage.lake)
    as_of = date(2012, 7, 1)
    arn = stage.train("stopped", as_of=as_of)
    name = _container(stage, "stopped", after="fit")
    Engine().kill(name, "TERM")
    assert stage.end(arn) == "FAILED"
    assert f'"ExitCode": {STOPPED}' in str(stage.loop.history(arn)).replace("\\", "")
    assert read_legacy_set(lake=stage.lake) == before
    assert not stage.lake.keys(lake_keys.LEGACY_STAGED_PREFIX)
    assert stage.loop.drift_reference().version == "1"
    assert _runs(stage, "stopped") == 0
    assert stage.end(stage.train("stopped", as_of=as_of, execution="again")) == "SUCCEEDED"
    assert stage.loop.training("stopped").rows_train > stage.loop.training(champion).rows_train
    assert read_legacy_set(lake=stage.lake).keys() == before.keys()
    assert _runs(stage, "stopped") == len(stage.loop.training("stopped").models)


def _container(stage: Stage, training_id: str, *, after: str) -> str:
    """Wait until a training's log contains `after` and return its container's name."""
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        for log in (stage.aws.directory / "logs").glob("*training*.log"):
            lines = log.read_text().splitlines()
            if any(f'"{after}"' in line for line in lines) and not any('"trained ' in line for line in lines):
                return log.stem
        time.sleep(0.2)
    pytest.fail(f"{training_id} did not reach {after}: {stage.aws.log_tail('training')}")


def _runs(stage: Stage, training_id: str) -> int:
    from mlflow import MlflowClient

    client = MlflowClient(stage.aws.tracking_url)
    experiments = [experiment.experiment_id for experiment in client.search_experiments()]
    return len(client.search_runs(experiments, f"tags.training_id = '{training_id}'"))


@pytest.mark.usefixtures("champion")
def test_a_candidate_of_an_own_wheel_is_trained_smoke_tested_and_promoted(stage: Stage, tmp_path: Path) -> None:
    assert add_points(tmp_path).exit_code == 0
    load_points(tmp_path)
    card = promoted_points(Loop(stage.aws, stage="dev", model=MODEL), stage.end)
    assert [(each.name, each.package) for each in card.candidates] == [("nearest", PACKAGE)]
