"""A real PostgreSQL accepts every text of a training, however long it is and whatever it contains."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import mlflow
import pytest

from courtside.adapters.mlflow_registry import MlflowRegistry
from courtside.adapters.mlflow_tracking import MlflowTracking
from courtside.contracts.names import REGISTERED_MODEL
from tests.fakes.small_training import small_run
from tests.integration.tracking.databases import Databases, client_of
from tests.integration.tracking.server import Server

ENDLESS = "70 constant columns \0 and ünïcode ☃ \ud800; " * 1_000


@pytest.fixture
def uri(databases: Databases, tmp_path: Path) -> Iterator[str]:
    """Return the address of a server on PostgreSQL."""
    server = Server(tmp_path, databases.new("long_texts"))
    server.start()
    yield server.url
    server.kill()
    mlflow.set_tracking_uri(None)
    mlflow.set_registry_uri(None)


def test_a_training_with_very_long_texts_is_logged_described_and_promoted(uri: str) -> None:
    run = small_run("t" * 400)
    run = replace(
        run,
        candidates=[replace(each, params={**each.params, "note": ENDLESS}) for each in run.candidates[:1]],
        best=run.candidates[0].name,
        params={"best": ENDLESS},
        tags={**run.tags, "reason": ENDLESS, "warnings": ENDLESS},
    )
    tracking = MlflowTracking(uri)
    logged = tracking.log(run)
    tracking.describe(logged, files={}, description=ENDLESS)
    MlflowRegistry(uri).appoint(logged.version, previous=None, reason=ENDLESS)
    assert tracking.log(run) == logged
    version = client_of(uri).get_model_version(REGISTERED_MODEL, logged.version)
    for stored in (version.description, version.tags["reason"], version.tags["promotion_reason"]):
        assert stored.startswith("70 constant columns  and ünïcode ☃")
        assert stored.endswith("…")
