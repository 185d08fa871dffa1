"""Each alert channel has a secret with its webhook, and a function that posts to it."""

import aws_cdk as cdk
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from courtside.contracts.channels import Channel
from courtside.contracts.environment import NotifyEnv
from infra.constructs.alerts import Alerts
from infra.constructs.functions import ImageFunction
from infra.outputs import publish
from infra.stage import StageSettings


def webhook_secret(scope: Construct, channel: Channel) -> secretsmanager.Secret:
    """Return a secret with a random placeholder; the notifier reads the URL at run time, so no template holds it."""
    secret = secretsmanager.Secret(
        scope,
        f"{channel.title}Webhook",
        description=f"{channel.title} incoming webhook URL as plain text; a random placeholder until somebody puts it",
        removal_policy=cdk.RemovalPolicy.RETAIN,
    )
    resource = secret.node.default_child
    assert isinstance(resource, secretsmanager.CfnSecret)
    resource.override_logical_id(channel.secret_id)
    publish(
        scope,
        channel.secret_output,
        secret.secret_arn,
        meaning=f"Put the {channel.title} webhook URL here: aws secretsmanager put-secret-value --secret-string URL",
    )
    return secret


class Notifier(ImageFunction):
    """The function of one channel, to which the topic sends every alert.

    Each channel has a function of its own, so that an alert which one channel refuses is retried without reaching
    the others twice.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        channel: Channel,
        webhook: secretsmanager.ISecret,
        alerts: Alerts,
        settings: StageSettings,
    ) -> None:
        super().__init__(
            scope,
            channel.notifier,
            verb="notify",
            environment=NotifyEnv(channel=channel.name, webhook_secret_arn=webhook.secret_arn),
            settings=settings,
            timeout=cdk.Duration.seconds(30),
            memory_mib=512,
            dead_letter_queue=alerts.undelivered,
        )
        webhook.grant_read(self)
        alerts.deliver_to(self)
