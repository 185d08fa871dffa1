"""Which channel a subscription to the alerts' topic is of."""

from collections.abc import Iterable, Sequence

from courtside.adapters import aws_clients
from courtside.adapters.stack_resources import StackResource
from courtside.contracts.channels import Channel


def subscribed_channels(
    topic: str, resources: Sequence[StackResource], channels: Iterable[Channel]
) -> dict[str, Channel]:
    """Return the channel whose notifier is subscribed, by the subscription's ARN."""
    notifiers = {
        each.physical_id: channel
        for channel in channels
        for each in resources
        if each.kind == "AWS::Lambda::Function" and each.logical_id.startswith(channel.notifier)
    }
    pages = aws_clients.client("sns").get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
    return {
        each["SubscriptionArn"]: notifiers[function]
        for page in pages
        for each in page["Subscriptions"]
        if (function := each["Endpoint"].rpartition(":")[2]) in notifiers
    }
