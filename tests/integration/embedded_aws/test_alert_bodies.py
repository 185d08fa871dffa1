"""An alert reaches each protocol with its own body, and only the filters that ask for it."""

import json
import time

import boto3
import pytest

from courtside.adapters.sns_alerts import SnsAlerts
from courtside.contracts.incidents import Severity, Telling
from courtside.core.alerting import Alert
from courtside.core.sns_messages import channel_message
from tests.integration.embedded_aws.conftest import Deployed

ALERT = Alert(
    "Courtside: drift in churn", "*What moved*\n• `age`", kind="drift", severity=Severity.CRITICAL,
    telling=Telling.OPENED, incident="i1", line="age moved",
)  # fmt: skip
CRITICAL = {"severity": ["critical"], "telling": ["opened", "escalated"]}


def heard_by_functions(deployed: Deployed) -> list[str]:
    s3, bucket = deployed.aws.client("s3"), deployed.output("LakeName")
    keys = [each["Key"] for each in s3.list_objects_v2(Bucket=bucket, Prefix="heard/").get("Contents", [])]
    return [deployed.lake_json(key)["Records"][0]["Sns"]["Message"] for key in keys]


def test_functions_get_the_alert_and_others_its_plain_text(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    sns, sqs, topic = deployed.aws.client("sns"), deployed.aws.client("sqs"), deployed.output("Topic")
    monkeypatch.setattr(boto3, "client", lambda service, **_: deployed.aws.client(service))
    queue = sqs.create_queue(QueueName="hears-what-is-critical")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    subscription = sns.subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"FilterPolicy": json.dumps(CRITICAL)},
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]  # fmt: skip
    alerts = SnsAlerts(topic, "churn")
    alerts.publish(Alert("Courtside: nothing urgent", "text"))
    alerts.publish(ALERT)
    (heard,) = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=20)["Messages"]
    sns.unsubscribe(SubscriptionArn=subscription)
    envelope = json.loads(heard["Body"])
    assert envelope["Subject"] == ALERT.subject
    assert envelope["Message"].startswith("What moved\n• age\n")
    expected, deadline = ALERT.message("churn"), time.monotonic() + 120
    while expected not in [channel_message("", body) for body in heard_by_functions(deployed)]:
        assert time.monotonic() < deadline
        time.sleep(0.1)
