"""What a channel's notifier logged about an alert, whose id is in every line about it."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from courtside.adapters import aws_clients
from courtside.contracts.names import NO_WEBHOOK, POSTED


class Fate(StrEnum):
    """What became of an alert in a channel."""

    DELIVERED = "delivered"
    DEAD_LETTER = "dead letter"
    NO_WEBHOOK = "no webhook"
    UNKNOWN = "unknown"


def fate_of(message: str, *, log: str, since: datetime) -> Fate:
    """Return what the notifier with this log says of an alert; what it said last counts."""
    fate = Fate.UNKNOWN
    for line in _lines(log, message, since):
        if POSTED in line:
            return Fate.DELIVERED
        if NO_WEBHOOK in line:
            fate = Fate.NO_WEBHOOK
    return fate


def _lines(log: str, message: str, since: datetime) -> Iterator[str]:
    pages = (
        aws_clients.client("logs")
        .get_paginator("filter_log_events")
        .paginate(logGroupName=log, startTime=int(since.timestamp() * 1000), filterPattern=f'"{message}"')
    )
    for page in pages:
        for event in page["events"]:
            if message in event.get("message", ""):
                yield event["message"]
