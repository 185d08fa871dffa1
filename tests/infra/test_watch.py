"""These tests check the alarms that alert people, the alarms' runbooks and the dashboard."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import ge, lt
from statistics import mean
from typing import Any

import pytest

from courtside.contracts.metrics import Metric
from courtside.core.incidents import KINDS
from courtside.core.sns_messages import channel_message
from infra.settings import settings_for
from infra.stage import StageSettings
from tests.infra.conftest import synthesize
from tests.infra.synthesized import ROOT, SynthesizedStage, text

Samples = Sequence[float]
GIB = 1024**3
DATABASE = {"DBInstanceIdentifier": "<ExportsOutputRefTrackingDatabase"}
MACHINE = {"StateMachineArn": "<RetrainingMachine"}
ROUNDS = {"StateMachineArn": "<WatchMachine"}
OURS = {"stage": "{stage}"}
SERVICE = {"ClusterName": "<ExportsOutputRefMlflowCluster", "ServiceName": "<ExportsOutputFnGetAttMlflowService"}
LETTERS = "AWS/SQS ApproximateNumberOfMessagesVisible"


@dataclass(frozen=True)
class Watch:
    """What an alarm watches, the samples that must raise it and the samples that must not.

    Samples are listed as (minutes, the values of each period in them), oldest first.
    """

    runbook: str
    metric: str
    of: Mapping[str, str]  # the start of each dimension's value
    loud: Sequence[tuple[int, Samples]] = ((5, [0, 1, 0]),)
    quiet: Sequence[tuple[int, Samples]] = ((5, [0, 0]),)


ALARMS = {
    "AlertUndelivered": Watch("alert-undelivered", LETTERS, {"QueueName": "<AlertsUndelivered"}),
    "RoundMissed": Watch("round-missed", LETTERS, {"QueueName": "<WatchMissed"}),
    "UpkeepMissed": Watch("upkeep-missed", LETTERS, {"QueueName": "<TrackingUpkeepMissed"}),
    "NoRoundFinished": Watch(
        "no-round-finished", "AWS/States ExecutionsSucceeded", ROUNDS, [(4 * 60, [])], [(60, [1]), (3 * 60, [])]
    ),
    "RoundFailed": Watch("round-failed", "AWS/States ExecutionsFailed", ROUNDS),
    "TendIncidentsErrors": Watch(
        "function-errors", "AWS/Lambda Errors", {"FunctionName": "<WatchTendIncidentsFunction"}
    ),
    "SettleErrors": Watch("function-errors", "AWS/Lambda Errors", {"FunctionName": "<WatchSettleFunction"}),
    "NotifySlackErrors": Watch("function-errors", "AWS/Lambda Errors", {"FunctionName": "<NotifySlack"}),
    "UnlockErrors": Watch("function-errors", "AWS/Lambda Errors", {"FunctionName": "<StepsUnlock"}),
    "NearTimeLimit": Watch(
        "function-near-its-time-limit", "Courtside TimeLimitUsed", OURS, [(5, [10, 80])], [(5, [79, 79])]
    ),
    "RetrainingFailed": Watch("retraining-failed", "AWS/States ExecutionsFailed", MACHINE),
    "RetrainingTimedOut": Watch("retraining-timed-out", "AWS/States ExecutionsTimedOut", MACHINE),
    "TrainingSlow": Watch(
        "training-too-long", "Courtside TrainingSeconds", OURS, [(5, [60, 48 * 60])], [(5, [47 * 60, 47 * 60])]
    ),
    "TrackingDown": Watch(
        "tracking-server-down", "AWS/ECS CPUUtilization", SERVICE, [(15, [])], [(10, []), (5, [0.0])]
    ),
    "TrackingErrors": Watch(
        "tracking-api-errors", "AWS/ApiGateway 5xx", {"ApiId": "<ExportsOutputRefTrackingApi"},
        [(5, [1] * 5)], [(5, [1] * 4 + [0] * 50)],
    ),
    "DatabaseBusy": Watch(
        "database-busy", "AWS/RDS CPUUtilization", DATABASE, [(15, [70, 90])], [(5, [70, 88]), (10, [100])]
    ),
    "DatabaseFull": Watch(
        "database-storage-low", "AWS/RDS FreeStorageSpace", DATABASE, [(5, [3 * GIB, 1.9 * GIB])], [(5, [2 * GIB])]
    ),
    "DatabaseConnections": Watch(
        "database-connections", "AWS/RDS DatabaseConnections", DATABASE, [(5, [10, 60])], [(5, [59, 59])]
    ),
    "NotificationsFailed": Watch(
        "notifications-failed", "AWS/SNS NumberOfNotificationsFailed", {"TopicName": "<AlertsTopic"}
    ),
}  # fmt: skip
STATISTICS: Mapping[str, Callable[[Samples], float]] = {
    "Average": mean, "Maximum": max, "Minimum": min, "SampleCount": len, "Sum": sum,
}  # fmt: skip
COMPARISONS = {"GreaterThanOrEqualToThreshold": ge, "LessThanThreshold": lt}


def rings(alarm: dict[str, Any], happened: Sequence[tuple[int, Samples]]) -> bool:
    """Return whether CloudWatch would be in alarm, which it is when every evaluated period breaches the limit.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
    """
    assert alarm.get("DatapointsToAlarm", alarm["EvaluationPeriods"]) == alarm["EvaluationPeriods"]
    periods = [samples for minutes, samples in happened for _ in range(minutes * 60 // alarm["Period"])]
    periods = [[]] * (alarm["EvaluationPeriods"] - len(periods)) + periods
    statistic, breaches = STATISTICS[alarm["Statistic"]], COMPARISONS[alarm["ComparisonOperator"]]
    return all(
        breaches(statistic(samples), alarm["Threshold"]) if samples else alarm["TreatMissingData"] == "breaching"
        for samples in periods[-alarm["EvaluationPeriods"] :]
    )


def headings() -> set[str]:
    """Return the anchors of the runbooks' headings, as a viewer of Markdown makes them."""
    titles = re.findall(r"^#+ (.+)$", (ROOT / "docs/runbooks.md").read_text(), flags=re.MULTILINE)
    return {anchor(title) for title in titles}


def anchor(title: str) -> str:
    return re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")


def alarms(stage: SynthesizedStage) -> dict[str, dict[str, Any]]:
    return {key.split("/")[1]: alarm for key, alarm in stage.of_type("AWS::CloudWatch::Alarm").items()}


def alarm_of(stage: SynthesizedStage, name: str) -> dict[str, Any]:
    (found,) = [alarm for key, alarm in alarms(stage).items() if re.fullmatch(rf"Alerts{name}[0-9A-F]{{8}}", key)]
    return found


@pytest.mark.parametrize("name", ALARMS)
def test_each_alarm_watches_its_own_metric_and_rings_when_it_should(stage: SynthesizedStage, name: str) -> None:
    watch, alarm = ALARMS[name], alarm_of(stage, name)
    assert f"{alarm['Namespace']} {alarm['MetricName']}" == watch.metric
    found = {each["Name"]: text(each["Value"]) for each in alarm["Dimensions"]}
    expected = {key: value.format(stage=alarm_stage(stage)) for key, value in watch.of.items()}
    assert found.keys() == expected.keys()
    assert all(found[key].startswith(value) for key, value in expected.items()), found
    assert rings(alarm, watch.loud)
    assert not rings(alarm, watch.quiet)


def test_missing_data_raises_only_the_alarms_that_need_a_sign_of_life(stage: SynthesizedStage) -> None:
    silence: list[tuple[int, Samples]] = [(48 * 60, [])]
    assert {name for name in ALARMS if rings(alarm_of(stage, name), silence)} == {"NoRoundFinished", "TrackingDown"}


def alarm_stage(stage: SynthesizedStage) -> str:
    _, function = stage.pipeline.only("AWS::Lambda::Function", "StepsGate")
    name: str = function["Environment"]["Variables"]["COURTSIDE_STAGE"]
    return name


@pytest.mark.parametrize("name", ALARMS)
def test_each_alarm_tells_people_what_it_means_and_what_to_do(stage: SynthesizedStage, name: str) -> None:
    alarm = alarm_of(stage, name)
    topic, _ = stage.pipeline.only("AWS::SNS::Topic")
    assert [text(action) for action in alarm["AlarmActions"]] == [f"<{topic}>"]
    assert alarm.get("ActionsEnabled", True) is True
    meaning, runbook = alarm["AlarmDescription"].split(". What to do: ")
    assert len(meaning.split()) > 7
    assert runbook == f"docs/runbooks.md#{ALARMS[name].runbook}"
    assert ALARMS[name].runbook in headings()


def test_there_are_nineteen_alarms_of_one_metric_each(stage: SynthesizedStage) -> None:
    assert len(alarms(stage)) == len(ALARMS) == 19
    # Metric math would be billed for each metric in it, so every alarm watches one metric.
    assert not [alarm for alarm in alarms(stage).values() if "Metrics" in alarm]
    assert stage.of_type("AWS::CloudWatch::CompositeAlarm") == {}


def told_by_rules(stage: SynthesizedStage) -> dict[str, str]:
    """Return the rules that alert people, with the text they send; one that tells of an end asks nothing of them."""
    topic, _ = stage.pipeline.only("AWS::SNS::Topic")
    return {
        name: text(target["InputTransformer"]["InputTemplate"])
        for name, rule in stage.pipeline.of_type("AWS::Events::Rule").items()
        for target in rule["Targets"]
        if text(target["Arn"]) == f"<{topic}>" and not name.startswith("AlarmsOver")
    }


def budget_name(stage: SynthesizedStage) -> str:
    _, budget = stage.pipeline.only("AWS::Budgets::Budget")
    return text(budget["Budget"]["BudgetName"])


def test_rules_and_budget_alerts_also_say_what_to_do(stage: SynthesizedStage) -> None:
    told = told_by_rules(stage)
    assert len(told) == 2
    for said in (*told.values(), f'{budget_name(stage)}"'):
        (anchor,) = re.findall(r'docs/runbooks\.md#([a-z-]+)"$', said)
        assert anchor in headings()
    assert re.fullmatch(r"[^:\\]{1,100}", budget_name(stage).replace("<AWS::Region>", "ap-southeast-1"))


def test_kinds_of_incidents_alarms_and_runbooks_are_equal(stage: SynthesizedStage) -> None:
    told = re.findall(r"runbooks\.md#([a-z-]+)", " ".join([*told_by_rules(stage).values(), budget_name(stage)]))
    alarmed = {alarm["AlarmDescription"].rpartition("#")[2] for alarm in alarms(stage).values()}
    kinds = {kind.runbook for kind in KINDS.values()}
    titles = re.findall(r"^## (.+)$", (ROOT / "docs/runbooks.md").read_text(), flags=re.MULTILINE)
    sections = [anchor(title) for title in titles]
    assert sorted(sections) == sorted({*told, *alarmed, *kinds})


def test_every_runbook_that_the_code_names_is_there() -> None:
    files = (file for part in ("courtside", "infra", "lambdas", "embedded_aws") for file in (ROOT / part).rglob("*.py"))
    named = {each for file in files for each in re.findall(r"runbooks\.md#([a-z-]+)", file.read_text())}
    assert len(named) > 4
    assert named - headings() == set()


def test_people_are_told_what_aws_announces_about_the_database(stage: SynthesizedStage) -> None:
    _, rule = stage.pipeline.only("AWS::Events::Rule", "DatabaseNotices")
    assert rule["State"] == "ENABLED"
    assert rule["EventPattern"] == {
        "source": ["aws.health"],
        "detail-type": ["AWS Health Event"],
        "detail": {"service": ["RDS"], "eventTypeCategory": ["accountNotification", "scheduledChange"]},
    }
    (target,) = rule["Targets"]
    assert target["InputTransformer"]["InputPathsMap"] == {
        "detail-eventTypeCode": "$.detail.eventTypeCode",
        "detail-startTime": "$.detail.startTime",
    }


def test_people_are_told_once_that_an_alarm_of_this_stage_is_over(dev: SynthesizedStage) -> None:
    """An alarm's own action for it would speak at its first evaluation too, when nobody had been told of anything."""
    _, rule = dev.pipeline.only("AWS::Events::Rule", "AlarmsOver")
    assert rule["EventPattern"] == {
        "source": ["aws.cloudwatch"],
        "detail-type": ["CloudWatch Alarm State Change"],
        "detail": {
            "alarmName": [{"prefix": "courtside-dev-pipeline-"}],
            "state": {"value": ["OK"]},
            "previousState": {"value": ["ALARM"]},
        },
    }
    (target,) = rule["Targets"]
    sentence = target["InputTransformer"]["InputTemplate"].replace("<detail-configuration-description>", "It is busy.")
    assert channel_message("", sentence).in_one_line == "Over: It is busy."
    assert not [key for key, alarm in dev.of_type("AWS::CloudWatch::Alarm").items() if alarm.get("OKActions")]


def changed(tmp_path_factory: pytest.TempPathFactory, **fields: Any) -> SynthesizedStage:
    settings = StageSettings(**(settings_for("dev").model_dump() | fields))
    return synthesize(settings, tmp_path_factory.mktemp("changed"))


def test_limits_follow_the_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    stage = changed(
        tmp_path_factory,
        watch_enabled=False,
        watch_overdue_hours=100,
        training_timeout_minutes=30,
        database_storage_gib=50,
        slack=False,
    )
    overdue = alarm_of(stage, "NoRoundFinished")
    # A paused schedule is not an incident, so the alarm stays but is silent.
    assert (overdue["EvaluationPeriods"], overdue["ActionsEnabled"]) == (100, False)
    assert "in 100 hours" in overdue["AlarmDescription"]
    assert alarm_of(stage, "TrainingSlow")["Threshold"] == 24 * 60
    assert alarm_of(stage, "DatabaseFull")["Threshold"] == 5 * 1024**3
    assert not [key for key in alarms(stage) if "Slack" in key]


def test_one_late_round_raises_no_alarm() -> None:
    settings = settings_for("dev")
    assert settings.watch_schedule == "rate(1 hour)"
    assert 2 < settings.watch_overdue_hours < 24
    # CloudWatch evaluates an alarm with hourly periods over seven days at most.
    longest = max(each.le for each in StageSettings.model_fields["watch_overdue_hours"].metadata if hasattr(each, "le"))
    assert longest * 3600 <= 7 * 24 * 3600


def test_every_function_is_traced(stage: SynthesizedStage) -> None:
    functions = stage.of_type("AWS::Lambda::Function").values()
    assert functions
    assert all(function["TracingConfig"] == {"Mode": "Active"} for function in functions)


def test_the_dashboard_shows_every_alarm_and_every_metric_of_ours(stage: SynthesizedStage) -> None:
    _, dashboard = stage.pipeline.only("AWS::CloudWatch::Dashboard")
    body: dict[str, Any] = json.loads(text(dashboard["DashboardBody"]))
    shown = {
        name
        for widget in body["widgets"]
        for namespace, name, *_ in widget["properties"].get("metrics", [])
        if namespace == "Courtside"
    }
    # The first is in the manifest of every training; the other is only a sign of life for an alarm.
    assert {*Metric} - shown == {Metric.ROWS_FROZEN, Metric.CHECKS}
    assert shown <= {*Metric}
    (status,) = [widget for widget in body["widgets"] if widget["type"] == "alarm"]
    assert {arn.strip("<>").split(".")[0] for arn in status["properties"]["alarms"]} == set(alarms(stage))
    assert "DashboardName" not in dashboard
