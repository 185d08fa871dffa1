"""Every alert goes through one topic to e-mail and to the channels with a webhook."""

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from courtside.contracts.channels import Channel

RUNBOOKS = "docs/runbooks.md"


def what_to_do(runbook: str) -> str:
    """Return the sentence that ends every alert and names the heading of its runbook."""
    return f"What to do: {RUNBOOKS}#{runbook}"


def dead_letter_queue(scope: Construct, construct_id: str) -> sqs.Queue:
    """Return an encrypted, TLS-only queue that keeps what could not be delivered for 14 days."""
    return sqs.Queue(
        scope,
        construct_id,
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=True,
        retention_period=cdk.Duration.days(14),
    )


def alert_key(scope: Construct, construct_id: str) -> kms.Key:
    """Return the key of a topic that AWS's own services publish to.

    AWS's key for SNS costs nothing, but we cannot change its policy, which admits no service: alarms, rules and budgets
    would fall silent, without an error anywhere. A key of our own is $1 a month; dev's $31 has room for it.
    https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
    """
    key = kms.Key(
        scope,
        construct_id,
        description="Courtside: encrypts alerts until they are delivered",
        # A rotation costs another $1 a month from then on; what it would protect is delivered within minutes.
        enable_key_rotation=True,
        rotation_period=cdk.Duration.days(2560),
        # Nothing is stored under it, so it is deleted with the topic, after the shortest wait that AWS allows.
        removal_policy=cdk.RemovalPolicy.DESTROY,
        pending_window=cdk.Duration.days(7),
    )
    ours = {"StringEquals": {"aws:SourceAccount": cdk.Stack.of(scope).account}}
    # EventBridge does not say on whose behalf it asks, so under a condition it could not send.
    for service, conditions in (("cloudwatch", ours), ("budgets", ours), ("events", None)):
        key.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal(f"{service}.amazonaws.com")],
                actions=["kms:Decrypt", "kms:GenerateDataKey*"],
                resources=["*"],
                conditions=conditions,
            )
        )
    return key


class Alerts(Construct):
    """The alert topic, its subscribers, and the queue of what never arrived."""

    def __init__(
        self, scope: Construct, construct_id: str, *, emails: tuple[str, ...], channels: tuple[Channel, ...]
    ) -> None:
        super().__init__(scope, construct_id)
        self.alarms: list[cloudwatch.IAlarm] = []
        self.topic = sns.Topic(
            self, "Topic", display_name="Courtside", enforce_ssl=True, master_key=alert_key(self, "Key")
        )
        self.undelivered = dead_letter_queue(self, "Undelivered")
        self._let_alarms_publish()
        self.when_not_empty(
            self.undelivered,
            construct_id="AlertUndelivered",
            meaning="An alert did not reach a channel or this topic, or a stopped retraining could not give its lock "
            "back; the message waits in the dead letter queue",
            runbook="alert-undelivered",
        )
        for email in emails:
            self.topic.add_subscription(subscriptions.EmailSubscription(email))
        if not emails:
            self._warn_about_silence(channels)

    def deliver_to(self, notifier: lambda_.IFunction) -> None:
        """Send every alert to a function; what it cannot take is kept in `undelivered`."""
        self.topic.add_subscription(subscriptions.LambdaSubscription(notifier, dead_letter_queue=self.undelivered))

    def when_not_empty(self, queue: sqs.IQueue, *, construct_id: str, meaning: str, runbook: str) -> None:
        """Alert when a dead letter queue holds anything."""
        self.when(
            queue.metric_approximate_number_of_messages_visible(period=cdk.Duration.minutes(5)),
            construct_id=construct_id,
            meaning=meaning,
            runbook=runbook,
        )

    def when(
        self,
        metric: cloudwatch.IMetric,
        *,
        construct_id: str,
        meaning: str,
        runbook: str,
        limit: float = 1,
        below: bool = False,
        periods: int = 1,
        missing_is_bad: bool = False,
        enabled: bool = True,
    ) -> cloudwatch.Alarm:
        """Alert when a metric is at or over its limit (`below`: under it) for that many periods.

        `runbook` is the heading of docs/runbooks.md that says what to do. AWS bills alarms by the metric, so each alarm
        watches one.
        """
        operators = cloudwatch.ComparisonOperator
        missing = cloudwatch.TreatMissingData
        alarm = cloudwatch.Alarm(
            self,
            construct_id,
            metric=metric,
            threshold=limit,
            evaluation_periods=periods,
            comparison_operator=operators.LESS_THAN_THRESHOLD
            if below
            else operators.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=missing.BREACHING if missing_is_bad else missing.NOT_BREACHING,
            alarm_description=f"{meaning}. {what_to_do(runbook)}",
            actions_enabled=enabled,
        )
        alarm.add_alarm_action(actions.SnsAction(self.topic))
        self.alarms.append(alarm)
        return alarm

    def _let_alarms_publish(self) -> None:
        # A topic with a policy of its own loses the default one, which is what lets CloudWatch in.
        self.topic.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[self.topic.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": cdk.Stack.of(self).account}},
            )
        )

    def _warn_about_silence(self, channels: tuple[Channel, ...]) -> None:
        titles = " and ".join(channel.title for channel in channels)
        heard = f"only {titles}, once a webhook is put into the secret, hears" if channels else "nobody hears"
        cdk.Annotations.of(self).add_warning_v2(
            "courtside:no-alert-emails", f"{heard} alerts: set alert_emails in infra/settings.py"
        )
