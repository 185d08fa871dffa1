"""A notification that SNS cannot deliver to a subscriber goes to the subscription's dead letter queue.

Wrong in 1.5.33: a subscription's ``RedrivePolicy`` is stored and never used: a message for a function that is gone
is dropped; and every notification names the same subscription, which nobody has, in its link to unsubscribe. Here, as
on AWS: the notification waits in the queue that the policy names, and its link is of the subscription that missed it
(https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html). A function that fails has received its
message, so that is a dead letter of the function.
"""

import json
from typing import Any
from uuid import uuid4

from embedded_aws.patches.context import PatchContext
from embedded_aws.patches.dead_letters import send_dead_letter


def patch(_: PatchContext) -> None:
    """Look for the function before it is called; applied over the patch that calls it."""
    from ministack.services import lambda_svc, sns

    deliver = sns._deliver_to_lambda  # noqa: SLF001

    def delivered(endpoint: str, envelope: str, topic: str, subscription: str, *rest: Any) -> None:
        function, config, _name = lambda_svc._get_func_record_for_ref(endpoint)  # noqa: SLF001
        if function and config:
            deliver(endpoint, envelope, topic, subscription, *rest)
            return
        found = sns._find_subscription(topic, subscription) or {}  # noqa: SLF001
        queue = _queue(found.get("attributes", {}).get("RedrivePolicy"))
        if queue:
            attributes = {"RequestID": str(uuid4()), "ErrorCode": "404", "ErrorMessage": f"{endpoint} does not exist"}
            send_dead_letter(queue, _of(subscription, envelope), attributes)

    sns._deliver_to_lambda = delivered  # noqa: SLF001


def _of(subscription: str, envelope: str) -> str:
    notification = json.loads(envelope)
    link, _, _ = notification["UnsubscribeURL"].partition("&SubscriptionArn=")
    return json.dumps(notification | {"UnsubscribeURL": f"{link}&SubscriptionArn={subscription}"})


def _queue(policy: Any) -> str:
    """Return the queue that a redrive policy names; a template has it as an object, the API as its JSON."""
    parsed = json.loads(policy) if isinstance(policy, str) and policy else policy or {}
    return str(parsed.get("deadLetterTargetArn", ""))
