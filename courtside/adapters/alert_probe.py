"""Whether an alert arrives: one is published, and the notifier's log and the dead letters show what became of it."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from uuid import uuid4

import boto3

from courtside.adapters.stack_resources import StackResource

POLL_SECONDS = 2.0
# Lambda tries again after one and after two minutes; then the message becomes a dead letter.
PATIENCE_SECONDS = 300.0
_POSTED, _UNSET = "posted to Slack", "no Slack webhook is set"


class Fate(StrEnum):
    """What became of a test alert."""

    DELIVERED = "delivered"
    DEAD_LETTER = "dead letter"
    NO_WEBHOOK = "no webhook"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Proof:
    """What became of a test alert, the seconds it took, and how many e-mail addresses it was sent to."""

    fate: Fate
    seconds: float
    emails: int


def probe(
    topic: str,
    resources: list[StackResource],
    *,
    stage: str,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Proof:
    """Publish a test alert and wait until the notifier has posted it or it is among the dead letters."""
    began, word = clock(), uuid4().hex[:8]
    published = boto3.client("sns").publish(
        TopicArn=topic,
        Subject=f"Courtside: a test alert of stage {stage} ({word})",
        Message="Somebody tests whether alerts arrive (`courtside alerts test`). Nothing has to be done.",
    )
    message = published["MessageId"]
    log, queue = (
        _one(resources, "AWS::Logs::LogGroup", "NotifySlack"),
        _one(resources, "AWS::SQS::Queue", "AlertsUndelivered"),
    )
    fate = Fate.UNKNOWN
    while fate is Fate.UNKNOWN and clock() - began < PATIENCE_SECONDS:
        sleep(POLL_SECONDS)
        fate = _fate(message, log, queue)
    return Proof(fate, clock() - began, _emails(topic))


def _fate(message: str, log: str, queue: str) -> Fate:
    for line in _lines(log, message):
        if _POSTED in line:
            return Fate.DELIVERED
        if _UNSET in line:
            return Fate.NO_WEBHOOK
    return Fate.DEAD_LETTER if _among_letters(message, queue) else Fate.UNKNOWN


def _lines(log: str, message: str) -> Iterator[str]:
    """Yield what the notifier logged about a message, whose id is in every line about it."""
    pages = (
        boto3.client("logs")
        .get_paginator("filter_log_events")
        .paginate(logGroupName=log, startTime=int((time.time() - 2 * PATIENCE_SECONDS) * 1000))
    )
    for page in pages:
        for event in page["events"]:
            if message in event.get("message", ""):
                yield event["message"]


def _among_letters(message: str, queue: str) -> bool:
    found = boto3.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10, VisibilityTimeout=0)
    return any(message in each.get("Body", "") for each in found.get("Messages", []))


def _emails(topic: str) -> int:
    pages = boto3.client("sns").get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
    subscriptions = [each for page in pages for each in page["Subscriptions"]]
    return sum(each["Protocol"] == "email" and each["SubscriptionArn"].startswith("arn:") for each in subscriptions)


def _one(resources: list[StackResource], kind: str, starting: str) -> str:
    return next(each.physical_id for each in resources if each.kind == kind and each.logical_id.startswith(starting))
