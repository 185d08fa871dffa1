"""Runs, versions and aliases are logged into a real MLflow that uses a database file instead of a server."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import count
from pathlib import Path

import mlflow
import numpy as np
import pandas as pd
import pytest
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from courtside.adapters.mlflow_models import load_classifier
from courtside.adapters.mlflow_registry import MlflowRegistry
from courtside.adapters.mlflow_tracking import MlflowTracking, RunsOfAnotherTraining
from courtside.contracts.model_card import LoggedRuns
from courtside.contracts.names import NBA_PLACE, REGISTERED_MODEL, TRAINING_EXPERIMENT, Alias, ModelPlace
from courtside.workflows.ports import PlaceTaken, TrackingRefused, TrackingUnavailable, TrainingRun
from tests.fakes.small_training import FEATURES, ROWS, small_run

NAMES = {"logistic_regression", "random_forest", "xgboost", "lightgbm"}
FRAME = pd.DataFrame({name: ROWS.column(name).to_numpy() for name in FEATURES})


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an empty database: creating one takes seconds, and copying it takes no time."""
    path = tmp_path_factory.mktemp("template") / "mlflow.db"
    MlflowClient(tracking_uri=f"sqlite:///{path}").search_experiments()
    return path


@pytest.fixture
def uri(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    shutil.copy(template, tmp_path / "mlflow.db")
    monkeypatch.chdir(tmp_path)  # artifacts go to the working directory when no server says otherwise
    yield f"sqlite:///{tmp_path}/mlflow.db"
    mlflow.set_tracking_uri(None)
    mlflow.set_registry_uri(None)


@pytest.fixture
def client(uri: str) -> MlflowClient:
    return MlflowClient(tracking_uri=uri, registry_uri=uri)


def recipe(uri: str, **search: object) -> pd.DataFrame:
    """Return the runs that the old notebooks' search finds."""
    mlflow.set_tracking_uri(uri)
    runs = mlflow.search_runs(experiment_names=[TRAINING_EXPERIMENT], order_by=["metrics.test_auc DESC"], **search)
    assert isinstance(runs, pd.DataFrame)
    return runs


def challenger(client: MlflowClient) -> str:
    return str(client.get_model_version_by_alias(REGISTERED_MODEL, Alias.CHALLENGER).version)


def logged_whole(tracking: MlflowTracking, run: TrainingRun) -> LoggedRuns:
    logged = tracking.log(run)
    tracking.nominate(logged.version)
    return logged


def test_the_search_of_the_old_notebooks_finds_the_best_model_among_all_runs(uri: str) -> None:
    MlflowTracking(uri).log(small_run())
    runs = recipe(uri)
    assert len(runs) == 5
    assert runs.iloc[0]["params.model_name"] == "lightgbm"
    assert runs["metrics.test_auc"].notna().sum() == 4
    loaded = load_classifier(f"runs:/{runs.iloc[0].run_id}/model")
    assert loaded.predict_proba(FRAME).shape == (40, 2)
    by_training = recipe(uri, filter_string="tags.training_id = 't1'")
    assert set(by_training["params.model_name"]) == NAMES


@pytest.mark.parametrize("shared", ["registered_model", "experiment"])
def test_two_contracts_never_share_a_registered_model_or_an_experiment(uri: str, shared: str) -> None:
    nba, other = MlflowTracking(uri), ModelPlace("churn", "churn-model", "churn-trainings")
    theirs = replace(other, **{shared: getattr(NBA_PLACE, shared)})
    nba.at(theirs).require_own_place()  # no contract owns it yet
    nba.log(small_run())
    said = rf"holds what contract nba_games trained.*write another name as `{shared}` into contract churn"
    with pytest.raises(PlaceTaken, match=said):
        nba.at(theirs).require_own_place()
    with pytest.raises(PlaceTaken, match=said):
        nba.at(theirs).log(small_run("t2"))
    assert recipe(uri, filter_string="tags.training_id = 't2'").empty
    assert nba.at(other).log(small_run("t2")).version == "1"
    nba.at(other).require_own_place()


@pytest.mark.parametrize("marked", ["version", "run"])
def test_a_place_without_an_owner_belongs_to_the_contract_that_trained_there(
    uri: str, client: MlflowClient, marked: str
) -> None:
    place = ModelPlace("churn", "churn-model", "churn-trainings")
    of_fraud = {"dataset": "fraud"}
    run = client.create_run(client.create_experiment(place.experiment), tags=of_fraud if marked == "run" else {})
    client.create_registered_model(place.registered_model)
    if marked == "version":
        client.create_model_version(place.registered_model, "file:///x", run.info.run_id, tags=of_fraud)
    with pytest.raises(PlaceTaken, match="contract fraud trained"):
        MlflowTracking(uri, place=place).require_own_place()
    MlflowTracking(uri, place=replace(place, contract="fraud")).require_own_place()


def test_a_version_is_not_a_challenger_before_its_training_has_finished(uri: str, client: MlflowClient) -> None:
    tracking = MlflowTracking(uri)
    first = tracking.log(small_run())
    found = client.get_model_version(REGISTERED_MODEL, first.version)
    assert client.get_registered_model(REGISTERED_MODEL).aliases == {}
    assert "stage" not in found.tags
    assert "Training t1 has registered this version and has not finished" in found.description
    tracking.describe(first, files={}, description="its card")
    tracking.nominate(first.version)
    found = client.get_model_version(REGISTERED_MODEL, first.version)
    assert (challenger(client), found.tags["stage"], found.description) == (first.version, "Staging", "its card")
    second = logged_whole(tracking, small_run("t2", as_of=date(2019, 3, 1)))
    stages = [client.get_model_version(REGISTERED_MODEL, each.version).tags["stage"] for each in (first, second)]
    assert stages == ["Archived", "Staging"]


def test_a_training_does_not_nominate_its_version_where_a_gate_decides(uri: str, client: MlflowClient) -> None:
    version = logged_whole(MlflowTracking(uri, nominates=False), small_run()).version
    assert client.get_registered_model(REGISTERED_MODEL).aliases == {}
    MlflowRegistry(uri).nominate(version)
    assert challenger(client) == version
    assert client.get_model_version(REGISTERED_MODEL, version).tags["stage"] == "Staging"


def test_the_parent_run_has_child_runs_and_no_metrics(uri: str, client: MlflowClient) -> None:
    tracking = MlflowTracking(uri)
    logged = tracking.log(small_run())
    assert client.get_run(logged.parent_run_id).info.status == "RUNNING"
    tracking.describe(logged, files={"model_card.html": b"<p>", "model_card.md": b"#"}, description="**short**")
    parent = client.get_run(logged.parent_run_id)
    assert parent.info.status == "FINISHED"
    assert parent.data.metrics == {}
    assert parent.data.params == {"best": "lightgbm"}
    assert parent.data.tags["training"] == "t1"
    assert "training_id" not in parent.data.tags
    assert [item.path for item in client.list_artifacts(logged.parent_run_id)] == ["model_card.html", "model_card.md"]
    assert client.get_model_version(REGISTERED_MODEL, logged.version).description == "**short**"
    for name, run_id in logged.run_ids.items():
        child = client.get_run(run_id)
        assert child.info.status == "FINISHED"
        assert child.data.params["model_name"] == name
        assert child.data.tags["mlflow.parentRunId"] == logged.parent_run_id
        assert child.data.tags["mlflow.source.git.commit"] == child.data.tags["git_commit"] == "c0ffee"
        assert child.data.metrics["test_auc_low"] == 0.55
        assert [item.path for item in client.list_artifacts(run_id, "plots")] == ["plots/roc_curve.svg"]
        attached = [item.path for item in client.list_artifacts(run_id, "reference")]
        assert attached == (["reference/reference.profile"] if name == "lightgbm" else [])


def test_every_model_gives_probabilities_through_its_library_and_through_pyfunc(uri: str) -> None:
    run = small_run()
    logged = MlflowTracking(uri).log(run)
    libraries = set()
    for candidate in run.candidates:
        address = f"runs:/{logged.run_ids[candidate.name]}/model"
        expected = candidate.estimator.predict_proba(FRAME)
        native = load_classifier(address)
        assert np.allclose(native.predict_proba(FRAME), expected, rtol=0, atol=1e-12)
        loaded = mlflow.pyfunc.load_model(address)
        assert np.allclose(loaded.predict(FRAME), expected, rtol=0, atol=1e-12)
        assert loaded.metadata.signature.inputs.input_names() == FEATURES
        flavors = dict(loaded.metadata.flavors)
        assert flavors.pop("python_function")["predict_fn"] == "predict_proba"
        libraries |= set(flavors)
    assert libraries == {"sklearn", "xgboost", "lightgbm"}
    mlflow.MlflowClient(uri, uri).set_registered_model_alias(REGISTERED_MODEL, Alias.CHAMPION, logged.version)
    champion = mlflow.pyfunc.load_model(f"models:/{REGISTERED_MODEL}@champion")
    assert champion.predict(FRAME).shape == (40, 2)
    known = MlflowTracking(uri).champion()
    assert known is not None
    assert (known.version, len(known.probability(ROWS))) == (logged.version, 40)


def test_no_pickle_is_stored(uri: str, tmp_path: Path) -> None:
    MlflowTracking(uri).log(small_run())
    stored = {path.suffix for path in (tmp_path / "mlruns").rglob("*") if path.is_file()}
    assert {".skops", ".svg"} <= stored
    assert not stored & {".pkl", ".pickle", ".cloudpickle"}


def test_logging_the_same_training_again_adds_nothing(uri: str, client: MlflowClient) -> None:
    tracking = MlflowTracking(uri)
    first, again = tracking.log(small_run()), tracking.log(small_run())
    assert again == first
    assert len(recipe(uri)) == 5
    assert len(client.search_model_versions(f"name = '{REGISTERED_MODEL}'")) == 1


@pytest.mark.parametrize("broken_at", ["log_artifacts", "create_model_version", "set_registered_model_alias"])
def test_a_second_attempt_completes_what_an_interrupted_one_logged(
    uri: str, client: MlflowClient, monkeypatch: pytest.MonkeyPatch, broken_at: str
) -> None:
    calls = count(1)  # candidates are logged on several threads
    usual = getattr(MlflowClient, broken_at)

    def breaking(*given: object, **named: object) -> object:
        if next(calls) == (3 if broken_at == "log_artifacts" else 1):
            raise MlflowException(f"API request to {uri} failed with exception")
        return usual(*given, **named)

    with monkeypatch.context() as patch:
        patch.setattr(MlflowClient, broken_at, breaking)
        with pytest.raises(TrackingUnavailable):
            logged_whole(MlflowTracking(uri), small_run())
    half = recipe(uri)
    assert (half["status"] == "FINISHED").sum() == (3 if broken_at == "log_artifacts" else 4)
    logged = logged_whole(MlflowTracking(uri), small_run())
    runs = recipe(uri, filter_string="tags.training_id = 't1'")
    assert sorted(runs["params.model_name"]) == sorted(NAMES)
    assert (runs["status"] == "FINISHED").all()
    kept = set(half[half["status"] == "FINISHED"].run_id)
    assert kept <= set(logged.run_ids.values())
    assert len(client.search_model_versions(f"name = '{REGISTERED_MODEL}'")) == 1
    assert challenger(client) == logged.version


@pytest.mark.parametrize("other", [{"data_hash": "another"}, {"dataset": "another"}, {"as_of": "2020-01-01"}])
def test_runs_of_another_training_with_the_same_id_are_refused_and_left_alone(uri: str, other: dict[str, str]) -> None:
    tracking, run = MlflowTracking(uri), small_run()
    first = tracking.log(run)
    with pytest.raises(RunsOfAnotherTraining, match=f"training t1 with another {next(iter(other))}"):
        tracking.log(replace(run, tags={**run.tags, **other}))
    runs = recipe(uri, filter_string="tags.training_id = 't1'")
    assert set(runs.run_id) == set(first.run_ids.values())
    assert (runs["status"] == "FINISHED").all()


def test_the_challenger_has_the_newest_data_and_is_never_a_version_already_in_production(
    uri: str, client: MlflowClient
) -> None:
    tracking = MlflowTracking(uri)
    newer = logged_whole(tracking, small_run("newer", as_of=date(2019, 3, 1)))
    older = logged_whole(tracking, small_run("older", as_of=date(2019, 1, 1)))
    assert older.version != newer.version
    assert challenger(client) == newer.version
    client.delete_registered_model_alias(REGISTERED_MODEL, Alias.CHALLENGER)
    client.set_model_version_tag(REGISTERED_MODEL, newer.version, "stage", "Production")
    logged_whole(tracking, small_run("newer", as_of=date(2019, 3, 1)))
    with pytest.raises(MlflowException):
        client.get_model_version_by_alias(REGISTERED_MODEL, Alias.CHALLENGER)


def test_an_imported_model_gets_no_alias(uri: str, client: MlflowClient) -> None:
    run = small_run()
    object.__setattr__(run, "tags", {"training_id": "import-x", "imported": "true", "stage": "Imported"})
    logged = MlflowTracking(uri).log(run)
    version = client.get_model_version(REGISTERED_MODEL, logged.version)
    assert (version.tags["stage"], version.tags["imported"]) == ("Imported", "true")
    assert client.get_registered_model(REGISTERED_MODEL).aliases == {}


def test_an_unreachable_server_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    for call in (lambda tracking: tracking.log(small_run()), lambda tracking: tracking.champion()):
        with pytest.raises(TrackingUnavailable, match=r"http://127\.0\.0\.1:9 does not answer"):
            call(MlflowTracking("http://127.0.0.1:9"))
    mlflow.set_tracking_uri(None)


def test_a_refusal_is_raised_with_the_words_of_the_server(uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise MlflowException("no such permission", error_code=7)

    monkeypatch.setattr(MlflowClient, "log_batch", refuse)
    with pytest.raises(TrackingRefused, match="no such permission"):
        MlflowTracking(uri).log(small_run())
