"""Alerts to an SNS topic, to which e-mail addresses and the channels' functions are subscribed.

Each protocol has its own body: functions get the whole alert as JSON, and everybody else the plain text of an e-mail.
https://docs.aws.amazon.com/sns/latest/dg/sns-send-custom-platform-specific-payloads-mobile-devices.html
"""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from botocore.config import Config

from courtside.adapters import aws_clients
from courtside.adapters.signed_pages import signed_page
from courtside.contracts.channels.message import ChannelMessage
from courtside.contracts.names import MODEL_ATTRIBUTE
from courtside.core.alerting import Alert
from courtside.core.plain_text import plain_text

if TYPE_CHECKING:
    from mypy_boto3_sns.type_defs import MessageAttributeValueTypeDef

# Whoever sends an alert holds a claim while its lease lasts, so sending must have ended or failed before that.
_IMPATIENT = Config(connect_timeout=3, read_timeout=5, retries={"total_max_attempts": 2, "mode": "standard"})


class SnsAlerts:
    """The alerts of one model, or of the whole stage where `model` is empty, in the stage's topic.

    They link pages of the bucket `pages_in`; none if it is empty.
    """

    def __init__(self, topic_arn: str, model: str, *, pages_in: str = "") -> None:
        self.topic_arn = topic_arn
        self.model = model
        self.pages_in = pages_in

    def publish(self, alert: Alert) -> None:
        """Send one alert to everyone subscribed."""
        link = signed_page(self.pages_in, alert.page) if self.pages_in and alert.page else ""
        message = alert.message(self.model, link=link)
        bodies = {"default": plain_text(message), "lambda": message.model_dump_json()}
        aws_clients.client("sns", config=_IMPATIENT).publish(
            TopicArn=self.topic_arn,
            Subject=alert.subject,
            Message=json.dumps(bodies),
            MessageStructure="json",
            MessageAttributes=_attributes(message),
        )


def _attributes(message: ChannelMessage) -> "Mapping[str, MessageAttributeValueTypeDef]":
    """Return what filters may ask for; SNS refuses an empty value, so an alert about the stage names no model."""
    named = {
        MODEL_ATTRIBUTE: message.model,
        "kind": message.kind,
        "severity": message.severity.value,
        "telling": message.telling.value,
    }
    return {name: {"DataType": "String", "StringValue": value} for name, value in named.items() if value}
