"""What people are told of: the alarms, their runbooks, and the dashboard."""

import json
import re
from datetime import date
from typing import Any

import pytest

from courtside.contracts.metrics import Metric
from courtside.core.data_alerts import overdue_alert
from infra.settings import settings_for
from infra.stage import StageSettings
from tests.infra.conftest import synthesize
from tests.infra.synthesized import ROOT, SynthesizedStage, text

# Alarm: namespace, metric, statistic, the start of each dimension's value, comparison, limit, periods of seconds,
# what missing data mean, and the heading in docs/runbooks.md.
AT_LEAST, BELOW = "GreaterThanOrEqualToThreshold", "LessThanThreshold"
FINE, BAD = "notBreaching", "breaching"
DATABASE = {"DBInstanceIdentifier": "<ExportsOutputRefTrackingDatabase"}
MACHINE = {"StateMachineArn": "<RetrainingMachine"}
SERVICE = {"ClusterName": "<ExportsOutputRefMlflowCluster", "ServiceName": "<ExportsOutputFnGetAttMlflowService"}
VISIBLE = "ApproximateNumberOfMessagesVisible"
ALARMS: dict[str, tuple[str, str, str, dict[str, str], str, float, tuple[int, int], str, str]] = {
    "AlertUndelivered": (
        "AWS/SQS", VISIBLE, "Maximum", {"QueueName": "<AlertsUndelivered"},
        AT_LEAST, 1, (1, 300), FINE, "alert-undelivered",
    ),
    "CheckMissed": (
        "AWS/SQS", VISIBLE, "Maximum", {"QueueName": "<DriftCheckMissed"},
        AT_LEAST, 1, (1, 300), FINE, "check-missed",
    ),
    "UpkeepMissed": (
        "AWS/SQS", VISIBLE, "Maximum", {"QueueName": "<TrackingUpkeepMissed"},
        AT_LEAST, 1, (1, 300), FINE, "upkeep-missed",
    ),
    "CheckDidNotRun": (
        "Courtside", "ChecksFinished", "Sum", {"stage": "{stage}"},
        BELOW, 1, (26, 3600), BAD, "check-did-not-run",
    ),
    "CheckDriftErrors": (
        "AWS/Lambda", "Errors", "Sum", {"FunctionName": "<DriftCheckFunction"},
        AT_LEAST, 1, (1, 300), FINE, "function-errors",
    ),
    "NotifySlackErrors": (
        "AWS/Lambda", "Errors", "Sum", {"FunctionName": "<NotifySlack"},
        AT_LEAST, 1, (1, 300), FINE, "function-errors",
    ),
    "UnlockErrors": (
        "AWS/Lambda", "Errors", "Sum", {"FunctionName": "<StepsUnlock"},
        AT_LEAST, 1, (1, 300), FINE, "function-errors",
    ),
    "CheckDriftThrottles": (
        "AWS/Lambda", "Throttles", "Sum", {"FunctionName": "<DriftCheckFunction"},
        AT_LEAST, 1, (1, 300), FINE, "function-throttled",
    ),
    "NearTimeLimit": (
        "Courtside", "TimeLimitUsed", "Maximum", {"stage": "{stage}"},
        AT_LEAST, 80, (1, 300), FINE, "function-near-its-time-limit",
    ),
    "RetrainingFailed": (
        "AWS/States", "ExecutionsFailed", "Sum", MACHINE,
        AT_LEAST, 1, (1, 300), FINE, "retraining-failed",
    ),
    "RetrainingTimedOut": (
        "AWS/States", "ExecutionsTimedOut", "Sum", MACHINE,
        AT_LEAST, 1, (1, 300), FINE, "retraining-timed-out",
    ),
    "TrainingSlow": (
        "Courtside", "TrainingSeconds", "Maximum", {"stage": "{stage}"},
        AT_LEAST, 0.8 * 60 * 60, (1, 300), FINE, "training-too-long",
    ),
    "TrackingDown": (
        "AWS/ECS", "CPUUtilization", "SampleCount", SERVICE,
        BELOW, 1, (3, 300), BAD, "tracking-server-down",
    ),
    "TrackingErrors": (
        "AWS/ApiGateway", "5xx", "Sum", {"ApiId": "<ExportsOutputRefTrackingApi"},
        AT_LEAST, 5, (1, 300), FINE, "tracking-api-errors",
    ),
    "DatabaseBusy": (
        "AWS/RDS", "CPUUtilization", "Average", DATABASE,
        AT_LEAST, 80, (3, 300), FINE, "database-busy",
    ),
    "DatabaseFull": (
        "AWS/RDS", "FreeStorageSpace", "Minimum", DATABASE,
        BELOW, 2 * 1024**3, (1, 300), FINE, "database-storage-low",
    ),
    "DatabaseConnections": (
        "AWS/RDS", "DatabaseConnections", "Maximum", DATABASE,
        AT_LEAST, 60, (1, 300), FINE, "database-connections",
    ),
    "NotificationsFailed": (
        "AWS/SNS", "NumberOfNotificationsFailed", "Sum", {"TopicName": "<AlertsTopic"},
        AT_LEAST, 1, (1, 300), FINE, "notifications-failed",
    ),
}  # fmt: skip


def headings() -> set[str]:
    """Return the anchors of the runbooks' headings, as a viewer of Markdown makes them."""
    titles = re.findall(r"^#+ (.+)$", (ROOT / "docs/runbooks.md").read_text(), flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def alarms(stage: SynthesizedStage) -> dict[str, dict[str, Any]]:
    return {key.split("/")[1]: alarm for key, alarm in stage.of_type("AWS::CloudWatch::Alarm").items()}


def alarm_of(stage: SynthesizedStage, name: str) -> dict[str, Any]:
    (found,) = [alarm for key, alarm in alarms(stage).items() if re.fullmatch(rf"Alerts{name}[0-9A-F]{{8}}", key)]
    return found


@pytest.mark.parametrize("name", ALARMS)
def test_each_alarm_watches_its_metric(stage: SynthesizedStage, name: str) -> None:
    namespace, metric, statistic, dimensions, comparison, limit, (periods, seconds), missing, _ = ALARMS[name]
    alarm = alarm_of(stage, name)
    assert (alarm["Namespace"], alarm["MetricName"], alarm["Statistic"]) == (namespace, metric, statistic)
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == (comparison, limit)
    assert (alarm["EvaluationPeriods"], alarm["Period"], alarm["TreatMissingData"]) == (periods, seconds, missing)
    found = {each["Name"]: text(each["Value"]) for each in alarm["Dimensions"]}
    stage_name = alarm_stage(stage)
    expected = {key: value.format(stage=stage_name) for key, value in dimensions.items()}
    assert found.keys() == expected.keys()
    assert all(found[key].startswith(value) for key, value in expected.items()), found


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
    assert runbook == f"docs/runbooks.md#{ALARMS[name][-1]}"
    assert ALARMS[name][-1] in headings()


def test_the_alarms_are_these_and_cost_eighty_cents_beyond_the_free_ten(stage: SynthesizedStage) -> None:
    assert len(alarms(stage)) == len(ALARMS) == 18
    # Metric math would be billed by each metric in it, so every alarm watches one.
    assert not [alarm for alarm in alarms(stage).values() if "Metrics" in alarm]
    assert stage.of_type("AWS::CloudWatch::CompositeAlarm") == {}


def told_by_rules(stage: SynthesizedStage) -> dict[str, str]:
    """Return the rules that alert people, with what they say."""
    topic, _ = stage.pipeline.only("AWS::SNS::Topic")
    return {
        name: text(target["InputTransformer"]["InputTemplate"])
        for name, rule in stage.pipeline.of_type("AWS::Events::Rule").items()
        for target in rule["Targets"]
        if text(target["Arn"]) == f"<{topic}>"
    }


def budget_name(stage: SynthesizedStage) -> str:
    _, budget = stage.pipeline.only("AWS::Budgets::Budget")
    return text(budget["Budget"]["BudgetName"])


def test_rules_and_budget_say_what_to_do_too(stage: SynthesizedStage) -> None:
    told = told_by_rules(stage)
    assert len(told) == 3
    for said in (*told.values(), f'{budget_name(stage)}"'):
        (anchor,) = re.findall(r'docs/runbooks\.md#([a-z-]+)"$', said)
        assert anchor in headings()
    assert re.fullmatch(r"[^:\\]{1,100}", budget_name(stage).replace("<AWS::Region>", "ap-southeast-1"))


def test_every_runbook_belongs_to_an_alert(stage: SynthesizedStage) -> None:
    sections = set(re.findall(r"^## (.+)$", (ROOT / "docs/runbooks.md").read_text(), flags=re.MULTILINE))
    anchors = {title.lower().replace(" ", "-").replace("'", "") for title in sections}
    overdue = overdue_alert(dataset="nba_games", newest=date(2026, 11, 1), today=date(2026, 11, 20)).text
    told = " ".join([*told_by_rules(stage).values(), budget_name(stage), overdue])
    others = re.findall(r"runbooks\.md#([a-z-]+)", told)
    assert anchors == {*others, *(alarm[-1] for alarm in ALARMS.values())}


def test_what_aws_announces_about_databases_is_told(stage: SynthesizedStage) -> None:
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


def changed(tmp_path_factory: pytest.TempPathFactory, **fields: Any) -> SynthesizedStage:
    settings = StageSettings(**(settings_for("dev").model_dump() | fields))
    return synthesize(settings, tmp_path_factory.mktemp("changed"))


def test_limits_follow_the_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    stage = changed(
        tmp_path_factory,
        check_enabled=False,
        check_overdue_hours=100,
        training_timeout_minutes=30,
        database_storage_gib=50,
        slack=False,
    )
    overdue = alarm_of(stage, "CheckDidNotRun")
    # A paused schedule is no news; the alarm is there, and silent.
    assert (overdue["EvaluationPeriods"], overdue["ActionsEnabled"]) == (100, False)
    assert "in 100 hours" in overdue["AlarmDescription"]
    assert alarm_of(stage, "TrainingSlow")["Threshold"] == 24 * 60
    assert alarm_of(stage, "DatabaseFull")["Threshold"] == 5 * 1024**3
    assert not [key for key in alarms(stage) if "Slack" in key]


def test_a_day_with_a_late_check_is_no_alarm() -> None:
    settings = settings_for("dev")
    assert settings.check_schedule == "cron(0 12 * * ? *)"
    assert 24 < settings.check_overdue_hours < 48
    # The longest memory that CloudWatch gives an alarm on hours.
    longest = max(each.le for each in StageSettings.model_fields["check_overdue_hours"].metadata if hasattr(each, "le"))
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
    # The first is in the manifest of every training, the other a sign of life for the alarm.
    assert {*Metric} - shown == {Metric.ROWS_FROZEN, Metric.CHECKS}
    assert shown <= {*Metric}
    (status,) = [widget for widget in body["widgets"] if widget["type"] == "alarm"]
    assert {arn.strip("<>").split(".")[0] for arn in status["properties"]["alarms"]} == set(alarms(stage))
    assert "DashboardName" not in dashboard
