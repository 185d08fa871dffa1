"""An in-memory topic with e-mail subscriptions, as SNS keeps them."""

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError


class FakeSns:
    """Answers what is asked about subscriptions; one is pending until `confirm` is called."""

    def __init__(self) -> None:
        self.policies: dict[str, str] = {}
        self.confirmed: set[str] = set()
        self.refuses = False

    def confirm(self, *addresses: str) -> None:
        self.confirmed |= set(addresses)

    def get_paginator(self, name: str) -> "FakeSns":
        assert name == "list_subscriptions_by_topic"
        return self

    def paginate(self, **_: str) -> Iterator[dict[str, Any]]:
        """Yield one subscription a page, and one of another protocol."""
        yield {"Subscriptions": [{"Protocol": "lambda", "Endpoint": "arn:lambda", "SubscriptionArn": "arn:lambda"}]}
        for address in list(self.policies):
            arn = f"arn:{address}" if address in self.confirmed else "PendingConfirmation"
            yield {"Subscriptions": [{"Protocol": "email", "Endpoint": address, "SubscriptionArn": arn}]}

    def get_subscription_attributes(self, *, SubscriptionArn: str) -> dict[str, Any]:  # noqa: N803 — boto3's own names
        policy = self.policies[SubscriptionArn.removeprefix("arn:")]
        return {"Attributes": {"FilterPolicy": policy} if policy else {}}

    def subscribe(self, *, Endpoint: str, Attributes: dict[str, str], **_: str) -> None:  # noqa: N803
        if self.refuses:
            raise ClientError(
                {"Error": {"Code": "FilterPolicyLimitExceeded", "Message": "Filter policy limit exceeded"}}, "Subscribe"
            )
        assert Endpoint not in self.policies
        self.policies[Endpoint] = Attributes["FilterPolicy"]

    def set_subscription_attributes(self, *, SubscriptionArn: str, AttributeName: str, AttributeValue: str) -> None:  # noqa: N803
        assert AttributeName == "FilterPolicy"
        self.policies[SubscriptionArn.removeprefix("arn:")] = AttributeValue

    def unsubscribe(self, *, SubscriptionArn: str) -> None:  # noqa: N803
        del self.policies[SubscriptionArn.removeprefix("arn:")]
