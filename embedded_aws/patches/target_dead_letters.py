"""An event that a rule or a schedule cannot deliver to its target goes to the target's dead letter queue.

Wrong in 1.5.33: a target's ``DeadLetterConfig`` is stored and never used: an event for a function, topic or queue
that is gone, or that refuses it, is logged and dropped. Here, as on AWS: it waits in that queue, with the reason
beside it (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html).
"""

import json
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from embedded_aws.patches.context import PatchContext
from embedded_aws.patches.dead_letters import send_dead_letter

_failure: ContextVar[str | None] = ContextVar("why the target that is being called was not reached", default=None)


def patch(_: PatchContext) -> None:
    """Record why a target could not be reached, and write a dead letter about it."""
    from ministack.services import eventbridge, lambda_svc, sns, sqs, stepfunctions

    stock, publish = eventbridge._invoke_target, sns.publish_internal  # noqa: SLF001

    def watching(there: Callable[[str], Any], dispatch: Callable[..., Any]) -> Callable[..., Any]:
        def watched(target: Any, *rest: Any) -> Any:
            if not there(str(target)):
                _failure.set(f"{target} does not exist")
            return dispatch(target, *rest)

        return watched

    def published(topic: str, *rest: Any, **named: Any) -> Any:
        try:
            answer = publish(topic, *rest, **named)
        except sns.SnsPublishError as error:
            _failure.set(f"{topic} refused it: {error}")
            raise
        if answer is None:
            _failure.set(f"{topic} does not exist")
        return answer

    def invoke(target: dict[str, Any], event: dict[str, Any], source: Any, *rest: Any) -> Any:
        before = _failure.set(None)
        try:
            answer = stock(target, event, source, *rest)
            said, queue = _failure.get(), (target.get("DeadLetterConfig") or {}).get("Arn")
            if said and queue:
                send_dead_letter(queue, _body(target, event), _attributes(target, source, said))
            return answer
        finally:
            _failure.reset(before)

    ways = {
        "_dispatch_to_lambda": lambda arn: lambda_svc._get_func_record_for_ref(arn)[0],  # noqa: SLF001
        "_dispatch_to_sqs": sqs._queue_by_arn,  # noqa: SLF001
        "_dispatch_to_stepfunctions": stepfunctions._resolve_state_machine_arn,  # noqa: SLF001
    }
    for name, there in ways.items():
        setattr(eventbridge, name, watching(there, getattr(eventbridge, name)))
    sns.publish_internal = published
    eventbridge._invoke_target = invoke  # noqa: SLF001


def _body(target: dict[str, Any], event: dict[str, Any]) -> str:
    # A schedule has no event of its own; it passes on its input.
    if event.get("Source") == "aws.scheduler" and "Input" in target:
        return str(target["Input"])
    return json.dumps(event, default=str)


def _attributes(target: dict[str, Any], source: Any, said: str) -> dict[str, str]:
    arn = source.get("Arn", "") if isinstance(source, dict) else ""
    return {
        "RULE_ARN": str(arn) or "unknown",
        "TARGET_ARN": str(target.get("Arn", "")),
        "ERROR_CODE": "RESOURCE_NOT_FOUND" if said.endswith("does not exist") else "SDK_CLIENT_ERROR",
        "ERROR_MESSAGE": said,
    }
