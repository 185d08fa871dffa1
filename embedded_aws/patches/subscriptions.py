"""SNS subscriptions of a template count as confirmed.

Wrong in 1.5.33: an http(s) subscription made by CloudFormation stays unconfirmed for ever (no confirmation is
sent), so nothing is delivered to it. Here: it is confirmed at once, because the template's author has chosen the
endpoint.
"""

from typing import Any

from embedded_aws.patches.context import PatchContext


def patch(_: PatchContext) -> None:
    """Confirm each subscription as CloudFormation creates it."""
    from ministack.services import sns
    from ministack.services.cloudformation import provisioners

    handler = provisioners._RESOURCE_HANDLERS["AWS::SNS::Subscription"]  # noqa: SLF001
    stock = handler["create"]

    def create(logical_id: str, properties: dict[str, Any], stack: str) -> Any:
        created = stock(logical_id, properties, stack)
        subscription = sns._find_subscription(properties.get("TopicArn", ""), created[0])  # noqa: SLF001
        if subscription is not None:
            subscription["confirmed"] = True
        return created

    handler["create"] = create
