"""Whether an alert arrives: one is published, and the notifier's log and the dead letters show what became of it."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import uuid4

import boto3

from courtside.adapters.model_subscriptions import ModelSubscriptions
from courtside.adapters.stack_resources import StackResource
from courtside.contracts.channels import Channel
from courtside.contracts.names import NO_WEBHOOK, POSTED

POLL_SECONDS = 2.0
# Lambda tries again after one and after two minutes; then the message becomes a dead letter.
PATIENCE_SECONDS = 300.0


class Fate(StrEnum):
    """What became of a test alert."""

    DELIVERED = "delivered"
    DEAD_LETTER = "dead letter"
    NO_WEBHOOK = "no webhook"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Proof:
    """What became of a test alert in each channel, the seconds it took, and how many e-mail addresses got it."""

    fates: dict[str, Fate]
    seconds: float
    emails: int


def probe(
    topic: str,
    resources: list[StackResource],
    *,
    channels: Sequence[Channel],
    stage: str,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Proof:
    """Publish a test alert and wait until every channel's notifier has posted it or it is a dead letter."""
    began, word = clock(), uuid4().hex[:8]
    published = boto3.client("sns").publish(
        TopicArn=topic,
        Subject=f"Courtside: a test alert of stage {stage} ({word})",
        Message="Somebody tests whether alerts arrive (`courtside alerts test`). Nothing has to be done.",
    )
    message = published["MessageId"]
    queue = _one(resources, "AWS::SQS::Queue", "AlertsUndelivered")
    logs = {each.name: _one(resources, "AWS::Logs::LogGroup", each.notifier) for each in channels}
    fates = dict.fromkeys(logs, Fate.UNKNOWN)
    while Fate.UNKNOWN in fates.values() and clock() - began < PATIENCE_SECONDS:
        sleep(POLL_SECONDS)
        fates |= {name: _said(message, logs[name]) for name in logs if fates[name] is Fate.UNKNOWN}
        unknown = [name for name, fate in fates.items() if fate is Fate.UNKNOWN]
        # A letter does not say which channel refused it: all that have said nothing did when each has its letter.
        if unknown and _letters(message, queue) >= len(unknown):
            fates |= dict.fromkeys(unknown, Fate.DEAD_LETTER)
    return Proof(fates, clock() - began, _emails(topic))


def _said(message: str, log: str) -> Fate:
    for line in _lines(log, message):
        if POSTED in line:
            return Fate.DELIVERED
        if NO_WEBHOOK in line:
            return Fate.NO_WEBHOOK
    return Fate.UNKNOWN


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


def _letters(message: str, queue: str) -> int:
    found = boto3.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10, VisibilityTimeout=0)
    return sum(message in each.get("Body", "") for each in found.get("Messages", []))


def _emails(topic: str) -> int:
    """Return how many confirmed addresses hear everything: those of a model's contract do not hear of a test."""
    known = ModelSubscriptions(topic).known().values()
    return sum(each.arn is not None and each.models is None for each in known)


def _one(resources: list[StackResource], kind: str, starting: str) -> str:
    return next(each.physical_id for each in resources if each.kind == kind and each.logical_id.startswith(starting))
