"""SNS → Slack."""

import json
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from courtside.adapters.secrets import read_secret
from courtside.adapters.slack import post_to_slack
from courtside.contracts.environment import NotifySlackEnv

logger = Logger(service="notify_slack")


@logger.inject_lambda_context
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Post every message of an SNS event; an unset webhook is said in the log and is no failure."""
    webhook = _webhook()
    if not webhook.startswith(("https://", "http://127.0.0.1:")):
        logger.warning("no Slack webhook is set; put its address into the secret of the stack's output")
        return {"posted": 0}
    messages = [record["Sns"] for record in event["Records"]]
    for message in messages:
        post_to_slack(webhook, subject=message.get("Subject") or "Courtside", text=_plain(message["Message"]))
        logger.info("posted to Slack", extra={"message_id": message["MessageId"]})
    return {"posted": len(messages)}


def _plain(text: str) -> str:
    # EventBridge hands a sentence over as a JSON string, quotes included.
    return str(json.loads(text)) if text.startswith('"') and text.endswith('"') else text


@cache
def _webhook() -> str:
    return read_secret(NotifySlackEnv.read().slack_webhook_secret_arn).strip()
