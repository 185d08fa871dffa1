"""What comes through the topic is shown readably, whoever wrote it."""

import json
from typing import Any

import pytest

from courtside.contracts.incidents import Severity, Telling
from courtside.core.sns_messages import FORMS, channel_message
from tests.fakes.messages import message_of

ALARM = {
    "AlarmName": "courtside-dev-pipeline-AlertsDatabaseBusy1A2B3C4D-x1y2z3",
    "AlarmDescription": "The tracking database was over 80 % busy for 15 minutes. "
    "What to do: docs/runbooks.md#database-busy",
    "AWSAccountId": "111122223333",
    "NewStateValue": "ALARM",
    "NewStateReason": "Threshold Crossed: 3 datapoints [91.5 (29/11/26 10:00:00), 92.0 (29/11/26 09:55:00), 93.1 "
    "(29/11/26 09:50:00)] were greater than or equal to the threshold (80.0).",
    "StateChangeTime": "2026-11-29T10:05:12.345+0000",
    "Region": "EU (Frankfurt)",
    "OldStateValue": "OK",
    "Trigger": {"MetricName": "CPUUtilization", "Namespace": "AWS/RDS"},
}
BUDGET = """AWS Budget Notification November 29, 2026
AWS Account 111122223333

Dear AWS Customer,

You requested that we alert you when the ACTUAL Cost associated with your budget is greater than $31.00.

Budget Name: courtside dev in eu-central-1, see docs/runbooks.md#over-budget
Budget Type: Cost
Budgeted Amount: $31.00
Alert Type: ACTUAL
Alert Threshold: > $31.00
ACTUAL Amount: $31.87

[1] https://console.aws.amazon.com/billing/home#/budgets
"""


def alarm(**changed: Any) -> str:
    return json.dumps(ALARM | changed)


def test_each_form_has_a_file() -> None:
    assert {"alert", "alarm", "budget", "event"} <= set(FORMS)


def test_our_own_alert_is_itself() -> None:
    message = message_of("Drift", "*What moved*", model="churn", kind="drift", telling=Telling.OPENED, incident="i1")
    assert channel_message("Drift", message.model_dump_json()) == message


def test_an_alert_of_a_newer_program_is_still_read() -> None:
    body = json.dumps({**json.loads(message_of().model_dump_json()), "known_later": 1})
    assert channel_message("", body).subject == "s"


def test_an_alarm_says_what_it_means_since_when_and_what_to_do() -> None:
    message = channel_message('ALARM: "courtside-dev-pipeline-Alerts…" in EU (Frankfurt)', alarm())
    assert message.subject == "Alarm: The tracking database was over 80 % busy for 15 minutes"
    assert message.text.splitlines() == [
        "*What it means*: The tracking database was over 80 % busy for 15 minutes.",
        f"*Alarm*: `{ALARM['AlarmName']}`, on since 2026-11-29 10:05 UTC.",
        "*Why*: Threshold Crossed: 3 datapoints were greater than or equal to the threshold (80.0).",
        "*What to do*: docs/runbooks.md#database-busy",
    ]
    assert (message.severity, message.telling, message.kind) == (Severity.CRITICAL, Telling.OPENED, "alarm")


def test_moments_are_told_in_utc_wherever_the_alarm_was_written() -> None:
    message = channel_message("", alarm(StateChangeTime="2026-11-29T12:05:12.345+0200"))
    assert "on since 2026-11-29 10:05 UTC" in message.text


def test_an_alarm_that_is_over_is_one_line() -> None:
    message = channel_message("", alarm(NewStateValue="OK", OldStateValue="ALARM"))
    assert message.brief
    assert message.in_one_line == (
        "Over since 2026-11-29 10:05 UTC: The tracking database was over 80 % busy for 15 minutes."
    )


@pytest.mark.parametrize("missing", sorted(set(ALARM) - {"AlarmName", "NewStateValue"}))
def test_an_alarm_that_lacks_something_is_read_all_the_same(missing: str) -> None:
    message = channel_message("", json.dumps({key: value for key, value in ALARM.items() if key != missing}))
    assert message.kind == "alarm"
    assert message.subject.startswith("Alarm: ")
    assert "None" not in message.text


@pytest.mark.parametrize("said", [None, "Somebody's own alarm", "*bold* `code`\n<!here>"])
def test_an_alarm_of_somebody_else_is_shown_without_its_marks(said: str | None) -> None:
    message = channel_message("", alarm(AlarmDescription=said, StateChangeTime="soon"))
    assert "\n" not in message.subject
    assert "*bold*" not in message.text
    assert "since" not in message.text


def test_a_budget_says_what_is_spent_and_where_its_runbook_is() -> None:
    message = channel_message("AWS Budgets: courtside dev has exceeded your alert threshold", BUDGET)
    assert message.subject == "Budget of courtside dev in eu-central-1: $31.87 is spent"
    assert message.text.splitlines() == [
        "*What it means*: $31.87 is spent; the budget is $31.00.",
        "*Told because*: actual > $31.00",
        "*What to do*: docs/runbooks.md#over-budget",
    ]


def test_a_forecast_is_no_spending() -> None:
    forecast = BUDGET.replace("Alert Type: ACTUAL", "Alert Type: FORECASTED").replace(
        "ACTUAL Amount", "FORECASTED Amount"
    )
    message = channel_message("", forecast)
    assert message.subject.endswith("the forecast for the period is $31.87")


def test_a_sentence_of_eventbridge_has_its_beginning_as_headline() -> None:
    headline = "AWS announced AWS_RDS_X for databases of this account, from Sunday"
    message = channel_message("", json.dumps(f"{headline}. What to do: docs/runbooks.md#notice-from-aws"))
    assert message.subject == headline
    assert message.text == "*What to do*: docs/runbooks.md#notice-from-aws"


def test_a_long_sentence_is_not_lost_in_the_headline() -> None:
    said = f"Retraining {'x' * 140} ended as ABORTED; look at it. What to do: docs/runbooks.md#x"
    message = channel_message("", json.dumps(said))
    assert message.subject.endswith("…")
    assert message.text.replace("*", "").replace("\n", " ") == said


def test_a_sentence_with_a_quote_in_it_is_not_lost() -> None:
    assert channel_message("", '"AWS announced a "change". Look at it."').subject == 'AWS announced a "change"'


def test_the_end_of_an_alarm_is_one_line() -> None:
    message = channel_message("", '"Over: the database was busy. What to do: docs/runbooks.md#x"')
    assert (message.brief, message.telling) == (True, Telling.RESOLVED)
    assert message.in_one_line == "Over: the database was busy."


@pytest.mark.parametrize(
    "body", ["plain words", "", "{", "[]", "{}", '"', "1", '{"AlarmName": 1}', "null", "Budget Name: x"]
)
def test_anything_else_is_shown_as_it_is(body: str) -> None:
    message = channel_message("A subject", body)
    assert (message.subject, message.text, message.telling) == ("A subject", body, Telling.NOTICE)
    assert channel_message("", body).subject == "Courtside"
