"""A function that SNS, EventBridge or Scheduler invokes is tried three times; then a dead letter is written.

Wrong in 1.5.33: they call a function once and ignore the outcome; only a caller's own asynchronous invocation is
tried again, and its dead letter is the envelope of a destination; and a function made by CloudFormation loses its
``DeadLetterConfig``. Here, as on AWS: the function keeps it, all of them invoke asynchronously, and the letter is
the event, with the error beside it
(https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html). The pauses between tries are
seconds, not minutes.
"""

import json
from typing import Any
from uuid import uuid4

from embedded_aws.patches.context import PatchContext
from embedded_aws.patches.dead_letters import send_dead_letter

_MESSAGE_LIMIT = 1024


def patch(_: PatchContext) -> None:
    """Invoke asynchronously wherever stock ministack calls directly, and write the letters as AWS does."""
    from ministack.services import eventbridge, lambda_svc, sns

    stock_route = lambda_svc._route_async_failure  # noqa: SLF001

    def route(target: str, name: str, event: Any, result: dict[str, Any]) -> None:
        function = lambda_svc._functions.get(name) or {}  # noqa: SLF001
        letters = (function.get("config", {}).get("DeadLetterConfig") or {}).get("TargetArn")
        if target != letters or ":sqs:" not in target:
            stock_route(target, name, event, result)
            return
        body = result.get("body")
        said = str(body.get("errorMessage", "")) if isinstance(body, dict) else ""
        attributes = {"RequestID": str(uuid4()), "ErrorCode": "200", "ErrorMessage": said[:_MESSAGE_LIMIT] or "unknown"}
        send_dead_letter(target, json.dumps(event), attributes)

    def invoke(reference: str, event: Any) -> None:
        function, config, _name = lambda_svc._get_func_record_for_ref(reference)  # noqa: SLF001
        if function and config:
            lambda_svc.invoke_async_with_retry(lambda_svc._execution_record_for_config(function, config), event)  # noqa: SLF001

    def from_topic(endpoint: str, envelope: str, _topic: str, subscription: str, *_: Any) -> None:
        record = {
            "EventVersion": "1.0",
            "EventSubscriptionArn": subscription,
            "EventSource": "aws:sns",
            "Sns": json.loads(envelope),
        }
        invoke(endpoint, {"Records": [record]})

    def from_bus(arn: str, payload: str) -> None:
        try:
            event = json.loads(payload)
        except ValueError:
            event = {"body": payload}
        invoke(arn, event)

    _keep_dead_letter_config()
    lambda_svc._route_async_failure = route  # noqa: SLF001
    sns._deliver_to_lambda = from_topic  # noqa: SLF001
    eventbridge._dispatch_to_lambda = from_bus  # noqa: SLF001


def _keep_dead_letter_config() -> None:
    from ministack.services import lambda_svc
    from ministack.services.cloudformation import provisioners

    handler = provisioners._RESOURCE_HANDLERS["AWS::Lambda::Function"]  # noqa: SLF001
    stock_create, stock_update = handler["create"], handler["update"]

    def kept(made: Any, properties: dict[str, Any]) -> Any:
        config = lambda_svc._functions[made[0]]["config"]  # noqa: SLF001
        config["DeadLetterConfig"] = properties.get("DeadLetterConfig") or {}
        return made

    def create(logical_id: str, properties: dict[str, Any], stack: str) -> Any:
        return kept(stock_create(logical_id, properties, stack), properties)

    def update(physical_id: str, old: dict[str, Any], new: dict[str, Any], *rest: Any, **named: Any) -> Any:
        return kept(stock_update(physical_id, old, new, *rest, **named), new)

    handler["create"], handler["update"] = create, update
