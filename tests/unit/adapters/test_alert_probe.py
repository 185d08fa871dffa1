"""The fate of a test alert is read from the notifier's log and from the dead-letter queue."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from courtside.adapters import alert_probe
from courtside.adapters.alert_probe import PATIENCE_SECONDS, probe
from courtside.adapters.notifier_log import Fate
from courtside.adapters.stack_resources import StackResource
from courtside.cli.alerts_delivery import AlertNotDelivered, ChannelOff, ChannelUnknown, NoAddressConfirmed, NoChannel
from courtside.cli.main import app
from courtside.contracts.channels import CHANNELS
from courtside.contracts.names import NO_WEBHOOK, POSTED, StackOutput

SLACK, TEAMS = CHANNELS["slack"], CHANNELS["teams"]

RESOURCES = [
    StackResource("s", "NotifySlackLogs1A", "AWS::Logs::LogGroup", "the-log", "CREATE_COMPLETE"),
    StackResource("s", "AlertsUndelivered2B", "AWS::SQS::Queue", "https://queue", "CREATE_COMPLETE"),
]


class Aws:
    """Stands for every AWS client that is asked; its log and its queue hold these texts about message m-1."""

    def __init__(self, *, log: str = "", letter: str = "") -> None:
        self.log, self.letter = log, letter
        self.published: list[dict[str, Any]] = []

    def publish(self, **given: Any) -> dict[str, str]:
        self.published.append(given)
        return {"MessageId": "m-1"}

    def receive_message(self, **given: Any) -> dict[str, Any]:
        assert given["VisibilityTimeout"] == 0
        return {"Messages": [{"Body": self.letter}]} if self.letter else {}

    def get_paginator(self, name: str) -> "Aws":
        self._asked = name
        return self

    def paginate(self, **given: Any) -> list[dict[str, Any]]:
        if given.get("logGroupName") == "silent":
            return [{"events": []}]
        if self._asked == "filter_log_events":
            return [{"events": [{"message": f"{POSTED} m-0"}, {"message": self.log}]}]
        mails = [("email", "arn:a"), ("email", "PendingConfirmation"), ("lambda", "arn:b"), ("email", "arn:churn")]
        found = [{"Protocol": protocol, "SubscriptionArn": arn, "Endpoint": arn} for protocol, arn in mails]
        return [{"Subscriptions": found}]

    @staticmethod
    def get_subscription_attributes(*, SubscriptionArn: str) -> dict[str, Any]:  # noqa: N803 — boto3's own name
        """Return a filter for the address that only a model's contract names."""
        return {"Attributes": {"FilterPolicy": '{"model": ["churn"]}'} if SubscriptionArn == "arn:churn" else {}}


def line(message: str) -> str:
    return json.dumps({"message": message, "message_id": "m-1"})


@pytest.mark.parametrize(
    ("aws", "fate"),
    [
        (Aws(log=line(POSTED)), Fate.DELIVERED),
        (Aws(log=line(f"{NO_WEBHOOK}; put its address")), Fate.NO_WEBHOOK),
        (Aws(letter='{"Records": [{"Sns": {"MessageId": "m-1"}}]}'), Fate.DEAD_LETTER),
        (Aws(letter='{"Records": [{"Sns": {"MessageId": "m-0"}}]}'), Fate.UNKNOWN),
        (Aws(), Fate.UNKNOWN),
    ],
)
def test_a_test_alert_is_followed_until_it_is_delivered_or_lost(
    monkeypatch: pytest.MonkeyPatch, aws: Aws, fate: Fate
) -> None:
    monkeypatch.setattr("boto3.client", lambda _: aws)
    passed = [0.0]

    def sleep(seconds: float) -> None:
        passed[0] += seconds

    proof = probe("arn:topic", RESOURCES, channels=[SLACK], stage="dev", sleep=sleep, clock=lambda: passed[0])
    assert (proof.fates["slack"], proof.emails) == (fate, 1)
    assert proof.seconds == (PATIENCE_SECONDS if fate is Fate.UNKNOWN else alert_probe.POLL_SECONDS)
    assert len(aws.published[0]["Subject"]) <= 100


@pytest.mark.parametrize(
    ("aws", "fates"),
    [
        (Aws(log=line(POSTED)), [Fate.DELIVERED, Fate.UNKNOWN]),
        (Aws(log=line(POSTED), letter="m-1"), [Fate.DELIVERED, Fate.DEAD_LETTER]),
        (Aws(letter="m-1"), [Fate.UNKNOWN, Fate.UNKNOWN]),
    ],
)
def test_a_dead_letter_is_blamed_on_the_only_silent_channel(
    monkeypatch: pytest.MonkeyPatch, aws: Aws, fates: list[Fate]
) -> None:
    """A letter that does not name its subscription may be of either, so with two silent channels nothing is known."""
    monkeypatch.setattr("boto3.client", lambda _: aws)
    silent = StackResource("s", "NotifyTeamsLogs3C", "AWS::Logs::LogGroup", "silent", "CREATE_COMPLETE")
    passed = [0.0]

    def sleep(seconds: float) -> None:
        passed[0] += seconds

    proof = probe(
        "arn:topic", [*RESOURCES, silent], channels=[SLACK, TEAMS], stage="dev", sleep=sleep, clock=lambda: passed[0]
    )
    assert [proof.fates["slack"], proof.fates["teams"]] == fates


def test_a_letter_of_one_channel_is_not_taken_for_that_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    record = {"EventSubscriptionArn": "arn:b", "Sns": {"MessageId": "m-1"}}
    monkeypatch.setattr("boto3.client", lambda _: Aws(letter=json.dumps({"Records": [record]})))
    silent = StackResource("s", "NotifyTeamsLogs3C", "AWS::Logs::LogGroup", "silent", "CREATE_COMPLETE")
    slack = StackResource("s", "NotifySlack1A", "AWS::Lambda::Function", "b", "CREATE_COMPLETE")
    passed = [0.0]

    def sleep(seconds: float) -> None:
        passed[0] += seconds

    channels = {"slack": (SLACK, Fate.DEAD_LETTER), "teams": (TEAMS, Fate.UNKNOWN)}
    for name, (channel, fate) in channels.items():
        proof = probe(
            "arn:topic", [*RESOURCES, silent, slack], channels=[channel], stage="dev", sleep=sleep,
            clock=lambda: passed[0],
        )  # fmt: skip
        assert proof.fates == {name: fate}


@pytest.mark.parametrize(("aws", "code"), [(Aws(log=line(POSTED)), 0), (Aws(letter="m-1"), 1)])
def test_the_command_fails_unless_the_alert_was_delivered(monkeypatch: pytest.MonkeyPatch, aws: Aws, code: int) -> None:
    outputs = {StackOutput.ALERT_TOPIC: "arn:topic", SLACK.secret_output: "arn:secret"}
    monkeypatch.setattr("boto3.client", lambda _: aws)
    monkeypatch.setattr(alert_probe, "POLL_SECONDS", 0.0)
    monkeypatch.setattr("courtside.adapters.deployment.stage_outputs", lambda _: outputs)
    monkeypatch.setattr("courtside.adapters.stack_resources.stack_resources", lambda _: RESOURCES)
    result = CliRunner().invoke(app, ["alerts", "test", "--json"])
    assert json.loads(result.stdout)["fates"]["slack"] == ("delivered" if code == 0 else "dead letter")
    assert isinstance(result.exception, AlertNotDelivered) == bool(code)


def test_a_stage_without_a_chat_channel_cannot_be_tested(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("courtside.adapters.deployment.stage_outputs", lambda _: {StackOutput.ALERT_TOPIC: "arn:topic"})
    assert isinstance(CliRunner().invoke(app, ["alerts", "test"]).exception, NoChannel)


@pytest.fixture
def two_channels(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Slack post every alert, and Teams say nothing."""
    outputs = {StackOutput.ALERT_TOPIC: "arn:topic", SLACK.secret_output: "arn:s", TEAMS.secret_output: "arn:t"}
    silent = StackResource("s", "NotifyTeamsLogs3C", "AWS::Logs::LogGroup", "silent", "CREATE_COMPLETE")
    monkeypatch.setattr("boto3.client", lambda _: Aws(log=line(POSTED)))
    monkeypatch.setattr(alert_probe, "POLL_SECONDS", 0.0)
    monkeypatch.setattr(alert_probe, "PATIENCE_SECONDS", 1.0)
    monkeypatch.setattr("courtside.adapters.deployment.stage_outputs", lambda _: outputs)
    monkeypatch.setattr("courtside.adapters.stack_resources.stack_resources", lambda _: [*RESOURCES, silent])


@pytest.mark.usefixtures("two_channels")
@pytest.mark.parametrize(
    ("channel", "fates", "failure"),
    [
        ("slack", {"slack": "delivered"}, None),
        ("teams", {"teams": "unknown"}, AlertNotDelivered),
        (None, {"slack": "delivered", "teams": "unknown"}, AlertNotDelivered),
        ("email", {}, None),
    ],
)
def test_one_channel_can_be_proven_although_another_is_broken(
    channel: str | None, fates: dict[str, str], failure: type[Exception] | None
) -> None:
    named = [] if channel is None else ["--channel", channel]
    result = CliRunner().invoke(app, ["alerts", "test", "--json", *named])
    assert json.loads(result.stdout)["fates"] == fates
    assert json.loads(result.stdout)["emails"] == 1
    assert (result.exit_code == 0) == (failure is None)
    assert failure is None or isinstance(result.exception, failure)


def test_a_channel_that_cannot_be_tested_is_refused_before_anything_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    aws = Aws()
    monkeypatch.setattr("boto3.client", lambda _: aws)
    monkeypatch.setattr("courtside.adapters.deployment.stage_outputs", lambda _: {StackOutput.ALERT_TOPIC: "arn:topic"})
    assert isinstance(CliRunner().invoke(app, ["alerts", "test", "--channel", "pager"]).exception, ChannelUnknown)
    off = CliRunner().invoke(app, ["alerts", "test", "--channel", "teams"]).exception
    assert isinstance(off, ChannelOff)
    assert "teams=True" in str(off)
    assert aws.published == []


def test_email_fails_where_no_address_is_confirmed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("boto3.client", lambda _: Aws())
    monkeypatch.setattr(alert_probe, "_emails", lambda _: 0)
    monkeypatch.setattr("courtside.adapters.deployment.stage_outputs", lambda _: {StackOutput.ALERT_TOPIC: "arn:topic"})
    monkeypatch.setattr("courtside.adapters.stack_resources.stack_resources", lambda _: RESOURCES)
    result = CliRunner().invoke(app, ["alerts", "test", "--channel", "email"])
    assert isinstance(result.exception, NoAddressConfirmed)
