"""An in-memory queue of dead letters, with the topic, the rules, the functions and the logs that its letters are of."""

import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from courtside.adapters.stack_resources import StackResource
from courtside.contracts.names import POSTED

TOPIC = "arn:aws:sns:eu-central-1:1:alerts"
Function = Callable[[dict[str, Any]], dict[str, Any]]


def posts(_: dict[str, Any]) -> dict[str, Any]:
    """Take an alert, as a notifier does whose channel answers."""
    return {"posted": 1}


def fails(_: dict[str, Any]) -> dict[str, Any]:
    """End with an error, as a notifier does whose channel refuses."""
    raise ConnectionError("Slack did not take the message: HTTP 403")


def resource(logical_id: str, kind: str) -> StackResource:
    return StackResource("courtside-dev-pipeline", f"{logical_id}1A2B3C4D", kind, logical_id, "CREATE_COMPLETE")


@dataclass
class FakeLetters:
    """Answers as SQS, Lambda, EventBridge, SNS and CloudWatch Logs do; a killed process is one whose `deaths` is 1.

    `rules` are the names of those that exist, None for all.
    """

    functions: dict[str, Function] = field(default_factory=dict)
    targets: list[dict[str, Any]] = field(default_factory=list)
    rules: set[str] | None = None
    waiting: list[dict[str, Any]] = field(default_factory=list)
    hidden: list[dict[str, Any]] = field(default_factory=list)
    called: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    published: list[str] = field(default_factory=list)
    log: dict[str, list[str]] = field(default_factory=dict)
    deaths: int = 0

    @property
    def resources(self) -> list[StackResource]:
        names = [*self.functions]
        return [
            resource("AlertsUndelivered", "AWS::SQS::Queue"),
            *(resource(each, "AWS::Lambda::Function") for each in names),
            *(resource(each, "AWS::Logs::LogGroup") for each in names),
        ]

    def missed(self, channel: str, message: str) -> None:
        """Leave the letter of a notifier that failed on an alert."""
        told = {"MessageId": message, "Subject": f"Courtside: {message}", "Timestamp": "2026-11-29T10:00:00.000Z"}
        record = {"EventSubscriptionArn": f"{TOPIC}:{channel}", "Sns": told}
        self.leave(json.dumps({"Records": [record]}))

    def leave(self, body: str, **attributes: str) -> None:
        number = f"l-{len(self.waiting) + len(self.hidden)}"
        self.waiting.append({
            "MessageId": number, "ReceiptHandle": number, "Body": body,
            "Attributes": {"SentTimestamp": str(int(datetime(2026, 11, 29, 10, 5, tzinfo=UTC).timestamp() * 1000))},
            "MessageAttributes": {name: {"StringValue": each} for name, each in attributes.items()},
        })  # fmt: skip

    def receive_message(self, **_: Any) -> dict[str, Any]:
        if not self.waiting:
            return {}
        self.hidden.append(self.waiting.pop(0))
        return {"Messages": [self.hidden[-1]]}

    def delete_message(self, *, ReceiptHandle: str, **_: str) -> None:  # noqa: N803 — boto3's own names
        if self.deaths:
            self.deaths -= 1
            raise KeyboardInterrupt
        self.hidden = [each for each in self.hidden if each["ReceiptHandle"] != ReceiptHandle]

    def change_message_visibility(self, *, ReceiptHandle: str, VisibilityTimeout: int, **_: str) -> None:  # noqa: N803
        assert VisibilityTimeout == 0
        self.waiting += [each for each in self.hidden if each["ReceiptHandle"] == ReceiptHandle]
        self.hidden = [each for each in self.hidden if each["ReceiptHandle"] != ReceiptHandle]

    def seen_again(self) -> None:
        """Let the time pass after which hidden letters can be received again."""
        self.waiting, self.hidden = self.hidden + self.waiting, []

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803
        event = json.loads(Payload)
        self.called.append((FunctionName, event))
        try:
            answer = self.functions[FunctionName](event)
        except ConnectionError as error:
            failed = json.dumps({"errorMessage": str(error)})
            return {"FunctionError": "Unhandled", "Payload": io.BytesIO(failed.encode())}
        if answer.get("posted"):
            message = event["Records"][0]["Sns"]["MessageId"]
            self.log.setdefault(FunctionName, []).append(json.dumps({"message": POSTED, "message_id": message}))
        return {"Payload": io.BytesIO(json.dumps(answer).encode())}

    def publish(self, *, TopicArn: str, Message: str) -> None:  # noqa: N803
        assert TopicArn == TOPIC
        self.published.append(Message)

    def get_paginator(self, name: str) -> "_Pages":
        return _Pages(self, name)


@dataclass
class _Pages:
    """The answers of one paginated call."""

    letters: FakeLetters
    name: str

    def paginate(self, **asked: Any) -> list[dict[str, Any]]:
        if self.name == "list_targets_by_rule":
            if self.letters.rules is not None and asked["Rule"] not in self.letters.rules:
                missing = {"Code": "ResourceNotFoundException", "Message": f"Rule {asked['Rule']} does not exist."}
                raise ClientError({"Error": missing}, "ListTargetsByRule")
            return [{"Targets": self.letters.targets}]
        if self.name == "filter_log_events":
            word = asked["filterPattern"].strip('"')
            lines = self.letters.log.get(asked["logGroupName"], [])
            return [{"events": [{"message": each} for each in lines if word in each]}]
        named = self.letters.functions
        found = [{"SubscriptionArn": f"{TOPIC}:{each}", "Endpoint": f"arn:lambda:{each}"} for each in named]
        return [{"Subscriptions": found}]
