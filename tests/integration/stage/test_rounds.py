"""A stage's own rounds, with its roles: every model is looked at, and one whose contract was damaged hurts no other."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from courtside.contracts.names import StackOutput
from courtside.workflows.stage_models import StageModels
from tests.datasets.churn import CONTRACT
from tests.integration.stage.conftest import Stage
from tests.integration.stage.steps import ledger
from tests.integration.stage.test_loop import told_once
from tests.integration.stage.test_reports import courtside, printed

OUTCOMES = {"nothing", "nothing_to_check", "alert", "retrain", "stale_data"}


@pytest.fixture
def churn(stage: Stage) -> Iterator[StageModels]:
    """Add a second model for as long as the test runs, because other tests do not name the stage's only one."""
    printed(courtside(stage, "models", "add", str(CONTRACT), "--json"))
    yield StageModels(ledger(stage), stage.lake)
    printed(courtside(stage, "models", "remove", "churn", "--yes", "--json"))


def watched(stage: Stage, *options: str, code: int = 0) -> dict[str, dict[str, Any]]:
    """Run a round and return what it did with each model."""
    done = courtside(stage, "watch", "--as-of", "2011-02-01", *options, "--json")
    assert done.returncode == code, done.stderr
    return {each["model"]: each for each in json.loads(done.stdout)["settled"]}


def test_a_model_whose_contract_was_damaged_is_told_once_until_it_is_mended(stage: Stage, churn: StageModels) -> None:
    # This comes before any round of it: a function that has read a contract once goes on with what it read.
    stage.lake.write(churn.show("churn").contract_key, b"name: churn\n")
    for _ in range(2):
        found = watched(stage, code=1)
        assert found.keys() == {"churn", "nba_games"}
        assert "ContractChanged" in found["churn"]["reason"]
        assert found["nba_games"]["outcome"] != "failed"
    assert "docs/runbooks.md#a-model-that-fails" in told_once(stage, containing="The round of churn failed")
    assert watched(stage, "--model", "nba_games").keys() == {"nba_games"}
    printed(courtside(stage, "models", "add", str(CONTRACT), "--json"))
    assert {each["outcome"] for each in watched(stage).values()} <= OUTCOMES
    told_once(stage, containing="The rounds of churn do not fail any more")


def test_the_schedule_may_start_a_round_and_its_execution_ends(stage: Stage) -> None:
    scheduler = stage.aws.client("scheduler")
    target = next(
        found["Target"]
        for each in scheduler.list_schedules()["Schedules"]
        if (found := scheduler.get_schedule(Name=each["Name"])).get("Description") == "Watch"
    )
    assert target["Arn"] == stage.loop.output(StackOutput.WATCH)
    given = target["Input"].replace("<aws.scheduler.scheduled-time>", "2011-02-01T12:00:00Z")
    started = stage.aws.client("stepfunctions").start_execution(stateMachineArn=target["Arn"], input=given)
    assert stage.end(started["executionArn"]) == "SUCCEEDED"
