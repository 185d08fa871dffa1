"""A tracking server that is away for a while is asked again, and whoever found it away works on once it is back."""

import json

import pytest
from urllib3.util import retry

from courtside.adapters.mlflow_registry import MlflowRegistry
from courtside.workflows.ports import TrackingUnavailable
from tests.fakes.answering import Answer, answering

AWAY: Answer = (503, "Service Unavailable", {})
VERSION: Answer = (200, json.dumps({"model_version": {"name": "m", "version": "7", "creation_timestamp": 1}}), {})
MOST_TRIES = 4


@pytest.fixture
def waited(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the seconds for which a client has waited between its tries, which pass at once."""
    for name in ("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR"):
        monkeypatch.setenv(name, "x")  # setting it first makes monkeypatch restore it afterwards
        monkeypatch.delenv(name)
    monkeypatch.delenv(
        "MLFLOW_TRACKING_AUTH", raising=False
    )  # a command that ran before in this process may have set it
    seconds: list[float] = []
    monkeypatch.setattr(retry.time, "sleep", seconds.append)
    return seconds


def registry(address: str) -> MlflowRegistry:
    return MlflowRegistry(address.partition("/services")[0])


def test_a_server_that_is_away_for_some_seconds_is_asked_again(waited: list[float]) -> None:
    with answering(*[AWAY] * (MOST_TRIES - 1), VERSION) as (address, asked):
        assert registry(address).champion_version() == "7"
    assert len(asked) == MOST_TRIES
    # Seconds, in which a connection or a load balancer recovers, but not the minutes for which nobody would wait.
    assert 10 <= sum(waited) <= 30


def test_who_has_found_the_server_away_for_longer_works_on_once_it_is_back(waited: list[float]) -> None:
    with answering(*[AWAY] * MOST_TRIES, VERSION) as (address, asked):
        warm = registry(address)
        with pytest.raises(TrackingUnavailable):
            warm.champion_version()
        assert warm.champion_version() == "7"
    assert len(asked) == MOST_TRIES + 1
    assert waited
