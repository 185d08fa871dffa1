"""A pickled model is imported only if its hash is the expected one, and is then evaluated and registered."""

import hashlib
import pickle
from dataclasses import replace
from datetime import date

import pytest

from courtside.contracts.events import RetrainingRequest, Trigger
from courtside.datasets.catalog import load_dataset
from courtside.datasets.simulated import simulate_games
from courtside.workflows.games import store_games
from courtside.workflows.import_model import HashDiffers, NotAllowed, NotOfTwoClasses, import_model
from courtside.workflows.ports import ObjectMissing
from courtside.workflows.train import train
from tests.fakes.ports import InMemoryLake, InMemoryTracking

DATASET = load_dataset("nba_games")


class Explosive:
    """A pickle that ends the process if anything loads it."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return exec, ("raise SystemExit('the pickle was opened')",)


@pytest.fixture(scope="module")
def trained() -> InMemoryLake:
    lake = InMemoryLake()
    store_games(simulate_games(seasons=[2010, 2011]), lake=lake)
    request = RetrainingRequest(
        model="nba_games", training_id="t", as_of=date(2011, 7, 1), trigger=Trigger.MANUAL, reason="test"
    )
    train(request, lake=lake, tracking=None, dataset=DATASET)
    return lake


@pytest.fixture
def lake(trained: InMemoryLake) -> InMemoryLake:
    return InMemoryLake(dict(trained.objects))


def sha256(lake: InMemoryLake, name: str) -> str:
    return hashlib.sha256(lake.read(f"ml-models/{name}.pkl")).hexdigest()


@pytest.mark.parametrize("name", ["random_forest", "xgboost", "lightgbm", "logistic_regression"])
def test_an_imported_model_is_evaluated_and_registered(lake: InMemoryLake, name: str) -> None:
    tracking = InMemoryTracking()
    scaler = sha256(lake, "scaler") if name == "logistic_regression" else None
    logged = import_model(
        name, sha256=sha256(lake, name).upper(), scaler_sha256=scaler, lake=lake, tracking=tracking, dataset=DATASET
    )
    assert logged.version == "1"
    (run,) = tracking.runs
    (candidate,) = run.candidates
    assert run.tags["imported"] == "true"
    assert run.tags["sha256"] == sha256(lake, name)
    assert run.tags["stage"] == "Imported"
    assert set(candidate.metrics) == {"imported_accuracy", "imported_auc", "imported_log_loss"}
    assert 0.5 < candidate.metrics["imported_auc"] < 1
    assert len(candidate.plots) == 4
    assert list(run.interface.taken_as) == DATASET.feature_names


@pytest.mark.parametrize("task", ["multiclass", "regression"])
def test_a_contract_of_another_task_imports_nothing(lake: InMemoryLake, task: str) -> None:
    tracking = InMemoryTracking()
    with pytest.raises(NotOfTwoClasses, match=f"the task of nba_games is {task}, and pickles"):
        import_model(
            "xgboost",
            sha256=sha256(lake, "xgboost"),
            scaler_sha256=None,
            lake=lake,
            tracking=tracking,
            dataset=replace(DATASET, task=task),
        )
    assert tracking.runs == []


def test_importing_a_model_again_changes_nothing(lake: InMemoryLake) -> None:
    tracking = InMemoryTracking()
    for _ in range(2):
        import_model(
            "xgboost", sha256=sha256(lake, "xgboost"), scaler_sha256=None, lake=lake, tracking=tracking, dataset=DATASET
        )
    assert len(tracking.runs) == 1


def test_without_test_rows_an_imported_model_has_no_metrics(lake: InMemoryLake) -> None:
    lake.remove(["ml-features/test.parquet"])
    tracking = InMemoryTracking()
    import_model(
        "xgboost", sha256=sha256(lake, "xgboost"), scaler_sha256=None, lake=lake, tracking=tracking, dataset=DATASET
    )
    assert tracking.runs[0].candidates[0].metrics == {}


def test_a_file_with_another_hash_is_not_opened(lake: InMemoryLake) -> None:
    lake.write("ml-models/evil.pkl", pickle.dumps(Explosive()))
    lake.write("ml-models/scaler.pkl", pickle.dumps(Explosive()))
    with pytest.raises(HashDiffers, match="it was not opened"):
        import_model(
            "evil", sha256="0" * 64, scaler_sha256=None, lake=lake, tracking=InMemoryTracking(), dataset=DATASET
        )
    with pytest.raises(HashDiffers, match=r"ml-models/scaler\.pkl"):
        import_model(
            "logistic_regression",
            sha256=sha256(lake, "logistic_regression"),
            scaler_sha256="0" * 64,
            lake=lake,
            tracking=InMemoryTracking(),
            dataset=DATASET,
        )


@pytest.mark.parametrize("name", ["../games/x", "a/b", "", "x.pkl", ".staged/t/xgboost", "a b"])
def test_nothing_outside_the_legacy_folder_is_read(lake: InMemoryLake, name: str) -> None:
    with pytest.raises(NotAllowed, match="nothing else may be imported"):
        import_model(name, sha256="0" * 64, scaler_sha256=None, lake=lake, tracking=InMemoryTracking(), dataset=DATASET)


def test_a_missing_file_is_refused_by_name(lake: InMemoryLake) -> None:
    with pytest.raises(ObjectMissing, match=r"ml-models/catboost\.pkl"):
        import_model(
            "catboost", sha256="0" * 64, scaler_sha256=None, lake=lake, tracking=InMemoryTracking(), dataset=DATASET
        )
