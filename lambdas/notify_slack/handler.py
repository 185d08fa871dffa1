"""SNS → Slack."""

import json
from typing import Any

from courtside import bootstrap
from courtside.telemetry import LambdaContext, instrumented, logger


@instrumented
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Post every message of an SNS event; an unset webhook is reported in the log and is not a failure."""
    post = bootstrap.slack()
    if post is None:
        logger.warning("no Slack webhook is set; put its address into the secret of the stack's output")
        return {"posted": 0}
    messages = [record["Sns"] for record in event["Records"]]
    for message in messages:
        post(subject=message.get("Subject") or "Courtside", text=_plain(message["Message"]))
        logger.info("posted to Slack", extra={"message_id": message["MessageId"]})
    return {"posted": len(messages)}


def _plain(text: str) -> str:
    # EventBridge passes a sentence on as a JSON string, quotes included.
    return str(json.loads(text)) if text.startswith('"') and text.endswith('"') else text
