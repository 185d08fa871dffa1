"""Dead letter queues of functions, subscriptions, rule targets and schedule targets fill as they do on AWS."""

import json
import time
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from embedded_aws.faults.client import FaultClient
from tests.integration.embedded_aws.conftest import Deployed
from tests.integration.embedded_aws.waiting import until


@pytest.fixture
def queue(deployed: Deployed) -> tuple[str, str]:
    """Create an empty queue and return its URL and its ARN."""
    sqs = deployed.aws.client("sqs")
    url = sqs.create_queue(QueueName=f"letters-{uuid4().hex[:8]}")["QueueUrl"]
    return url, arn_of(deployed, url)


def arn_of(deployed: Deployed, url: str) -> str:
    sqs = deployed.aws.client("sqs")
    return str(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"])


def letter(deployed: Deployed, url: str, *, containing: str) -> dict[str, Any]:
    """Wait for the dead letter that contains a text and return its body and attributes."""
    deadline = time.monotonic() + 60
    while (found := letter_there(deployed, url, containing=containing)) is None:
        assert time.monotonic() < deadline, f"no letter with {containing} came"
    return found


def letter_there(deployed: Deployed, url: str, *, containing: str) -> dict[str, Any] | None:
    """Return the dead letter that contains a text, with its body and attributes, if it is there by now."""
    found = deployed.aws.client("sqs").receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1, VisibilityTimeout=0, MessageAttributeNames=["All"]
    )
    for message in found.get("Messages", []):
        if containing in message["Body"]:
            attributes = {name: each["StringValue"] for name, each in message["MessageAttributes"].items()}
            return {"body": json.loads(message["Body"]), "attributes": attributes}
    return None


def function_arn(deployed: Deployed, name: str) -> str:
    configuration = deployed.aws.client("lambda").get_function_configuration(FunctionName=deployed.output(name))
    return str(configuration["FunctionArn"])


def test_a_function_that_keeps_failing_on_a_topic_leaves_the_event_and_its_error(deployed: Deployed) -> None:
    sns, word = deployed.aws.client("sns"), uuid4().hex
    topic = sns.create_topic(Name=f"lossy-{word[:8]}")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=function_arn(deployed, "Lossy"))
    faults = FaultClient(deployed.aws)
    before = faults.pending()
    sns.publish(TopicArn=topic, Message=word, Subject="an alert")
    assert faults.pending() - before
    assert until(lambda: not faults.pending() - before)
    # Nothing is handed over any more, so the letter is there.
    found = letter_there(deployed, deployed.output("Letters"), containing=word)
    assert found is not None
    assert found["body"]["Records"][0]["Sns"]["Subject"] == "an alert"
    assert found["attributes"]["ErrorMessage"] == "the challenger is no better"


def test_an_asynchronous_invocation_that_fails_leaves_the_event_and_its_error(deployed: Deployed) -> None:
    word = uuid4().hex
    deployed.aws.client("lambda").invoke(
        FunctionName=deployed.output("Lossy"), InvocationType="Event", Payload=json.dumps({"word": word}).encode()
    )
    found = letter(deployed, deployed.output("Letters"), containing=word)
    assert found["body"] == {"word": word}
    assert found["attributes"]["RequestID"]


def test_a_subscription_to_a_function_that_is_gone_keeps_the_notification(
    deployed: Deployed, queue: tuple[str, str]
) -> None:
    sns, lambda_, word = deployed.aws.client("sns"), deployed.aws.client("lambda"), uuid4().hex
    topic = sns.create_topic(Name=f"gone-{word[:8]}")["TopicArn"]
    arn = function_arn(deployed, "Echo").rpartition(":")[0] + ":gone"
    policy = json.dumps({"deadLetterTargetArn": queue[1]})
    sns.subscribe(TopicArn=topic, Protocol="lambda", Endpoint=arn, Attributes={"RedrivePolicy": policy})
    sns.publish(TopicArn=topic, Message=word)
    assert "gone" not in [each["FunctionName"] for each in lambda_.list_functions()["Functions"]]
    found = letter(deployed, queue[0], containing=word)
    assert found["body"]["Message"] == word
    assert "does not exist" in found["attributes"]["ErrorMessage"]


@pytest.mark.parametrize("kind", ["lambda", "sns"])
def test_a_rule_whose_target_is_gone_keeps_the_event(deployed: Deployed, queue: tuple[str, str], kind: str) -> None:
    events, word = deployed.aws.client("events"), uuid4().hex
    here = function_arn(deployed, "Echo").split(":")
    arn = (
        ":".join([*here[:5], "function", "gone"])
        if kind == "lambda"
        else ":".join(["arn", "aws", "sns", *here[3:5], "gone"])
    )
    events.put_rule(Name=word, EventPattern=json.dumps({"source": [word]}))
    events.put_targets(Rule=word, Targets=[{"Id": "1", "Arn": arn, "DeadLetterConfig": {"Arn": queue[1]}}])
    events.put_events(Entries=[{"Source": word, "DetailType": "test", "Detail": "{}"}])
    found = letter(deployed, queue[0], containing=word)
    assert found["attributes"]["TARGET_ARN"] == arn
    assert "does not exist" in found["attributes"]["ERROR_MESSAGE"]


def test_a_schedule_whose_target_is_gone_keeps_its_input(deployed: Deployed, queue: tuple[str, str]) -> None:
    arn = function_arn(deployed, "Echo").rpartition(":")[0] + ":gone"
    deployed.aws.client("scheduler").create_schedule(
        Name=f"gone-{uuid4().hex[:8]}",
        ScheduleExpression=f"at({datetime.now(UTC):%Y-%m-%dT%H:%M:%S})",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={
            "Arn": arn, "RoleArn": "arn:aws:iam::000000000000:role/any",
            "Input": '{"as_of": "<aws.scheduler.scheduled-time>"}', "DeadLetterConfig": {"Arn": queue[1]},
        },
    )  # fmt: skip
    found = letter(deployed, queue[0], containing="as_of")
    assert found["body"]["as_of"].endswith("Z")
    assert found["attributes"]["TARGET_ARN"] == arn
