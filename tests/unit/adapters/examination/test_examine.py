"""An examination that fails becomes a finding itself, and the findings made before it are kept."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from courtside.adapters.examination import retraining
from courtside.adapters.examination.examine import examine
from courtside.contracts import lake_keys
from courtside.contracts.errors import CourtsideError
from courtside.contracts.events import RetrainingRequest, Trigger
from courtside.contracts.names import NBA_PLACE, ModelPlace
from courtside.core.findings import Finding, fine
from courtside.core.runs import Execution
from courtside.workflows.model_ledger import ModelLedger
from courtside.workflows.ports import TrackingUnavailable
from courtside.workflows.retraining_lock import RetrainingLock
from tests.fakes.ports import InMemoryExecutions, InMemoryLake, InMemoryLedger
from tests.unit.workflows.test_runs import LATER, NOW


@pytest.mark.parametrize(
    ("error", "level", "said"),
    [
        (ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "GetQueue"), "warn", "AccessDenied: no"),
        (EndpointConnectionError(endpoint_url="http://x"), "warn", "http://x"),
        (ClientError({"Error": {"Code": "Throttling", "Message": "slow"}}, "GetQueue"), "fail", "is busy"),
        (
            ClientError({"Error": {"Code": "500"}, "ResponseMetadata": {"HTTPStatusCode": 500}}, "GetQueue"),  # type: ignore[typeddict-item]
            "fail",
            "has a fault",
        ),
        (ReadTimeoutError(endpoint_url="http://x"), "fail", "has a fault"),
        (TrackingUnavailable("http://x"), "fail", "does not answer"),
        (CourtsideError("do that"), "fail", "do that"),
        (KeyError("version"), "fail", "could not be examined: KeyError: 'version'"),
        (ValueError("a\nb" * 400), "fail", "could not be examined: ValueError: a b"),
    ],
)
def test_an_error_within_an_examination_becomes_a_finding(error: Exception, level: str, said: str) -> None:
    def breaks_off() -> Iterator[Finding]:
        yield fine("first", "found before")
        raise error

    first, told = examine("queue", breaks_off)
    assert first.detail == "found before"
    assert (told.check, told.level) == ("queue", level)
    assert said in told.detail
    assert told.fix
    assert "\n" not in told.detail


@pytest.mark.parametrize("content", [b"", b"{}", b"not JSON", b"\xff\xfe", b'{"version": 3}'])
def test_a_corrupt_pointer_to_the_reference_is_named_with_the_command_that_mends_it(
    content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Registry:
        def __init__(self, _: str, *, place: ModelPlace) -> None: ...

        def champion_version(self) -> str:
            return "3"

    monkeypatch.setattr(retraining, "MlflowRegistry", Registry)
    lake = InMemoryLake({lake_keys.champion_reference("nba_games"): content})
    ledger = ModelLedger(InMemoryLedger(), "nba_games")
    *_, told = examine(
        "champion",
        lambda: retraining.champion(ledger, lake=lake, tracking_uri="http://x", place=NBA_PLACE),
    )
    assert told.level == "fail"
    assert lake_keys.champion_reference("nba_games") in told.detail
    assert "courtside versions promote" in told.detail
    assert "--model nba_games" in told.fix


def test_the_last_finished_training_is_reported_with_the_step_that_failed() -> None:
    executions = InMemoryExecutions()
    assert [each.level for each in retraining.trainings(executions, model="nba_games")] == ["ok"]
    given = {"failed_step": "Train", "cause": "(exit code 3)"}
    executions.add(Execution("bad", "FAILED", NOW, LATER, announced="AnnounceFailure", given=given))
    executions.add(Execution("new", "RUNNING", LATER, step="Train"))
    (told,) = retraining.trainings(executions, model="nba_games")
    assert told.level == "fail"
    assert "bad failed" in told.detail
    assert "the tracking server was away" in told.detail
    assert "courtside runs show bad --model nba_games" in told.fix


def test_a_request_that_waits_for_its_turn_is_no_fault_and_one_that_nothing_would_start_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(retraining, "running", lambda _: ["churn.a"])
    ledger = InMemoryLedger()
    for model, training_id in (("churn", "a"), ("nba_games", "b")):
        asked = RetrainingRequest(
            model=model, training_id=training_id, as_of=NOW.date(), trigger=Trigger.MANUAL, reason="a test"
        )
        RetrainingLock(ModelLedger(ledger, model), timedelta(hours=1)).acquire(asked, now=NOW)
    waits = ModelLedger(ledger, "nba_games")
    (turn,) = retraining.lock(waits, machine="arn", now=NOW)
    assert (turn.level, turn.detail) == ("ok", "free; training b starts when its turn comes: now it is a of churn")
    (stuck,) = retraining.lock(waits, machine="arn", now=NOW + timedelta(hours=1))
    assert (stuck.level, stuck.fix) == ("fail", "courtside retrain --model nba_games")
