"""The deployed loop takes paths that the demo does not; these tests share one stage and run in this order."""

import time
from datetime import UTC, date, datetime

import mlflow
import numpy as np
import pandas as pd

from courtside.adapters.dynamodb_ledger import DynamoDbLedger
from courtside.adapters.mlflow_models import MlflowModels, load_classifier
from courtside.adapters.mlflow_registry import MlflowRegistry
from courtside.adapters.mlflow_tracking import MlflowTracking
from courtside.contracts import training_keys
from courtside.contracts.events import Window
from courtside.contracts.names import REGISTERED_MODEL, TRAINING_EXPERIMENT, StackOutput
from courtside.workflows.model_ledger import ModelLedger
from courtside.workflows.production import Production
from courtside.workflows.rollback import rollback
from tests.integration.stage.conftest import Stage


def texts(stage: Stage, *, containing: str) -> list[str]:
    return [message.text for message in stage.slack.messages if containing in message.text]


def told_once(stage: Stage, *, containing: str) -> str:
    """Wait for a message, which may arrive some time after its event, and return the only one of its kind."""
    deadline = time.monotonic() + 300
    while not (found := texts(stage, containing=containing)):
        assert time.monotonic() < deadline, f"nobody was told {containing!r}"
        time.sleep(0.1)
    (only,) = found
    return only


def test_a_check_without_a_champion_says_what_to_do(stage: Stage) -> None:
    answer = stage.loop.check_drift(Window(start=date(2010, 7, 1), end=date(2011, 7, 1)))
    assert answer.decision == "nothing_to_check"
    assert "courtside retrain" in answer.reason


def test_a_training_without_data_is_announced_once_and_promotes_nothing(stage: Stage) -> None:
    before = len(stage.slack.messages)
    arn = stage.train("no-games-yet", as_of=date(1970, 1, 1))
    assert stage.end(arn) == "FAILED"
    stage.slack.wait_for(before + 1, timeout=120)
    said = told_once(stage, containing="no-games-yet")
    assert "failed in Freeze (NoGames)" in said
    assert "champion is untouched" in said
    registry = MlflowRegistry(stage.aws.tracking_url)
    assert registry.champion_version() is None
    assert registry.versions() == []


def test_a_stopped_execution_is_announced_by_the_rule(stage: Stage) -> None:
    arn = stage.train("stopped-by-a-person", as_of=date(2010, 7, 1))
    before = len(stage.slack.messages)
    stage.aws.client("stepfunctions").stop_execution(executionArn=arn)
    stage.slack.wait_for(before + 1, timeout=120)
    said = told_once(stage, containing="stopped-by-a-person")
    assert "ended as ABORTED" in said
    assert '"' not in said


def test_the_first_training_becomes_champion(stage: Stage, champion: str) -> None:
    registry = MlflowRegistry(stage.aws.tracking_url)
    version = registry.champion_version()
    assert version is not None
    assert registry.training_of(version) == champion
    assert stage.loop.drift_reference().version == version
    row = registry.versions()[0]
    assert (row["aliases"], row["stage"], row["training"]) == ("champion", "Production", champion)


def test_the_notebooks_recipe_still_works(stage: Stage, champion: str) -> None:
    mlflow.set_tracking_uri(stage.aws.tracking_url)
    runs = mlflow.search_runs(
        experiment_names=[TRAINING_EXPERIMENT],
        filter_string=f"tags.training_id = '{champion}'",
        order_by=["metrics.test_auc DESC"],
    )
    assert set(runs["params.model_name"]) == {"logistic_regression", "random_forest", "xgboost", "lightgbm"}
    metrics = ["train_accuracy", "test_accuracy", "test_auc", "precision", "recall", "f1_score"]
    assert runs[[f"metrics.{name}" for name in metrics]].notna().all(axis=None)
    loaded = load_classifier(f"runs:/{runs.iloc[0].run_id}/model")
    names = mlflow.models.get_model_info(f"runs:/{runs.iloc[0].run_id}/model").signature.inputs.input_names()
    rows = pd.DataFrame(np.zeros((3, len(names))), columns=names)
    assert loaded.predict_proba(rows).shape == (3, 2)


def test_the_champion_predicts_its_known_rows_as_it_did_in_training(stage: Stage, champion: str) -> None:
    """It was fitted once more, so what it says of the holdout is near what judged it, and not the same."""
    import io

    import pyarrow.parquet as pq

    holdout, known = (
        pq.read_table(io.BytesIO(stage.lake.read(key("nba_games", champion))))
        for key in (training_keys.training_holdout, training_keys.training_smoke)
    )
    rows = pq.read_table(io.BytesIO(stage.lake.read("ml-features/test.parquet")))
    loaded = MlflowTracking(stage.aws.tracking_url).champion()
    assert loaded is not None
    said = loaded.probability(rows.slice(rows.num_rows - holdout.num_rows))
    assert np.allclose(said[-known.num_rows :], known.column("expected").to_numpy(), atol=1e-6)
    assert 0 < np.abs(said - holdout.column("challenger").to_numpy()).mean() < 0.05
    uri = f"models:/{REGISTERED_MODEL}@champion"
    assert mlflow.artifacts.list_artifacts(uri)
    run_id = stage.loop.training(champion).challenger_run_id
    attached = mlflow.artifacts.list_artifacts(run_id=run_id, artifact_path="reference")
    assert [item.path for item in attached] == ["reference/reference.profile"]


def test_the_same_check_twice_alerts_and_retrains_once(stage: Stage, champion: str) -> None:  # noqa: ARG001
    window = Window(start=date(2010, 11, 1), end=date(2010, 12, 1))
    first, again = (stage.loop.check_drift(window) for _ in range(2))
    assert not first.duplicate
    assert again.duplicate
    assert again.execution_arn == first.execution_arn
    if first.execution_arn:  # the execution has to end first, because the tests below move the champion too
        assert stage.end(first.execution_arn) == "SUCCEEDED"


def test_a_challenger_not_shown_to_be_as_good_is_rejected_and_people_are_told(stage: Stage) -> None:
    registry = MlflowRegistry(stage.aws.tracking_url)
    champion = registry.champion_version()
    before = len(stage.slack.messages)
    arn = stage.train("on-two-seasons", as_of=date(2006, 7, 1))
    assert stage.end(arn) == "SUCCEEDED"
    assert not stage.loop.verdict("on-two-seasons").promote
    assert registry.champion_version() == champion
    assert stage.loop.drift_reference().version == champion
    stage.slack.wait_for(before + 1, timeout=120)
    said = told_once(stage, containing="on-two-seasons")
    assert "kept" in said


def test_a_new_champion_can_be_rolled_back(stage: Stage) -> None:
    registry = MlflowRegistry(stage.aws.tracking_url)
    first = registry.champion_version()
    arn = stage.train("second", as_of=date(2011, 7, 1))
    assert stage.end(arn) == "SUCCEEDED"
    second = stage.loop.training("second").challenger_version
    assert stage.loop.verdict("second").promote, stage.loop.verdict("second").reason
    assert registry.champion_version() == second
    ledger = ModelLedger(DynamoDbLedger(stage.loop.output(StackOutput.LEDGER_TABLE)), "nba_games")
    production = Production("nba_games", ledger, registry, stage.lake)
    done = rollback(production=production, models=MlflowModels(), by="a test", now=datetime.now(UTC))
    assert (done.before, done.after) == (second, first)
    assert registry.champion_version() == first
    assert stage.loop.drift_reference().version == first
    loaded = MlflowTracking(stage.aws.tracking_url).champion()
    assert loaded is not None
    assert loaded.version == first


def test_no_alert_is_lost_when_slack_fails(stage: Stage) -> None:
    stage.slack.fail_next(2)
    before = len(stage.slack.messages)
    topic = stage.aws.client("sns").list_topics()["Topics"][0]["TopicArn"]
    stage.aws.client("sns").publish(TopicArn=topic, Subject="Courtside: test", Message="after two failures")
    heard = stage.slack.wait_for(before + 1, timeout=120)
    assert len(heard) == before + 1
    assert "after two failures" in heard[-1].text
