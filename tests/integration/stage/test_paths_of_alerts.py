"""Alerts of the deployed stage survive concurrent deliveries, reach the whole channel, and report a wrong webhook."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from typer.testing import CliRunner

from courtside.adapters.sns_alerts import SnsAlerts
from courtside.cli.main import app
from courtside.contracts import drift_keys
from courtside.contracts.events import Window
from courtside.contracts.incidents import Severity, Telling
from courtside.contracts.names import StackOutput
from courtside.core.alerting import Alert
from courtside.core.findings import Level
from embedded_aws.webhooks import SLACK
from tests.integration.stage.conftest import Stage
from tests.integration.stage.test_loop import texts, told_once

pytestmark = pytest.mark.usefixtures("champion")


def test_an_event_delivered_five_times_at_once_is_handled_once(stage: Stage) -> None:
    window = Window(start=date(2011, 1, 3), end=date(2011, 2, 5))
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda _: stage.loop.check_drift(window), range(5)))
    assert sorted(answer.duplicate for answer in answers) == [False, True, True, True, True]
    assert len({answer.decision for answer in answers}) == 1
    assert sum(answer.alerted for answer in answers) == (answers[0].decision != "nothing")
    assert len(texts(stage, containing=f"{window.start} to {window.end} (")) == sum(each.alerted for each in answers)


def test_watch_checks_the_stage_in_a_round_of_its_own() -> None:
    summer = CliRunner().invoke(app, ["watch", "--as-of", "2010-09-10", "--json"])
    (settled,) = json.loads(summer.stdout)["settled"]
    assert (summer.exit_code, settled["model"], settled["outcome"]) == (0, "nba_games", "nothing_to_check")
    season = CliRunner().invoke(app, ["watch", "--as-of", "2011-01-20", "--json"])
    (settled,) = json.loads(season.stdout)["settled"]
    assert settled["report_key"].startswith(drift_keys.drift_reports("nba_games"))


def test_a_test_alert_reaches_slack(stage: Stage) -> None:
    result = CliRunner().invoke(app, ["alerts", "test", "--json"])
    assert (result.exit_code, json.loads(result.stdout)["fates"]["slack"]) == (0, "delivered")
    assert told_once(stage, containing="courtside alerts test")


def alert(telling: Telling, line: str, *, moved: str) -> Alert:
    return Alert(
        "Courtside: drift in churn", f"*What moved*\n{moved}", kind="drift", severity=Severity.WARNING,
        telling=telling, incident="churn-drift-1", line=line, id=f"churn-drift-1-{telling}",
    )  # fmt: skip


@pytest.fixture
def bot(stage: Stage) -> Iterator[None]:
    stage.loop.set_webhooks({"slack": stage.slack.bot_secret})
    yield
    stage.loop.set_webhooks({"slack": stage.slack.url})


@pytest.mark.usefixtures("bot")
def test_with_a_bot_an_incident_is_one_message_and_its_thread(stage: Stage) -> None:
    """Each alert is published twice, as by a sender that was killed before it noted that it had sent it."""
    alerts = SnsAlerts(stage.loop.output(StackOutput.ALERT_TOPIC), "churn")
    opened = alert(Telling.OPENED, "age moved", moved="• age")
    later = (
        alert(Telling.UPDATED, "plan of churn moved too", moved="• age\n• plan"),
        alert(Telling.RESOLVED, "nothing of churn moves any more", moved=""),
    )
    for each in (opened, opened):
        alerts.publish(each)
    told_once(stage, containing=opened.subject)
    for each in later:
        for _ in range(2):
            alerts.publish(each)
        reply_of(stage, each)
    (head, *replies) = [each for each in stage.slack.messages if each.id]
    assert [(each.text, each.thread) for each in replies] == [(each.line, head.id) for each in later]
    assert head.text.startswith("*Resolved: Courtside: drift in churn*")
    assert "• plan" in head.text


def reply_of(stage: Stage, said: Alert) -> None:
    deadline = time.monotonic() + 300
    while not any(each.thread and each.text == said.line for each in stage.slack.messages):
        assert time.monotonic() < deadline, f"nobody was told {said.line!r}"
        time.sleep(0.1)


def test_a_webhook_gets_one_line_of_what_people_know_already(stage: Stage) -> None:
    alerts = SnsAlerts(stage.loop.output(StackOutput.ALERT_TOPIC), "churn")
    alerts.publish(replace(alert(Telling.UPDATED, "income of churn moved too", moved="• income"), id="another"))
    told = "income of churn moved too (model churn · drift · warning · incident churn-drift-1)"
    assert told_once(stage, containing="income of churn") == told


def test_an_alarm_is_told_in_sentences_and_its_end_in_one_line(stage: Stage) -> None:
    cloudwatch = stage.aws.client("cloudwatch")
    (name,) = (
        each["AlarmName"]
        for each in cloudwatch.describe_alarms()["MetricAlarms"]
        if "DatabaseBusy" in each["AlarmName"]
    )
    # At its first evaluation nobody has been told of anything, so its being in order is no news.
    for state in ("INSUFFICIENT_DATA", "OK", "ALARM", "OK"):
        cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="a test sets it")
    told = told_once(stage, containing="*Alarm: The tracking database was over 80 % busy")
    assert "docs/runbooks.md#database-busy" in told
    assert name in told
    assert "\n" not in told_once(stage, containing="Over: The tracking database was over 80 % busy")


@pytest.fixture
def wrong_webhook(stage: Stage) -> Iterator[None]:
    stage.loop.set_webhooks({"slack": stage.slack.url.removeprefix("http://")})
    yield
    stage.loop.set_webhooks({"slack": stage.slack.url})
    sqs = stage.aws.client("sqs")
    (queue,) = [url for url in sqs.list_queues()["QueueUrls"] if "AlertsUndelivered" in url]
    sqs.purge_queue(QueueUrl=queue)


@pytest.mark.usefixtures("wrong_webhook")
def test_an_alert_for_a_wrong_webhook_becomes_a_dead_letter_that_is_told_once_it_is_mended(stage: Stage) -> None:
    result = CliRunner().invoke(app, ["alerts", "test", "--json"])
    assert json.loads(result.stdout)["fates"]["slack"] == "dead letter"
    assert result.exit_code == 1
    found = {each["check"]: each for each in json.loads(CliRunner().invoke(app, ["doctor", "--json"]).stdout)}
    assert found["Slack"]["level"] == found["alerts"]["level"] == Level.FAIL
    assert "a test alert of stage dev" in found["alerts"]["detail"]
    assert stage.loop.output(SLACK.secret_output) in found["Slack"]["fix"]
    before = len(texts(stage, containing="a test alert of stage dev"))
    kept = CliRunner().invoke(app, ["alerts", "redrive", "--json"])
    # An alarm that rang meanwhile has become a letter, too.
    assert (kept.exit_code, {each["outcome"] for each in json.loads(kept.stdout)}) == (1, {"kept"})
    stage.loop.set_webhooks({"slack": stage.slack.url})
    sent = json.loads(CliRunner().invoke(app, ["alerts", "redrive", "--json"]).stdout)
    assert {(each["to"], each["outcome"]) for each in sent} == {("Slack", "sent")}
    assert len(texts(stage, containing="a test alert of stage dev")) == before + 1
    again = CliRunner().invoke(app, ["alerts", "redrive", "--json"])
    assert (again.exit_code, json.loads(again.stdout)) == (0, [])


def alerts(*words: str) -> Any:
    """Run a command about alerts and return what it prints for programs."""
    done = CliRunner().invoke(app, ["alerts", *words, "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


@pytest.fixture
def alarm(stage: Stage) -> Iterator[None]:
    """Put the alarm about the tracking server on, and off again."""
    cloudwatch = stage.aws.client("cloudwatch")
    (name,) = [
        each["AlarmName"]
        for each in cloudwatch.describe_alarms()["MetricAlarms"]
        if "TrackingDown" in each["AlarmName"]
    ]
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="no server answered")
    yield
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="OK", StateReason="it answers")


@pytest.mark.usefixtures("alarm")
def test_an_alarm_that_is_on_is_listed_and_answered(stage: Stage) -> None:
    (found,) = [each for each in alerts("list") if each["kind"] == "alarm"]
    assert (found["state"], found["runbook"]) == ("open", "docs/runbooks.md#tracking-server-down")
    assert found["events"][0]["said"] == "no server answered"
    answered = alerts("snooze", found["id"], "--for", "3d", "--note", "it is being replaced")
    assert answered["by"] == stage.aws.client("sts").get_caller_identity()["Arn"]
    (listed,) = [each for each in alerts("list") if each["id"] == found["id"]]
    assert (listed["state"], listed["until"]) == ("snoozed", answered["until"])
    shown = json.loads(CliRunner().invoke(app, ["status", "--json"]).stdout)["incidents"]
    assert found["id"] in {each["id"] for each in shown}
