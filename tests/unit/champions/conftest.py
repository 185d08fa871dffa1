"""A stage whose champion was trained once, of which every test has a copy."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fakes.ports import InMemoryLake, InMemoryLedger
from tests.fakes.recalibrated_stage import Stage, with_champion


@pytest.fixture
def uri(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)  # where MLflow puts the artifacts of a local store
    # Where nobody answers, MLflow's pauses between its tries would only be waited for.
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR", "0")
    return f"sqlite:///{tmp_path}/runs.db"


@pytest.fixture(scope="module")
def prototype(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    folder = tmp_path_factory.mktemp("prototype")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        return with_champion(f"sqlite:///{folder}/runs.db")


@pytest.fixture
def stage(prototype: Stage, uri: str) -> Stage:
    """A stage of its own that is as the prototype is."""
    shutil.copy(prototype.uri.removeprefix("sqlite:///"), uri.removeprefix("sqlite:///"))
    lake, ledger = InMemoryLake(dict(prototype.lake.objects)), InMemoryLedger(dict(prototype.ledger.documents))
    return replace(prototype, uri=uri, lake=lake, ledger=ledger)
