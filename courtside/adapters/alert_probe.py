"""Whether an alert arrives: one is published, and the notifier's log and the dead letters show what became of it."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import boto3

from courtside.adapters.model_subscriptions import ModelSubscriptions
from courtside.adapters.notifier_log import Fate, fate_of
from courtside.adapters.stack_resources import StackResource, physical_id
from courtside.adapters.subscribed_channels import subscribed_channels
from courtside.contracts.channels import CHANNELS, Channel
from courtside.core.letters import Missed, opened

POLL_SECONDS = 2.0
# Lambda tries again after one and after two minutes; then the message becomes a dead letter.
PATIENCE_SECONDS = 300.0


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
    since = datetime.now(UTC) - timedelta(seconds=PATIENCE_SECONDS)  # clocks differ
    published = boto3.client("sns").publish(
        TopicArn=topic,
        Subject=f"Courtside: a test alert of stage {stage} ({word})",
        Message="Somebody tests whether alerts arrive (`courtside alerts test`). Nothing has to be done.",
    )
    message = published["MessageId"]
    queue = physical_id(resources, "AWS::SQS::Queue", "AlertsUndelivered")
    subscribed = subscribed_channels(topic, resources, CHANNELS.values())
    logs = {each.name: physical_id(resources, "AWS::Logs::LogGroup", each.notifier) for each in channels}
    fates = dict.fromkeys(logs, Fate.UNKNOWN)
    while Fate.UNKNOWN in fates.values() and clock() - began < PATIENCE_SECONDS:
        sleep(POLL_SECONDS)
        fates |= {name: fate_of(message, log=logs[name], since=since) for name in logs if fates[name] is Fate.UNKNOWN}
        missed = list(_missed(message, queue))
        refused = {subscribed[each].name for each in missed if each in subscribed}
        fates |= {name: Fate.DEAD_LETTER for name in logs if fates[name] is Fate.UNKNOWN and name in refused}
        unknown = [name for name, fate in fates.items() if fate is Fate.UNKNOWN]
        # A letter may not say which channel refused it: all that have said nothing did when each has such a letter.
        if unknown and sum(each not in subscribed for each in missed) >= len(unknown):
            fates |= dict.fromkeys(unknown, Fate.DEAD_LETTER)
    return Proof(fates, clock() - began, _emails(topic))


def _missed(message: str, queue: str) -> Iterator[str]:
    """Yield the subscription of each letter about a message, empty for one that does not say it."""
    found = boto3.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10, VisibilityTimeout=0)
    for body in (each.get("Body", "") for each in found.get("Messages", [])):
        if message in body:
            letter = opened(body, {})
            yield letter.subscription if isinstance(letter, Missed) else ""


def _emails(topic: str) -> int:
    """Return how many confirmed addresses hear everything: those of a model's contract do not hear of a test."""
    known = ModelSubscriptions(topic).known().values()
    return sum(each.arn is not None and each.models is None for each in known)
