"""Alerts to an SNS topic, to which e-mail and Slack are subscribed."""

import boto3
from botocore.config import Config

from courtside.contracts.names import MODEL_ATTRIBUTE
from courtside.core.alerting import Alert

# Whoever sends an alert holds a claim while its lease lasts, so sending must have ended or failed before that.
_IMPATIENT = Config(connect_timeout=3, read_timeout=5, retries={"total_max_attempts": 2, "mode": "standard"})


class SnsAlerts:
    """The alerts of one model, in its stage's topic."""

    def __init__(self, topic_arn: str, model: str) -> None:
        self.topic_arn = topic_arn
        self.model = model

    def publish(self, alert: Alert) -> None:
        """Send one alert to everyone subscribed."""
        boto3.client("sns", config=_IMPATIENT).publish(
            TopicArn=self.topic_arn,
            Subject=alert.subject,
            Message=alert.text,
            MessageAttributes={MODEL_ATTRIBUTE: {"DataType": "String", "StringValue": self.model}},
        )
