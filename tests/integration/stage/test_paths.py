"""Retrainings that ask a person, wait for another training or go wrong run on the same stage, in this order.

Challengers trained some days later, in a summer without games, are as good as the champion and fresher, so they
pass the gate and every path behind it is open.
"""

import io
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from courtside.contracts import ledger_keys, training_keys
from courtside.contracts.events import RetrainingRequest, Trigger
from courtside.contracts.records import RetrainingLockState
from courtside.workflows.ledger_documents import read, written
from courtside.workflows.smoke import EXPECTED
from tests.integration.stage.conftest import Stage
from tests.integration.stage.steps import (
    approvals,
    asked,
    champion_version,
    games_ledger,
    patience,
    training_tasks,
    waited,
)
from tests.integration.stage.test_loop import texts, told_once
from tests.integration.stage.test_reports import courtside, printed

SUMMER = date(2010, 7, 2)


@pytest.fixture
def approval(stage: Stage) -> Iterator[None]:
    with approvals(stage):
        yield


@pytest.mark.usefixtures("champion", "approval")
def test_an_approved_challenger_becomes_champion_and_the_history_names_the_approver(stage: Stage) -> None:
    before = champion_version(stage)
    arn = stage.train("to-approve", as_of=SUMMER + timedelta(0))
    alert = asked(stage, "to-approve")
    assert "--stage dev" in alert
    assert champion_version(stage) == before
    (row,) = printed(courtside(stage, "versions", "approvals", "--json"))
    assert row["training_id"] == "to-approve"
    assert "token" not in row
    # A request that comes meanwhile is remembered, and a lease that waits for a person does not run out.
    other = stage.train("meanwhile", as_of=SUMMER + timedelta(1))
    assert stage.end(other) == "SUCCEEDED"
    assert told_once(stage, containing="Retraining meanwhile is remembered")
    answered = printed(courtside(stage, "versions", "approve", "to-approve", "--json"))
    assert stage.end(arn) == "SUCCEEDED"
    assert champion_version(stage) == stage.loop.training("to-approve").challenger_version != before
    history = printed(courtside(stage, "versions", "history", "--json"))
    assert history[-1]["by"] == answered["decided_by"]
    assert history[-1]["until"] is None
    ran = printed(courtside(stage, "runs", "show", "to-approve", "--json"))
    assert (ran["state"], ran["failed"]) == ("done", False)
    assert "New champion" in ran["outcome"]
    logged = printed(courtside(stage, "runs", "logs", "to-approve", "--json"))
    assert {"lock", "train", "gate", "request_approval", "promote"} <= {line["service"] for line in logged}
    late = courtside(stage, "versions", "approve", "to-approve")
    assert late.returncode == 1
    assert "AlreadyAnswered" in late.stderr


@pytest.mark.usefixtures("champion", "approval")
def test_a_waiting_request_runs_next_and_a_rejected_challenger_leaves_the_champion(stage: Stage) -> None:
    before = champion_version(stage)
    arn = next(e.arn for e in stage.loop.executions() if e.name == "again-meanwhile")
    asked(stage, "again-meanwhile")
    printed(courtside(stage, "versions", "reject", "again-meanwhile", "--json"))
    assert stage.end(arn) == "SUCCEEDED"
    assert champion_version(stage) == before
    assert "again-meanwhile" in told_once(stage, containing="rejected it, so the champion stays")
    assert (
        "rejected the challenger" in printed(courtside(stage, "runs", "show", "again-meanwhile", "--json"))["outcome"]
    )
    state, _ = read(games_ledger(stage), ledger_keys.RETRAINING_LOCK, RetrainingLockState)
    assert state is not None
    assert (state.holder, state.waiting) == (None, None)


@pytest.mark.usefixtures("champion", "approval")
def test_a_training_stopped_while_it_waits_is_unlisted_and_an_answer_says_so(stage: Stage) -> None:
    before = champion_version(stage)
    arn = stage.train("stopped", as_of=SUMMER + timedelta(1))
    asked(stage, "stopped")
    stage.aws.client("stepfunctions").stop_execution(executionArn=arn, cause="wrong data")
    assert stage.end(arn) == "ABORTED"
    assert printed(courtside(stage, "versions", "approvals", "--json")) == []
    late = courtside(stage, "versions", "approve", "stopped")
    assert late.returncode == 1
    assert "TrainingEnded" in late.stderr
    assert "wrong data" in late.stderr
    assert champion_version(stage) == before
    # A rule releases the training's lock, which the next steps need.
    deadline = time.monotonic() + 300
    while (
        read(games_ledger(stage), ledger_keys.RETRAINING_LOCK, RetrainingLockState)[0] or RetrainingLockState()
    ).holder:
        assert time.monotonic() < deadline, "the lock was not given back"
        time.sleep(0.2)


@pytest.mark.usefixtures("champion", "approval")
def test_an_unanswered_approval_expires_and_the_champion_stays(stage: Stage) -> None:
    before = champion_version(stage)
    with patience(stage, seconds=2):
        arn = stage.train("nobody-answers", as_of=SUMMER + timedelta(2))
        assert stage.end(arn) == "SUCCEEDED"
    assert champion_version(stage) == before
    assert told_once(stage, containing="nobody-answers passed the gate, but nobody answered in time")
    late = courtside(stage, "versions", "approve", "nobody-answers")
    assert late.returncode == 1
    assert "ApprovalExpired" in late.stderr


@pytest.mark.usefixtures("champion", "approval")
def test_a_challenger_that_fails_its_smoke_check_never_becomes_champion(stage: Stage) -> None:
    before, drift_before = champion_version(stage), stage.loop.drift_reference()
    history = printed(courtside(stage, "versions", "history", "--json"))
    arn = stage.train("breaks", as_of=SUMMER + timedelta(3))
    # The predictions that the training recorded for its known rows are changed before they are sealed.
    key = training_keys.training_smoke("nba_games", "breaks")
    deadline = time.monotonic() + 300
    while key not in stage.lake.keys(training_keys.trainings("nba_games")):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    rows = pq.read_table(io.BytesIO(stage.lake.read(key)))
    other = pa.array([1 - value for value in rows.column(EXPECTED).to_pylist()])
    content = io.BytesIO()
    pq.write_table(rows.set_column(rows.schema.get_field_index(EXPECTED), EXPECTED, other), content)
    stage.lake.write(key, content.getvalue())
    assert stage.end(arn) == "FAILED"
    assert champion_version(stage) == before
    assert stage.loop.drift_reference() == drift_before
    said = told_once(stage, containing="Retraining nba_games.breaks failed in Smoke")
    assert "The champion is untouched" in said
    assert "exit code 5" in said
    assert printed(courtside(stage, "versions", "history", "--json")) == history
    (ran, *_) = printed(courtside(stage, "runs", "list", "--kind", "training", "--limit", "1", "--json"))
    assert (ran["id"], ran["state"]) == ("breaks", "failed")
    assert "Smoke failed" in ran["outcome"]
    assert printed(courtside(stage, "versions", "list", "--json"))[0]["gate"].startswith("passed")
    # The failure was announced once: the rule for executions that failed without an announcement stays silent.
    assert not texts(stage, containing="Retraining nba_games.breaks ended as FAILED")


@pytest.mark.usefixtures("champion")
def test_a_killed_training_is_announced_and_its_lock_is_released(stage: Stage) -> None:
    arn = stage.train("killed", as_of=SUMMER + timedelta(6))
    waited(stage, arn, "Train")
    ecs = stage.aws.client("ecs")
    deadline = time.monotonic() + 300
    while not (running := training_tasks(ecs)):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    cluster, task = running[0]
    ecs.stop_task(cluster=cluster, task=task, reason="Spot took it back")
    assert stage.end(arn) == "FAILED"
    said = told_once(stage, containing="Retraining nba_games.killed failed in Train")
    assert "champion is untouched" in said
    state, _ = read(games_ledger(stage), ledger_keys.RETRAINING_LOCK, RetrainingLockState)
    assert state is not None
    assert state.holder is None


def test_a_valid_lease_keeps_others_waiting_and_an_expired_one_does_not(stage: Stage) -> None:
    table = games_ledger(stage)
    _, revision = read(table, ledger_keys.RETRAINING_LOCK, RetrainingLockState)
    alive = RetrainingLockState(holder="somebody", lease_until=datetime.now(UTC) + timedelta(hours=1))
    assert table.put(written(ledger_keys.RETRAINING_LOCK, alive, expected_revision=revision))
    arn = stage.train("waits-for-somebody", as_of=date(1970, 1, 1))
    assert stage.end(arn) == "SUCCEEDED"
    assert told_once(stage, containing="Retraining waits-for-somebody is remembered")
    _, revision = read(table, ledger_keys.RETRAINING_LOCK, RetrainingLockState)
    dead = RetrainingLockState(holder="somebody", lease_until=datetime.now(UTC) - timedelta(seconds=1))
    assert table.put(written(ledger_keys.RETRAINING_LOCK, dead, expected_revision=revision))
    arn = stage.train("takes-over", as_of=date(1970, 1, 1))
    # The training has the lock: it fails because there are no games, not because the lock is taken.
    assert stage.end(arn) == "FAILED"
    assert told_once(stage, containing="Retraining nba_games.takes-over failed in Freeze")
    state, _ = read(table, ledger_keys.RETRAINING_LOCK, RetrainingLockState)
    assert state is not None
    assert state.holder is None


@pytest.mark.usefixtures("champion")
def test_drift_too_soon_after_a_training_does_not_start_another(stage: Stage) -> None:
    table = games_ledger(stage)
    state, revision = read(table, ledger_keys.RETRAINING_LOCK, RetrainingLockState)
    assert state is not None
    trained = state.model_copy(update={"trained_as_of": SUMMER})
    assert table.put(written(ledger_keys.RETRAINING_LOCK, trained, expected_revision=revision))
    arn = stage.loop.retrain(
        RetrainingRequest(
            model="nba_games",
            training_id="too-soon",
            as_of=SUMMER,
            trigger=Trigger.DRIFT,
            reason="a test",
            cooldown_days=1,
        )
    )
    assert stage.end(arn) == "SUCCEEDED"
    assert told_once(stage, containing="Retraining too-soon was not started")
    with pytest.raises(Exception, match="NoSuchKey"):
        stage.loop.training("too-soon")
