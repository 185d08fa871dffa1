"""Each alert channel has a secret with its webhook, and a function that posts to it."""

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from courtside.contracts import ledger_keys
from courtside.contracts.channels import Channel
from courtside.contracts.environment import NotifyEnv
from infra.constructs.alerts import Alerts
from infra.constructs.functions import ImageFunction
from infra.constructs.ledger import grant_ledger
from infra.outputs import publish
from infra.stage import StageSettings

# A delivery after one that was killed waits for that one's lease (a minute) before it posts, with all its tries.
_TIMEOUT = cdk.Duration.minutes(2)


def webhook_secret(scope: Construct, channel: Channel) -> secretsmanager.Secret:
    """Return a secret with a random placeholder; the notifier reads the URL at run time, so no template holds it."""
    secret = secretsmanager.Secret(
        scope,
        f"{channel.title}Webhook",
        description=f"{channel.title} incoming webhook URL as plain text{', or a bot as JSON' if channel.bot else ''}; "
        "a random placeholder until somebody puts it",
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
    the others twice. It remembers in the ledger what it has said, and which message an incident's thread began with.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        channel: Channel,
        webhook: secretsmanager.ISecret,
        ledger: dynamodb.ITableV2,
        alerts: Alerts,
        settings: StageSettings,
    ) -> None:
        super().__init__(
            scope,
            channel.notifier,
            verb="notify",
            environment=NotifyEnv(
                channel=channel.name, webhook_secret_arn=webhook.secret_arn, ledger_table=ledger.table_name
            ),
            settings=settings,
            timeout=_TIMEOUT,
            memory_mib=512,
            dead_letter_queue=alerts.undelivered,
        )
        webhook.grant_read(self)
        grant_ledger(ledger, self, stage=(ledger_keys.posts(channel.name),))
        alerts.deliver_to(self)
