"""Pass SNS messages on to this function's channel."""

from typing import Any

from courtside.bootstrap import functions
from courtside.contracts.names import NO_WEBHOOK, POSTED
from courtside.telemetry import LambdaContext, instrumented, logger


@instrumented
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Post every message of an SNS event; an unset webhook is reported in the log and is not a failure."""
    tell = functions.notifier()
    if tell is None:
        logger.warning("%s; put its address into the secret that the stack's output names", NO_WEBHOOK)
        return {"posted": 0}
    messages = [record["Sns"] for record in event["Records"]]
    for message in messages:
        tell(subject=message.get("Subject") or "", body=message["Message"], delivery=message["MessageId"])
        logger.info(POSTED, extra={"message_id": message["MessageId"]})
    return {"posted": len(messages)}
