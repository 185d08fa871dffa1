"""Each deployed process makes only those calls to a real MLflow server that the API grants to its role."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import mlflow
import pytest

from courtside.adapters.mlflow_drift_runs import MlflowDriftRuns
from courtside.adapters.mlflow_registry import MlflowRegistry
from courtside.adapters.mlflow_tracking import MlflowTracking
from courtside.workflows.ports import DriftRun
from infra.constructs import tracking_routes
from tests.fakes.small_training import small_run
from tests.integration.tracking.server import Server, create_database

_REQUEST = re.compile(r'"([A-Z]+) (/[^ ?"]*)')
_MODEL = re.compile(r"/m-[0-9a-f]{32}")
# On a stage, clients write artifacts into S3 themselves; this test's server accepts them instead.
_SERVED = ("/health", "/api/2.0/mlflow-artifacts/")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("routes")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Server]:
    create_database(folder / "mlflow.db")
    found = Server(folder)
    found.start()
    yield found
    found.kill()
    mlflow.set_tracking_uri(None)
    mlflow.set_registry_uri(None)


def calls_of(folder: Path, work: Callable[[], object]) -> set[str]:
    """Return the calls that `work` makes, according to the server's own log."""
    log = folder / "server.log"
    before = log.stat().st_size
    work()
    made = {
        f"{method} {_MODEL.sub('/{model_id}', path)}" for method, path in _REQUEST.findall(log.read_text()[before:])
    }
    return {call for call in made if not call.split(" ", 1)[1].startswith(_SERVED)}


def test_each_process_makes_only_the_calls_granted_to_it(server: Server, folder: Path) -> None:
    tracking, registry = MlflowTracking(server.url, nominates=False), MlflowRegistry(server.url)
    versions = []

    def train() -> None:
        for training_id in ("t1", "t2", "t2"):
            tracking.champion()
            logged = tracking.log(small_run(training_id))
            tracking.describe(logged, files={"model_card.md": b"x"}, description="d")
            versions.append(logged.version)

    def seal() -> None:
        registry.training_of(versions[0])
        assert registry.model_files(versions[0])
        registry.nominate(versions[0])

    def promote() -> None:
        registry.champion_version()
        registry.previous_version()
        for version, previous in ((versions[0], None), (versions[1], versions[0]), (versions[1], None)):
            registry.training_of(version)
            registry.appoint(version, previous=previous, reason="r")

    def check() -> None:
        run = DriftRun(
            check_id="c", at=datetime.now(UTC), tags={}, metrics={"m": 1.0}, attachments={"report.html": b"x"}
        )
        for _ in range(2):
            MlflowDriftRuns(server.url, signed=False).log(run)

    for work, granted in (
        (train, tracking_routes.TRAINING),
        (seal, tracking_routes.SEAL),
        (promote, tracking_routes.PROMOTION),
        (check, tracking_routes.DRIFT_CHECK),
    ):
        made = calls_of(folder, work)
        assert len(made) > 4
        assert made <= set(granted), work.__name__
