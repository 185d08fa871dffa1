"""A monthly budget over everything with the stage's tag alerts people before money is spent."""

import aws_cdk as cdk
from aws_cdk import aws_budgets as budgets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.constructs.alerts import RUNBOOKS
from infra.stage import StageSettings

SPENT_PERCENT, FORECAST_PERCENT = 100, 120


class MonthlyBudget(Construct):
    """Notifies the topic when the budget is spent, and when the month's forecast exceeds it by a fifth.

    It counts nothing until the account's owner activates `stage` as a cost allocation tag, which CloudFormation
    cannot do: https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/activating-tags.html
    """

    def __init__(self, scope: Construct, construct_id: str, *, topic: sns.ITopic, settings: StageSettings) -> None:
        super().__init__(scope, construct_id)
        budget = budgets.CfnBudget(
            self,
            "Month",
            budget=budgets.CfnBudget.BudgetDataProperty(
                # AWS writes the alert, and names the budget in it.
                budget_name=f"courtside {settings.stage} in {cdk.Stack.of(self).region}, see {RUNBOOKS}#over-budget",
                budget_type="COST",
                time_unit="MONTHLY",
                budget_limit=budgets.CfnBudget.SpendProperty(amount=settings.budget_usd_month, unit="USD"),
                cost_filters={"TagKeyValue": [f"user:stage${settings.stage}"]},
            ),
            notifications_with_subscribers=[
                _notification("ACTUAL", SPENT_PERCENT, topic),
                _notification("FORECASTED", FORECAST_PERCENT, topic),
            ],
        )
        # AWS Budgets refuses a topic that it may not publish to.
        budget.node.add_dependency(topic)
        topic.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("budgets.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[topic.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": cdk.Stack.of(self).account}},
            )
        )


def _notification(kind: str, percent: int, topic: sns.ITopic) -> budgets.CfnBudget.NotificationWithSubscribersProperty:
    return budgets.CfnBudget.NotificationWithSubscribersProperty(
        notification=budgets.CfnBudget.NotificationProperty(
            notification_type=kind, comparison_operator="GREATER_THAN", threshold=percent, threshold_type="PERCENTAGE"
        ),
        subscribers=[budgets.CfnBudget.SubscriberProperty(subscription_type="SNS", address=topic.topic_arn)],
    )
