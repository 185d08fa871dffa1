"""These tests check the functions of a stage and what becomes of events that they could not handle."""

from typing import Any

import pytest

from courtside.contracts.environment import (
    AnnounceEnv,
    ApprovalEnv,
    CheckDriftEnv,
    CheckPerformanceEnv,
    Environment,
    FindDueEnv,
    FreezeEnv,
    GateEnv,
    LedgerEnv,
    NotifyEnv,
    PredictEnv,
    PromoteEnv,
    PublishEnv,
    ReceiveRowsEnv,
    SettleEnv,
    TelemetryEnv,
    TendIncidentsEnv,
    TrainEnv,
)
from courtside.workflows.claims import LEASE_SECONDS
from infra.settings import settings_for
from tests.infra.conftest import synthesize
from tests.infra.synthesized import ROOT, SynthesizedStage, text

FUNCTIONS: dict[str, tuple[str, type[Environment]]] = {
    "DriftCheckFunction": ("check_drift", CheckDriftEnv),
    "ArrivalsFunction": ("receive_rows", ReceiveRowsEnv),
    "ScoringPredict": ("predict", PredictEnv),
    "ScoringCheckPerformance": ("check_performance", CheckPerformanceEnv),
    "WatchTendIncidentsFunction": ("tend_incidents", TendIncidentsEnv),
    "WatchFindDueFunction": ("find_due", FindDueEnv),
    "WatchSettleFunction": ("settle", SettleEnv),
    "PublishingFunction": ("publish", PublishEnv),
    "StepsLock": ("lock", LedgerEnv),
    "StepsFreeze": ("freeze", FreezeEnv),
    "StepsGate": ("gate", GateEnv),
    "StepsRequestApproval": ("request_approval", ApprovalEnv),
    "StepsPromote": ("promote", PromoteEnv),
    "StepsSeal": ("seal", PromoteEnv),
    "StepsRollBack": ("roll_back", PromoteEnv),
    "StepsAnnounce": ("announce", AnnounceEnv),
    "StepsUnlock": ("unlock", LedgerEnv),
    "NotifySlack": ("notify", NotifyEnv),
}


def _variables(function: dict[str, Any]) -> dict[str, str]:
    return {name: text(value) for name, value in function["Environment"]["Variables"].items()}


@pytest.mark.parametrize("construct_id", FUNCTIONS)
def test_each_function_starts_a_handler_that_exists(stage: SynthesizedStage, construct_id: str) -> None:
    verb, _ = FUNCTIONS[construct_id]
    _, function = stage.pipeline.only("AWS::Lambda::Function", construct_id)
    assert function["ImageConfig"]["Command"] == [f"lambdas.{verb}.handler.handler"]
    assert "def handler(" in (ROOT / "lambdas" / verb / "handler.py").read_text()


@pytest.mark.parametrize("construct_id", FUNCTIONS)
def test_each_functions_environment_is_its_model_and_nothing_else(stage: SynthesizedStage, construct_id: str) -> None:
    verb, model = FUNCTIONS[construct_id]
    _, function = stage.pipeline.only("AWS::Lambda::Function", construct_id)
    variables = _variables(function)
    telemetry = TelemetryEnv.read(variables)
    assert telemetry.service == verb
    assert model.read(variables).as_env() | telemetry.as_env() == variables


def test_a_drift_check_outlives_the_lease_of_one_that_was_killed(stage: SynthesizedStage) -> None:
    """A drift check that waits for a dead owner's lease still has time to do the work itself and to report it."""
    _, function = stage.pipeline.only("AWS::Lambda::Function", "DriftCheckFunction")
    assert function["Timeout"] >= 4 * LEASE_SECONDS


def test_what_scores_has_the_disk_for_rows_that_do_not_fit_into_memory(stage: SynthesizedStage) -> None:
    """100 million predictions take 4 GB to be joined, and 7 GB where their ids are UUIDs."""
    disks = {each: stage.pipeline.only("AWS::Lambda::Function", each)[1].get("EphemeralStorage") for each in FUNCTIONS}
    assert disks.pop("ScoringCheckPerformance") == disks.pop("ScoringPredict") == {"Size": 10_240}
    assert set(disks.values()) == {None}


def test_all_functions_are_outside_the_network_and_one_image_but_for_the_one_that_opens_models(
    stage: SynthesizedStage,
) -> None:
    functions = stage.pipeline.of_type("AWS::Lambda::Function")
    assert not [function for function in functions.values() if "VpcConfig" in function]
    name, predict = stage.pipeline.only("AWS::Lambda::Function", "ScoringPredict")
    others = [each for other, each in functions.items() if other != name]
    assert len({text(each["Code"]["ImageUri"]) for each in others}) == 1
    assert not [each for each in others if "EntryPoint" in each["ImageConfig"]]
    # It runs from the very image of the training task, so one build and one push serve both.
    _, task = stage.pipeline.only("AWS::ECS::TaskDefinition", "TrainingTask")
    (container,) = task["ContainerDefinitions"]
    assert text(predict["Code"]["ImageUri"]) == text(container["Image"])
    assert predict["ImageConfig"]["EntryPoint"] == ["python", "-m", "awslambdaric"]


def test_the_training_tasks_environment_is_its_model(stage: SynthesizedStage) -> None:
    _, task = stage.pipeline.only("AWS::ECS::TaskDefinition", "TrainingTask")
    (container,) = task["ContainerDefinitions"]
    environment = {variable["Name"]: text(variable["Value"]) for variable in container["Environment"]}
    read = TrainEnv.read(environment)
    telemetry = TelemetryEnv.read(environment)
    assert telemetry.service == "train"
    assert read.as_env() | telemetry.as_env() == environment
    assert read.tracking_auth == "courtside-sigv4"
    assert "TrackingApi" in read.tracking_uri


def test_the_check_knows_the_stages_topic_and_machine(stage: SynthesizedStage) -> None:
    _, function = stage.pipeline.only("AWS::Lambda::Function", "DriftCheckFunction")
    environment = CheckDriftEnv.read(_variables(function))
    machine, _ = stage.pipeline.only("AWS::StepFunctions::StateMachine", "RetrainingMachine")
    topic, _ = stage.pipeline.only("AWS::SNS::Topic")
    assert environment.retraining_arn == f"<{machine}>"
    assert environment.alert_topic_arn == f"<{topic}>"
    assert environment.policy == "", "without a setting the contract names the policy"


@pytest.mark.parametrize("construct_id", ["NotifySlack", "StepsUnlock"])
def test_functions_called_asynchronously_keep_the_events_they_could_not_handle(
    stage: SynthesizedStage, construct_id: str
) -> None:
    _, function = stage.pipeline.only("AWS::Lambda::Function", construct_id)
    assert text(function["DeadLetterConfig"]["TargetArn"]).endswith(".Arn>")


def test_every_other_asynchronous_target_has_a_dead_letter_queue(stage: SynthesizedStage) -> None:
    for rule in stage.of_type("AWS::Events::Rule").values():
        assert all("DeadLetterConfig" in target for target in rule["Targets"])
    for subscription in stage.of_type("AWS::SNS::Subscription").values():
        assert subscription["Protocol"] == "email" or "RedrivePolicy" in subscription


def test_an_alarm_watches_every_dead_letter_queue(stage: SynthesizedStage) -> None:
    queues = {f"<{key.split('/')[1]}.QueueName>" for key in stage.of_type("AWS::SQS::Queue")}
    every_alarm = stage.of_type("AWS::CloudWatch::Alarm").values()
    alarms = [alarm for alarm in every_alarm if alarm["Namespace"] == "AWS/SQS"]
    watched = {text(dimension["Value"]) for alarm in alarms for dimension in alarm["Dimensions"]}
    assert watched == queues
    topic, _ = stage.pipeline.only("AWS::SNS::Topic")
    assert all([text(action) for action in alarm["AlarmActions"]] == [f"<{topic}>"] for alarm in alarms)
    assert all(alarm["Threshold"] == 1 and alarm["AlarmDescription"] for alarm in alarms)


def test_every_e_mail_of_the_settings_is_subscribed(prod: SynthesizedStage) -> None:
    subscriptions = prod.of_type("AWS::SNS::Subscription").values()
    emails = {s["Endpoint"] for s in subscriptions if s["Protocol"] == "email"}
    assert emails == {"ops@example.com", "team@example.com"}


def test_the_slack_notifier_hears_the_topic_and_knows_only_the_secrets_name(stage: SynthesizedStage) -> None:
    subscriptions = stage.of_type("AWS::SNS::Subscription").values()
    (slack,) = [s for s in subscriptions if s["Protocol"] == "lambda"]
    assert text(slack["Endpoint"]).startswith("<NotifySlack")
    _, function = stage.pipeline.only("AWS::Lambda::Function", "NotifySlack")
    variables = _variables(function)
    telemetry = TelemetryEnv.read(variables).as_env()
    assert set(variables) - set(telemetry) == {
        "COURTSIDE_CHANNEL",
        "COURTSIDE_LEDGER_TABLE",
        "COURTSIDE_WEBHOOK_SECRET_ARN",
    }


def test_a_stage_has_notifiers_and_secrets_of_its_channels_alone(tmp_path_factory: pytest.TempPathFactory) -> None:
    settings = settings_for("dev").model_copy(update={"slack": False, "teams": True, "architecture": "x86_64"})
    stage = synthesize(settings, tmp_path_factory.mktemp("plain"))
    assert not [key for key in stage.of_type("AWS::Lambda::Function") if "Slack" in key]
    assert "SlackWebhookSecret" not in stage.data.resources
    assert stage.data.resources["TeamsWebhookSecret"]["DeletionPolicy"] == "Retain"
    (subscribed,) = [s for s in stage.of_type("AWS::SNS::Subscription").values() if s["Protocol"] == "lambda"]
    assert text(subscribed["Endpoint"]).startswith("<NotifyTeams")
    _, function = stage.pipeline.only("AWS::Lambda::Function", "NotifyTeams")
    assert NotifyEnv.read(_variables(function)).channel == "teams"
    assert stage.pipeline.only("AWS::CloudWatch::Alarm", "AlertsNotifyTeamsErrors")
    for task in stage.of_type("AWS::ECS::TaskDefinition").values():
        assert task["RuntimePlatform"]["CpuArchitecture"] == "X86_64"
    assert all(f["Architectures"] == ["x86_64"] for f in stage.of_type("AWS::Lambda::Function").values())
