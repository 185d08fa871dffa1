"""An alert names its model, and sending it ends or fails before the sender's claim on it expires."""

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from courtside.adapters.sns_alerts import SnsAlerts
from courtside.core.alerting import Alert
from courtside.workflows.claims import LEASE_SECONDS

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
        named = {"model": {"DataType": "String", "StringValue": "churn"}}
        sent = {"TopicArn": "topic", "Subject": "s", "Message": "m", "MessageAttributes": named}
        stubber.add_response("publish", {}, sent)
        stubber.activate()
        return stubbed

    monkeypatch.setattr(boto3, "client", client)
    SnsAlerts("topic", "churn").publish(Alert("s", "m"))
