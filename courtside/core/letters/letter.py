"""Dead letters of alerts, opened: a channel missed an alert, a rule missed its target, or a function failed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

SUBJECT_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Missed:
    """An alert that one subscriber of the topic missed: which one, the alert's id, and the event that tells it again.

    A function that failed leaves the event it was called with. Where SNS could not even call it, the letter is the
    notification itself, whose link to unsubscribe names the subscription
    (https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html).
    """

    subscription: str
    message_id: str
    event: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RuleEvent:
    """An event that a rule could not hand to its target.

    Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
    """

    rule: str
    target: str
    event: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """What a function that is no channel's was called with, each time in vain."""

    payload: Mapping[str, Any]


Letter = Missed | RuleEvent | Call


def opened(body: str, attributes: Mapping[str, str]) -> Letter | None:
    """Return what a letter holds, or None where it is none that Courtside's own functions, rules and topic leave."""
    found = _object(body)
    if found is None:
        return None
    if "RULE_ARN" in attributes and "TARGET_ARN" in attributes:
        return RuleEvent(attributes["RULE_ARN"], attributes["TARGET_ARN"], found)
    match found:
        case {"Records": [{"EventSubscriptionArn": str(subscription), "Sns": {"MessageId": str(message)}}]}:
            return Missed(subscription, message, found)
        case {"Type": "Notification", "MessageId": str(message), "Message": str()}:
            subscription = _subscription(str(found.get("UnsubscribeURL", "")))
            return Missed(subscription, message, _event(found, subscription))
        case {"Records": _}:
            return None
    return Call(found)


def subject_of(body: str) -> str:
    """Return what a dead letter was about: the subject of the SNS message that it holds, else its beginning."""
    match _object(body):
        case {"Records": [{"Sns": {"Subject": str(subject)}}, *_]} | {"Subject": str(subject)} if subject:
            return subject[:SUBJECT_LIMIT]
        case {"detail-type": str(kind), "source": str(source)}:
            return f"{kind} ({source})"[:SUBJECT_LIMIT]
    return body[:SUBJECT_LIMIT]


def _object(body: str) -> dict[str, Any] | None:
    try:
        found = json.loads(body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _subscription(unsubscribe: str) -> str:
    return parse_qs(urlsplit(unsubscribe).query).get("SubscriptionArn", [""])[0]


def _event(notification: Mapping[str, Any], subscription: str) -> dict[str, Any]:
    record = {"EventVersion": "1.0", "EventSource": "aws:sns", "EventSubscriptionArn": subscription}
    return {"Records": [{**record, "Sns": dict(notification)}]}
