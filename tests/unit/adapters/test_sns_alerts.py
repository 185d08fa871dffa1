"""An alert names its model, and sending it ends or fails before the sender's claim on it expires."""

import json
from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from courtside.adapters.sns_alerts import SnsAlerts
from courtside.contracts.incidents import Severity, Telling
from courtside.core.alerting import Alert
from courtside.core.sns_messages import channel_message
from courtside.workflows.claims import LEASE_SECONDS

PARAMETERS = ("TopicArn", "Subject", "Message", "MessageStructure", "MessageAttributes")
MOST_BETWEEN_TRIES = 20
"""The longest time in seconds that botocore waits between two tries."""


def test_a_topic_that_never_answers_is_abandoned_before_the_lease_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    made: Any = boto3.client

    def client(service: str, *, config: Any) -> Any:
        tries = config.retries["total_max_attempts"]
        longest = tries * (config.connect_timeout + config.read_timeout)
        # The first wait between two tries is at most one second, and each later wait doubles up to the limit.
        waits = sum(min(2**again, MOST_BETWEEN_TRIES) for again in range(tries - 1))
        assert longest + waits < LEASE_SECONDS
        stubbed = made(service, region_name="eu-central-1", config=config)
        stubber = Stubber(stubbed)
        stubber.add_response("publish", {}, dict.fromkeys(PARAMETERS, ANY))
        stubber.activate()
        return stubbed

    monkeypatch.setattr(boto3, "client", client)
    SnsAlerts("topic", "churn").publish(Alert("s", "m"))


class Topic:
    """An SNS client that remembers what was published."""

    def __init__(self) -> None:
        self.published: dict[str, Any] = {}

    def publish(self, **parameters: Any) -> None:
        self.published = parameters

    @property
    def attributes(self) -> dict[str, str]:
        return {name: each["StringValue"] for name, each in self.published["MessageAttributes"].items()}


@pytest.fixture
def topic(monkeypatch: pytest.MonkeyPatch) -> Topic:
    topic = Topic()
    monkeypatch.setattr(boto3, "client", lambda *_, **__: topic)
    return topic


OPENED = Alert(
    "Courtside: drift in churn", "*What moved*\n• `age`: by 0.3", kind="drift", severity=Severity.WARNING,
    telling=Telling.OPENED, incident="i1", line="Drift in churn: age",
)  # fmt: skip


def test_filters_may_ask_for_model_kind_severity_and_telling(topic: Topic) -> None:
    SnsAlerts("topic", "churn").publish(OPENED)
    assert topic.attributes == {"model": "churn", "kind": "drift", "severity": "warning", "telling": "opened"}


def test_an_alert_about_the_stage_has_no_empty_attribute_which_sns_refuses(topic: Topic) -> None:
    SnsAlerts("topic", "").publish(OPENED)
    assert "model" not in topic.attributes
    assert all(topic.attributes.values())


def test_an_alert_may_name_its_model_itself(topic: Topic) -> None:
    SnsAlerts("topic", "").publish(replace(OPENED, model="fraud"))
    assert topic.attributes["model"] == "fraud"


def test_functions_get_the_whole_alert_and_people_its_plain_text(topic: Topic) -> None:
    SnsAlerts("topic", "churn").publish(OPENED)
    assert topic.published["MessageStructure"] == "json"
    bodies = json.loads(topic.published["Message"])
    assert channel_message("", bodies["lambda"]) == OPENED.message("churn")
    assert "*" not in bodies["default"]
    assert "`" not in bodies["default"]
    assert "• age: by 0.3" in bodies["default"].splitlines()
