"""The doctor's findings about alerts follow from answers that AWS documents."""

import json
from typing import Any

import pytest

from courtside.adapters import dynamodb_ledger, secrets
from courtside.adapters.channel_secret import WebhookInvalid
from courtside.adapters.examination import alert_channel
from courtside.adapters.stack_resources import StackResource
from courtside.bootstrap import functions
from courtside.core.letters import subject_of
from embedded_aws.webhooks import SLACK, Webhook
from tests.fakes.ports import InMemoryLedger

OUTPUTS = {SLACK.secret_output: "arn:secret"}


def holding(monkeypatch: pytest.MonkeyPatch, secret: str) -> None:
    monkeypatch.setattr(alert_channel, "read_secret", lambda _: secret)
    monkeypatch.setattr(secrets, "read_secret", lambda _: secret)
    monkeypatch.setenv("COURTSIDE_WEBHOOK_SECRET_ARN", "arn:secret")
    monkeypatch.setenv("COURTSIDE_CHANNEL", "slack")
    monkeypatch.setenv("COURTSIDE_LEDGER_TABLE", "ledger")
    ledger = InMemoryLedger()
    monkeypatch.setattr(dynamodb_ledger, "DynamoDbLedger", lambda _: ledger)


@pytest.mark.parametrize(
    ("secret", "level"),
    [
        ("https://hooks.slack.com/services/T0/B0/x", "ok"),
        ("hooks.slack.com/services/T0/B0/x", "fail"),
        ("http://hooks.slack.com/services/T0/B0/x", "fail"),
        ("placeholder", "warn"),
        ('{"token": "xoxb-1-2-abc", "channel": "C0123"}', "ok"),
        ('{"token": "xoxb-1-2-abc", "channel": "#alerts"}', "fail"),
    ],
)
def test_the_doctor_distinguishes_an_unset_webhook_from_an_invalid_one(
    monkeypatch: pytest.MonkeyPatch, secret: str, level: str
) -> None:
    holding(monkeypatch, secret)
    (finding,) = alert_channel.webhook(SLACK, OUTPUTS)
    assert finding.level == level
    assert secret not in finding.detail + finding.fix
    assert bool(finding.fix) == (level != "ok")


def test_a_warm_notifier_posts_to_the_current_webhook(monkeypatch: pytest.MonkeyPatch) -> None:
    with Webhook() as old, Webhook() as new:
        holding(monkeypatch, "placeholder")
        assert functions.notifier() is None
        for webhook in (old, new):
            holding(monkeypatch, webhook.url)
            post = functions.notifier()
            assert post is not None
            post(subject="s", body="t", delivery=webhook.url)
        assert (len(old.messages), len(new.messages)) == (1, 1)
        holding(monkeypatch, new.url.removeprefix("http://"))
        with pytest.raises(WebhookInvalid):
            functions.notifier()


class Queue:
    """An SQS client reduced to the calls that the doctor makes; these message bodies wait in its queue."""

    def __init__(self, *bodies: str) -> None:
        self.bodies = bodies
        self.received: list[dict[str, Any]] = []

    def get_queue_attributes(self, **_: Any) -> dict[str, Any]:
        return {"Attributes": {"ApproximateNumberOfMessages": str(len(self.bodies))}}

    def receive_message(self, **asked: Any) -> dict[str, Any]:
        self.received.append(asked)
        return {"Messages": [{"Body": body} for body in self.bodies]}


RESOURCES = [
    StackResource("courtside-dev-pipeline", name, "AWS::SQS::Queue", f"https://queue/{name}", "CREATE_COMPLETE")
    for name in ("AlertsUndelivered1A2B", "DriftCheckMissed3C4D")
]
LETTER = json.dumps({"Records": [{"Sns": {"Subject": "Courtside: drift in churn", "Message": "m"}}]})


def test_undelivered_alerts_are_listed_by_subject_and_stay_in_the_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    queue = Queue(LETTER, LETTER, '{"Type": "Notification", "Subject": "Courtside: approve"}')
    monkeypatch.setattr("boto3.client", lambda _: queue)
    (finding,) = alert_channel.undelivered(RESOURCES)
    assert (finding.level, finding.check) == ("fail", "alerts")
    assert finding.detail == "3 reached nobody: Courtside: drift in churn; Courtside: approve"
    assert [asked["VisibilityTimeout"] for asked in queue.received] == [0]


def test_no_alert_is_undelivered_when_there_are_no_dead_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("boto3.client", lambda _: Queue())
    (finding,) = alert_channel.undelivered(RESOURCES)
    assert (finding.level, finding.detail) == ("ok", "none is undelivered")


@pytest.mark.parametrize(
    "body", ["", "no JSON", "[]", "{}", '{"Records": []}', '{"Records": [{}]}', '{"Records": [1]}', '{"Subject": ""}']
)
def test_a_letter_without_a_subject_is_shown_by_its_first_characters(body: str) -> None:
    assert subject_of(body) == body[:100]
