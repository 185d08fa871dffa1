"""The watch's state machine as Amazon States Language, what starts it, and what its functions may do."""

import json
from fnmatch import fnmatch
from typing import Any

import jsonata
import pytest

from courtside.contracts import lake_keys, ledger_keys
from courtside.contracts.events import ArrivalsRequest, DriftCheckRequest, Payload
from courtside.contracts.rounds import DueModel, FindDueRequest, PublishRequest, SettleRequest, WatchRequest
from courtside.contracts.scoring import PerformanceRequest, PredictRequest
from infra.constructs import publishing
from infra.constructs.incidents import KEPT, KEPT_OF_STAGE
from infra.constructs.ledger import INCIDENTS, INCIDENTS_TOLD, MODELS, ROUNDS
from infra.constructs.watch import LISTS
from infra.settings import settings_for
from infra.stage import StageSettings
from tests.infra.conftest import synthesize
from tests.infra.granted import LAKE, LINKED_PAGES, allowed, partitions
from tests.infra.synthesized import SynthesizedStage, text

FIND_DUE, SETTLE, TEND = "WatchFindDueFunction", "WatchSettleFunction", "WatchTendIncidentsFunction"
PUBLISH = "PublishingFunction"
DUE = DueModel.model_validate({"model": "churn", "round": "r", "as_of": "2026-11-29T12:00:00Z", "check": True})
ANSWER = {"Payload": {"model": "churn", "check_id": "c", "decision": "nothing"}}
RAISED = {"Error": "NoReference", "Cause": json.dumps({"errorMessage": "train once", "stackTrace": ["…"]})}


@pytest.fixture
def machine(stage: SynthesizedStage) -> dict[str, Any]:
    return definition_of(stage)


@pytest.fixture
def steps(machine: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = machine["States"]["EachModel"]["ItemProcessor"]["States"]
    return found


def definition_of(stage: SynthesizedStage) -> dict[str, Any]:
    _, properties = stage.pipeline.only("AWS::StepFunctions::StateMachine", "WatchMachine")
    definition: dict[str, Any] = json.loads(text(properties["DefinitionString"]))
    return definition


def value(expression: Any, **states: Any) -> Any:
    """Return what a field in JSONata becomes for a state that was given this; `$parse` is of Step Functions."""
    if isinstance(expression, dict):
        return {key: value(each, **states) for key, each in expression.items()}
    written = expression.removeprefix("{%").removesuffix("%}").replace("$parse(", "$eval(")
    return jsonata.Jsonata(written.replace("$states", "states")).evaluate({"states": states})


def test_a_round_finds_what_is_due_and_ends_at_once_if_nothing_is(machine: dict[str, Any]) -> None:
    states = machine["States"]
    assert (machine["StartAt"], states["FindDue"]["Next"]) == ("TendIncidents", "IsAnythingDue")
    (choice,) = states["IsAnythingDue"]["Choices"]
    assert [value(choice["Condition"], input={"due": due}) for due in (0, 1)] == [False, True]
    assert (choice["Next"], states["IsAnythingDue"]["Default"]) == ("EachModel", "Finished")


def test_the_map_reads_the_list_of_the_round_and_its_models_are_executions_of_their_own(
    machine: dict[str, Any],
) -> None:
    each = machine["States"]["EachModel"]
    assert each["ItemProcessor"]["ProcessorConfig"] == {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    assert each["ItemReader"]["ReaderConfig"] == {"InputType": "JSON"}
    assert each["ItemReader"]["Parameters"]["Key.$"] == "$.key"
    assert (each["MaxConcurrency"], each["ToleratedFailurePercentage"]) == (10, 50)
    # The answers of thousands of models would be larger than a state's output may be.
    assert each["ResultPath"] is None
    ends = [step for step in each["ItemProcessor"]["States"].values() if step.get("End")]
    assert [step["Output"] for step in ends] == [{}]


def test_concurrency_and_tolerated_failures_are_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    more = {"watch_concurrency": 40, "watch_tolerated_percent": 5, "watch_schedule": "rate(15 minutes)"}
    changed = StageSettings(**(settings_for("dev").model_dump() | more | {"watch_enabled": False}))
    stage = synthesize(changed, tmp_path_factory.mktemp("changed"))
    each = definition_of(stage)["States"]["EachModel"]
    assert (each["MaxConcurrency"], each["ToleratedFailurePercentage"]) == (40, 5)
    _, schedule = stage.pipeline.only("AWS::Scheduler::Schedule", "Watch")
    assert (schedule["ScheduleExpression"], schedule["State"]) == ("rate(15 minutes)", "DISABLED")


@pytest.mark.parametrize(
    ("name", "field", "step", "otherwise"),
    [
        ("AreFilesDue", "receive", "ReceiveRows", "ArePredictionsDue"),
        ("ArePredictionsDue", "predict", "Predict", "IsJudgementDue"),
        ("IsJudgementDue", "judge", "CheckPerformance", "IsCheckDue"),
        ("IsCheckDue", "check", "CheckDrift", "Settle"),
    ],
)
def test_each_step_is_made_only_if_it_is_due(
    steps: dict[str, dict[str, Any]], name: str, field: str, step: str, otherwise: str
) -> None:
    (choice,) = steps[name]["Choices"]
    assert [value(choice["Condition"], input={field: due}) for due in (True, False)] == [True, False]
    assert (choice["Next"], steps[name]["Default"], steps[step]["Next"]) == (step, otherwise, otherwise)


@pytest.mark.parametrize(
    ("arrived", "due"),
    [({"rows": 3}, True), ({"rows": 0}, False), ({}, False), (None, False)],
)
def test_rows_that_came_are_predicted_at_once(
    steps: dict[str, dict[str, Any]], arrived: dict[str, int] | None, *, due: bool
) -> None:
    (choice,) = steps["ArePredictionsDue"]["Choices"]
    given = {"predict": False} | ({} if arrived is None else {"arrived": arrived})
    assert value(choice["Condition"], input=given) is due


@pytest.mark.parametrize(
    ("step", "answer", "request_of"),
    [
        ("ReceiveRows", "arrived", ArrivalsRequest),
        ("Predict", "predicted", PredictRequest),
        ("CheckDrift", "checked", DriftCheckRequest),
        ("CheckPerformance", "judged", PerformanceRequest),
    ],
)
def test_what_a_step_answers_or_how_it_fails_reaches_settle(
    steps: dict[str, dict[str, Any]], step: str, answer: str, request_of: type[Payload]
) -> None:
    given = DUE.model_dump(mode="json")
    request_of.model_validate(value(steps[step]["Arguments"]["Payload"], input=given))
    done = SettleRequest.model_validate(value(steps[step]["Output"], input=given, result=ANSWER))
    assert getattr(done, answer) is not None
    (caught,) = steps[step]["Catch"]
    assert (caught["ErrorEquals"], caught["Next"]) == (["States.ALL"], steps[step]["Next"])
    for raised, error, cause in (
        (RAISED, "NoReference", "train once"),
        ({"Error": "States.Timeout"}, "States.Timeout", "not given"),
        ({"Error": "Lambda.Unknown", "Cause": "it ended"}, "Lambda.Unknown", "it ended"),
        ({"Error": "Long", "Cause": "x" * 9000}, "Long", "x" * 2000),
    ):
        failed = SettleRequest.model_validate(value(caught["Output"], input=given, errorOutput=raised))
        failure = getattr(failed, f"not_{answer}")
        assert (failure.error, failure.cause, failed.model) == (error, cause, "churn")
    assert value(steps["Settle"]["Arguments"]["Payload"], input=given) == given


def test_pages_are_built_once_a_model_is_settled_and_their_failure_is_none_of_the_round(
    machine: dict[str, Any], steps: dict[str, dict[str, Any]]
) -> None:
    given = DUE.model_dump(mode="json")
    settle, publish, build = steps["Settle"], steps["Publish"], machine["States"]["PublishStage"]
    assert (settle["Next"], value(settle["Output"], input=given)) == ("Publish", given)
    asked = PublishRequest.model_validate(value(publish["Arguments"]["Payload"], input=given))
    assert (asked.model, asked.round) == ("churn", "r")
    (caught,) = publish["Catch"]
    assert caught["ErrorEquals"] == ["States.ALL"]
    assert steps[caught["Next"]]["Type"] == "Succeed"
    context = {"Execution": {"Name": "asked-1"}}
    asked = PublishRequest.model_validate(value(build["Arguments"]["Payload"], context=context))
    assert (asked.model, asked.round) == (None, "asked-1")
    (caught,) = build["Catch"]
    assert machine["States"]["EachModel"]["Next"] == "PublishStage"
    assert (caught["ErrorEquals"], caught["Next"], build["Next"]) == (["States.ALL"], "Finished", "Finished")
    # The machine answers what the round counted, whether or not the page could be built.
    counted = {"round": "asked-1", "due": 1}
    assert [value(each["Output"], input=counted) for each in (build, caught)] == [counted, counted]


def test_publish_reads_no_row_and_writes_pages_and_incidents_only(dev: SynthesizedStage) -> None:
    read = allowed(dev.pipeline, PUBLISH, "s3:GetObject")
    assert f"{LAKE}/archive/*" in read
    rows = ("tables/churn/a.parquet", "games/season=2011/games.parquet", "incoming/churn/a.csv")
    training = ("models/churn/training/t/smoke.parquet", "models/churn/sealed/s/model.pkl")
    assert not [key for key in (*rows, *training) if any(fnmatch(f"{LAKE}/{key}", each) for each in read)]
    assert allowed(dev.pipeline, PUBLISH, "s3:PutObject") == {
        f"{LAKE}/{each}" for each in (*publishing.WRITABLE, KEPT, KEPT_OF_STAGE)
    }
    assert partitions(dev.pipeline, PUBLISH) == {
        "dynamodb:Query": {MODELS, INCIDENTS, "*/history"},
        "dynamodb:GetItem": {
            MODELS,
            ROUNDS,
            "*/champion",
            "*/history",
            "*/lock",
            "*/approval",
            INCIDENTS,
            INCIDENTS_TOLD,
        },
        "dynamodb:PutItem": {INCIDENTS, INCIDENTS_TOLD},
    }


def test_a_round_goes_on_whether_or_not_incidents_can_be_tended(machine: dict[str, Any]) -> None:
    tend = machine["States"]["TendIncidents"]
    (caught,) = tend["Catch"]
    assert (tend["Next"], caught["Next"], caught["ErrorEquals"]) == ("FindDue", "FindDue", ["States.ALL"])
    given = {"as_of": "2026-11-29T12:00:00Z", "model": "churn"}
    assert [value(each["Output"], input=given) for each in (tend, caught)] == [given, given]


def test_tend_incidents_looks_at_all_incidents_and_changes_nothing_else(dev: SynthesizedStage) -> None:
    assert allowed(dev.pipeline, TEND, "s3:GetObject") == LINKED_PAGES
    assert allowed(dev.pipeline, TEND, "s3:PutObject") == {f"{LAKE}/{KEPT}", f"{LAKE}/{KEPT_OF_STAGE}"}
    assert partitions(dev.pipeline, TEND) == {
        "dynamodb:GetItem": {INCIDENTS, INCIDENTS_TOLD},
        "dynamodb:PutItem": {INCIDENTS, INCIDENTS_TOLD},
        "dynamodb:Query": {INCIDENTS, MODELS},
    }


def test_find_due_gets_the_whole_request_and_the_name_of_the_round(machine: dict[str, Any]) -> None:
    asked = WatchRequest.model_validate({"as_of": "2026-11-29T12:00:00Z", "model": "churn", "everything": True})
    execution = {"Input": asked.model_dump(mode="json"), "Name": "asked-1"}
    payload = value(machine["States"]["FindDue"]["Arguments"]["Payload"], context={"Execution": execution})
    assert FindDueRequest.model_validate(payload).round == "asked-1"


def test_every_step_has_a_timeout_beyond_its_functions_and_retries_only_errors_of_aws(
    stage: SynthesizedStage, machine: dict[str, Any], steps: dict[str, dict[str, Any]]
) -> None:
    functions = stage.pipeline.of_type("AWS::Lambda::Function")
    tasks = [each for each in (*machine["States"].values(), *steps.values()) if each["Type"] == "Task"]
    assert len(tasks) == 9
    for task in tasks:
        (function,) = (each for name, each in functions.items() if name in task["Arguments"]["FunctionName"])
        assert function["Timeout"] < task["TimeoutSeconds"] <= 600
        (retry,) = task["Retry"]
        assert all(error.startswith("Lambda.") for error in retry["ErrorEquals"])
        assert "Lambda.Unknown" not in retry["ErrorEquals"]
        assert retry["BackoffRate"] > 1
    assert machine["TimeoutSeconds"] > sum(task["TimeoutSeconds"] * 4 for task in tasks)


def test_the_schedule_starts_rounds_with_its_own_time_and_keeps_what_could_not_start(stage: SynthesizedStage) -> None:
    _, schedule = stage.pipeline.only("AWS::Scheduler::Schedule", "Watch")
    assert (schedule["State"], schedule["ScheduleExpression"]) == ("ENABLED", "rate(1 hour)")
    target = schedule["Target"]
    assert text(target["Arn"]).startswith("<WatchMachine")
    given = json.loads(target["Input"].replace("<aws.scheduler.scheduled-time>", "2026-11-29T12:00:00Z"))
    assert not WatchRequest.model_validate(given).everything
    assert text(target["DeadLetterConfig"]["Arn"]).startswith("<WatchMissed")


def test_find_due_lists_what_is_there_and_writes_lists_and_incidents_only(dev: SynthesizedStage) -> None:
    assert allowed(dev.pipeline, FIND_DUE, "s3:ListBucket") == {LAKE}
    assert allowed(dev.pipeline, FIND_DUE, "s3:GetObject") == LINKED_PAGES
    assert allowed(dev.pipeline, FIND_DUE, "s3:PutObject") == {f"{LAKE}/{LISTS}", f"{LAKE}/{KEPT_OF_STAGE}"}
    assert partitions(dev.pipeline, FIND_DUE) == {
        "dynamodb:Query": {MODELS, ROUNDS},
        "dynamodb:GetItem": {INCIDENTS, INCIDENTS_TOLD},
        "dynamodb:PutItem": {INCIDENTS, INCIDENTS_TOLD},
    }


def test_settle_writes_records_of_rounds_and_incidents_only(dev: SynthesizedStage) -> None:
    assert allowed(dev.pipeline, SETTLE, "s3:GetObject") == {f"{LAKE}/{lake_keys.contracts('*')}*", *LINKED_PAGES}
    assert allowed(dev.pipeline, SETTLE, "s3:PutObject") == {f"{LAKE}/{LISTS}", f"{LAKE}/{KEPT}"}
    assert partitions(dev.pipeline, SETTLE) == {
        "dynamodb:GetItem": {MODELS, ROUNDS, INCIDENTS, INCIDENTS_TOLD},
        "dynamodb:PutItem": {ROUNDS, INCIDENTS, INCIDENTS_TOLD},
    }


def test_the_patterns_fit_every_shard_and_no_part_of_a_model() -> None:
    parts = {
        MODELS: [each.removesuffix("/") for each in ledger_keys.STAGE_MODELS],
        ROUNDS: [each.removesuffix("/") for each in ledger_keys.ROUNDS],
        INCIDENTS: [each.removesuffix("/") for each in ledger_keys.INCIDENTS],
    }
    for pattern, names in parts.items():
        assert len(names) == 16
        assert all(fnmatch(name, pattern) for name in names)
    everything = (MODELS, ROUNDS, INCIDENTS, INCIDENTS_TOLD)
    for model in ("models-a", "rounds-a", "incidents-a", "incidents-a-told", "churn"):
        assert not [each for each in everything if fnmatch(f"{model}/champion", each)]


def test_only_the_map_and_the_schedule_start_the_watch(dev: SynthesizedStage) -> None:
    machine, _ = dev.pipeline.only("AWS::StepFunctions::StateMachine", "WatchMachine")
    starters = {
        name.split("DefaultPolicy")[0].rstrip("0123456789ABCDEF")
        for name in dev.pipeline.of_type("AWS::IAM::Policy")
        if f"<{machine}>" in allowed(dev.pipeline, name, "states:StartExecution")
    }
    map_policy, schedule = sorted(starters, reverse=True)
    assert map_policy == "WatchMachineDistributedMapPolicy"
    assert schedule.startswith("SchedulerRoleForTarget")
