"""Who hears by e-mail about which models: one subscription an address, filtered by the attribute `model` of alerts.

Addresses of the stage's own settings are subscribed without a filter and hear everything; they are left as they are.
SNS knows one subscription an address and topic, so an address that several models name has one with all of them.
"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from courtside.adapters import aws_clients
from courtside.contracts.errors import CourtsideError
from courtside.contracts.names import MODEL_ATTRIBUTE
from courtside.workflows.stage_models import StageListing

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

MOST_MODELS = 150
"""Values of a filter: https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html"""
_AT_ONCE = 8
_FILTER = "FilterPolicy"
_PENDING, _DELETED = "PendingConfirmation", "Deleted"
"""What SNS says in place of the ARN of a subscription that is not confirmed yet, or that somebody ended."""


class SubscriptionRefused(CourtsideError):
    """An address cannot be told about its models; everything else was done."""

    def __init__(self, address: str, detail: str) -> None:
        self.address = address
        self.detail = detail
        super().__init__(
            f"{address} is not told about its models yet: {detail}. Everything else was done; run the same command "
            "again to finish"
        )


@dataclass(frozen=True, slots=True)
class Told:
    """Addresses that were sent a mail to confirm, and those that have not confirmed one of before."""

    asked: tuple[str, ...] = ()
    unconfirmed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Subscription:
    """One address of the topic; `models` is None where it hears everything, `arn` where it has not confirmed yet."""

    arn: str | None
    models: tuple[str, ...] | None = None


class ModelSubscriptions:
    """The e-mail subscriptions of one stage's topic; the client is created on first use."""

    def __init__(self, topic_arn: str) -> None:
        self.topic_arn = topic_arn

    def follow(self, listing: StageListing) -> Told:
        """Let the addresses that these models name hear of them, and no other address of a model hear anything more.

        Whoever hears of a model whose entry cannot be read goes on hearing of it. Doing it again changes nothing.
        Raises `SubscriptionRefused`.
        """
        known = self.known()
        wanted = _by_address(listing, known)
        asked = []
        for address, subscription in known.items():
            if subscription.arn and subscription.models is not None and address not in wanted:
                self._sns.unsubscribe(SubscriptionArn=subscription.arn)
        for address, names in wanted.items():
            if self._let_hear(address, names, known.get(address)):
                asked.append(address)
        unconfirmed = (each for each in wanted if each in known and known[each].arn is None)
        return Told(tuple(asked), tuple(unconfirmed))

    def _let_hear(self, address: str, names: Sequence[str], known: Subscription | None) -> bool:
        """Let an address hear of these models; return whether it was asked to confirm that."""
        if len(names) > MOST_MODELS:
            raise SubscriptionRefused(
                address, f"{len(names)} models name it, and a filter holds {MOST_MODELS}; use the stage's alert_emails"
            )
        policy = json.dumps({MODEL_ATTRIBUTE: list(names)})
        try:
            if known is None:
                self._sns.subscribe(
                    TopicArn=self.topic_arn, Protocol="email", Endpoint=address, Attributes={_FILTER: policy}
                )
            elif known.arn and known.models not in {None, tuple(names)}:
                self._sns.set_subscription_attributes(
                    SubscriptionArn=known.arn, AttributeName=_FILTER, AttributeValue=policy
                )
        except ClientError as error:
            raise SubscriptionRefused(address, error.response["Error"].get("Message", str(error))) from error
        return known is None

    def known(self) -> dict[str, Subscription]:
        """Return the topic's e-mail subscriptions by address."""
        pages = self._sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=self.topic_arn)
        found = {
            each["Endpoint"]: each["SubscriptionArn"]
            for page in pages
            for each in page["Subscriptions"]
            if each["Protocol"] == "email" and each["SubscriptionArn"] != _DELETED
        }
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return dict(zip(found, pool.map(self._of, found.values()), strict=True))

    def _of(self, arn: str) -> Subscription:
        if arn == _PENDING:
            return Subscription(None)
        attributes = self._sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
        policy = json.loads(attributes.get(_FILTER) or "{}")
        return Subscription(arn, tuple(policy[MODEL_ATTRIBUTE]) if MODEL_ATTRIBUTE in policy else None)

    @cached_property
    def _sns(self) -> "SNSClient":
        return aws_clients.client("sns")


def _by_address(listing: StageListing, known: Mapping[str, Subscription]) -> Mapping[str, Sequence[str]]:
    wanted: defaultdict[str, set[str]] = defaultdict(set)
    for model in listing.models:
        for address in model.alerts:
            wanted[address].add(model.name)
    for address, subscription in known.items():
        if unreadable := listing.unreadable.keys() & set(subscription.models or ()):
            wanted[address] |= unreadable
    return {address: sorted(names) for address, names in wanted.items()}
