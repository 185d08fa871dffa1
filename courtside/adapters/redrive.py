"""Alerts that reached nobody are handed over again, each to whom it missed.

A letter leaves the queue only after its receiver took it. Before a channel is told again, its log is asked whether it
posted the alert after all, so a command that was killed between the two tells nobody twice. Letters that are being
worked on are hidden from others who do the same.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from pydantic import ValidationError

from courtside.adapters.notifier_log import Fate, fate_of
from courtside.adapters.stack_resources import StackResource, physical_id
from courtside.adapters.subscribed_channels import subscribed_channels
from courtside.contracts.channels import Channel
from courtside.contracts.events import Payload, UnlockRequest
from courtside.contracts.retraining_ends import AnnounceRequest
from courtside.core.letters import Call, Letter, Missed, RuleEvent, opened, rule_input, subject_of

# A function of ours may take 30 s to answer; a second request by boto3 itself would hand the alert over twice.
_PATIENT = Config(read_timeout=90, retries={"total_max_attempts": 1})
_HIDDEN_SECONDS = 900
_MOST_REFUSED = 2
_TAKES: Mapping[str, type[Payload]] = {"StepsUnlock": UnlockRequest, "StepsAnnounce": AnnounceRequest}
"""The functions besides the channels' whose letters lie here, by the beginning of their logical ids."""


class Outcome(StrEnum):
    """What became of a letter."""

    SENT = "sent"
    KNOWN = "was delivered before"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Redriven:
    """One letter: what it was about, who missed it, what became of it, and why where it was kept."""

    alert: str
    to: str
    outcome: Outcome
    why: str = ""


class _NotTaken(Exception):
    """The receiver did not take it."""


class _NotHandedOver(Exception):
    """This letter cannot be handed over, which says nothing about the receiver of it."""


@dataclass
class Redrive:
    """The dead letters of a stage's alerts."""

    topic: str
    resources: Sequence[StackResource]
    channels: Sequence[Channel]
    _refused: dict[str, list[str]] = field(default_factory=dict)
    """What each receiver said of the letters that it did not take, since the last one that it took."""

    def run(self) -> Iterator[Redriven]:
        """Hand each letter that waits now over again, once, and yield what became of it.

        Whoever did not take two letters, one after the other, is not tried with the next one: one alone may be refused
        for what it says.
        """
        sqs, kept = boto3.client("sqs"), {}
        queue = physical_id(self.resources, "AWS::SQS::Queue", "AlertsUndelivered")
        try:
            while message := self._next(sqs, queue):
                if message["MessageId"] in kept:  # it was hidden for as long as that took
                    break
                done = self._handled(message)
                if done.outcome is Outcome.KEPT:
                    kept[message["MessageId"]] = message["ReceiptHandle"]
                else:
                    self._taken_out(sqs, queue, message["ReceiptHandle"])
                yield done
        finally:
            for receipt in kept.values():
                sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle=receipt, VisibilityTimeout=0)

    @staticmethod
    def _taken_out(sqs: Any, queue: str, receipt: str) -> None:
        try:
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=receipt)
        except (BotoCoreError, ClientError):
            # The next one who looks has to see it.
            sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle=receipt, VisibilityTimeout=0)
            raise

    @staticmethod
    def _next(sqs: Any, queue: str) -> dict[str, Any] | None:
        # Waiting for a second asks all of the servers that a queue is spread over.
        found = sqs.receive_message(
            QueueUrl=queue, MaxNumberOfMessages=1, VisibilityTimeout=_HIDDEN_SECONDS, WaitTimeSeconds=1,
            AttributeNames=["SentTimestamp"], MessageAttributeNames=["All"],
        )  # fmt: skip
        return next(iter(found.get("Messages", [])), None)

    def _handled(self, message: Mapping[str, Any]) -> Redriven:
        attributes = {name: each.get("StringValue", "") for name, each in message.get("MessageAttributes", {}).items()}
        letter, subject = opened(message["Body"], attributes), subject_of(message["Body"])
        to = self._receiver(letter)
        if to is None:
            return Redriven(subject, "", Outcome.KEPT, "nothing of this stage is known to have missed it")
        refused = self._refused.setdefault(to, [])
        if len(refused) >= _MOST_REFUSED:
            return Redriven(subject, to, Outcome.KEPT, refused[-1])
        try:
            outcome = self._given(letter, to, message)
        except _NotHandedOver as error:
            return Redriven(subject, to, Outcome.KEPT, str(error))
        except (_NotTaken, BotoCoreError, ClientError) as error:
            refused.append(str(error))
            return Redriven(subject, to, Outcome.KEPT, str(error))
        refused.clear()
        return Redriven(subject, to, outcome)

    def _receiver(self, letter: Letter | None) -> str | None:
        """Return whom to hand a letter to: a channel's title, a function's or topic's ARN; None where it is unknown."""
        match letter:
            case Missed():
                channel = self._subscribed.get(letter.subscription)
                return channel.title if channel else None
            case RuleEvent():
                return letter.target
            case Call():
                there = [name for name in _TAKES if any(each.logical_id.startswith(name) for each in self.resources)]
                return next((name for name in there if _reads(_TAKES[name], letter.payload)), None)
        return None

    def _given(self, letter: Letter | None, to: str, message: Mapping[str, Any]) -> Outcome:
        match letter:
            case Missed():
                channel = self._subscribed[letter.subscription]
                log = physical_id(self.resources, "AWS::Logs::LogGroup", channel.notifier)
                if fate_of(letter.message_id, log=log, since=_told_at(letter, message)) is Fate.DELIVERED:
                    return Outcome.KNOWN
                self._notify(channel, letter.event)
            case RuleEvent():
                self._as_the_rule_would(letter)
            case Call():
                self._invoke(physical_id(self.resources, "AWS::Lambda::Function", to), json.dumps(letter.payload))
        return Outcome.SENT

    def _notify(self, channel: Channel, event: Mapping[str, Any]) -> None:
        answer = self._invoke(physical_id(self.resources, "AWS::Lambda::Function", channel.notifier), json.dumps(event))
        if not answer.get("posted"):
            raise _NotTaken(f"no webhook is set for {channel.title}")

    def _as_the_rule_would(self, letter: RuleEvent) -> None:
        name = letter.rule.rpartition("/")[2]
        try:
            pages = boto3.client("events").get_paginator("list_targets_by_rule").paginate(Rule=name)
            targets = [each for page in pages for each in page["Targets"] if each["Arn"] == letter.target]
        except (BotoCoreError, ClientError) as error:
            raise _NotHandedOver(str(error)) from error
        if not targets:
            raise _NotHandedOver(f"the rule {name} has no such target any more")
        handed = rule_input(targets[0], letter.event)
        if letter.target == self.topic:
            boto3.client("sns", config=_PATIENT).publish(TopicArn=self.topic, Message=handed)
        else:
            self._invoke(letter.target, handed)

    @staticmethod
    def _invoke(function: str, payload: str) -> dict[str, Any]:
        """Call a function and wait; return what it answered. Raises `_NotTaken` if it failed."""
        done = boto3.client("lambda", config=_PATIENT).invoke(FunctionName=function, Payload=payload.encode())
        answer = json.loads(done["Payload"].read() or b"{}")
        found = answer if isinstance(answer, dict) else {}
        if done.get("FunctionError"):
            raise _NotTaken(str(found.get("errorMessage", "it ended without an answer")))
        return found

    @cached_property
    def _subscribed(self) -> dict[str, Channel]:
        return subscribed_channels(self.topic, self.resources, self.channels)


def _reads(kind: type[Payload], payload: Mapping[str, Any]) -> bool:
    try:
        kind.model_validate(payload)
    except ValidationError:
        return False
    return True


def _told_at(letter: Missed, message: Mapping[str, Any]) -> datetime:
    """Return when the topic took an alert; without that, an hour before it became a letter."""
    told = letter.event["Records"][0]["Sns"].get("Timestamp")
    if told:
        return datetime.fromisoformat(told)
    return datetime.fromtimestamp(int(message["Attributes"]["SentTimestamp"]) / 1000 - 3600, UTC)
