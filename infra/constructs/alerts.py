"""One topic that every alert goes through: e-mail and Slack."""

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from constructs import Construct


def dead_letter_queue(scope: Construct, construct_id: str) -> sqs.Queue:
    """Return an encrypted, TLS-only queue that keeps what could not be delivered for 14 days."""
    return sqs.Queue(
        scope,
        construct_id,
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=True,
        retention_period=cdk.Duration.days(14),
    )


class Alerts(Construct):
    """The alert topic, its subscribers, and the queue of what never arrived."""

    def __init__(self, scope: Construct, construct_id: str, *, emails: tuple[str, ...], slack_on: bool) -> None:
        super().__init__(scope, construct_id)
        self.topic = sns.Topic(self, "Topic", display_name="Courtside", enforce_ssl=True)
        self.undelivered = dead_letter_queue(self, "Undelivered")
        self._let_alarms_publish()
        self.when_not_empty(
            self.undelivered,
            construct_id="AlertUndelivered",
            meaning="An alert did not reach Slack or this topic; it waits in the dead letter queue. "
            "Check the webhook in the Slack secret and the notifier's log",
        )
        for email in emails:
            self.topic.add_subscription(subscriptions.EmailSubscription(email))
        if not emails:
            self._warn_about_silence(slack_on=slack_on)

    def deliver_to(self, notifier: lambda_.IFunction) -> None:
        """Send every alert to a function; what it cannot take is kept in `undelivered`."""
        self.topic.add_subscription(subscriptions.LambdaSubscription(notifier, dead_letter_queue=self.undelivered))

    def when_not_empty(self, queue: sqs.IQueue, *, construct_id: str, meaning: str) -> None:
        """Alert when a dead letter queue holds anything."""
        alarm = cloudwatch.Alarm(
            self,
            construct_id,
            metric=queue.metric_approximate_number_of_messages_visible(period=cdk.Duration.minutes(5)),
            threshold=1,
            evaluation_periods=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            alarm_description=meaning,
        )
        alarm.add_alarm_action(actions.SnsAction(self.topic))

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

    def _warn_about_silence(self, *, slack_on: bool) -> None:
        heard = "only Slack, once its webhook is put into the secret, hears" if slack_on else "nobody hears"
        cdk.Annotations.of(self).add_warning_v2(
            "courtside:no-alert-emails", f"{heard} alerts: set alert_emails in infra/settings.py"
        )
