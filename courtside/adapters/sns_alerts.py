"""Alerts to an SNS topic: e-mail and Slack hang on it."""

import boto3

from courtside.core.alerting import Alert


class SnsAlerts:
    """One topic."""

    def __init__(self, topic_arn: str) -> None:
        self.topic_arn = topic_arn

    def publish(self, alert: Alert) -> None:
        """Send one alert to everyone subscribed."""
        boto3.client("sns").publish(TopicArn=self.topic_arn, Subject=alert.subject, Message=alert.text)
