"""The metrics that alarms and dashboard show are each named once here."""

from collections.abc import Mapping
from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_rds as rds
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn

from courtside.contracts.metrics import NAMESPACE, STAGE, Metric

FIVE_MINUTES = cdk.Duration.minutes(5)


def own_metric(metric: Metric, *, stage: str, statistic: str = "Sum", period: cdk.Duration) -> cloudwatch.Metric:
    """Return one of the metrics that our own processes emit, over all services of a stage."""
    return cloudwatch.Metric(
        namespace=NAMESPACE,
        metric_name=metric.value,
        dimensions_map={STAGE: stage},
        statistic=statistic,
        period=period,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The metrics of a stage.

    `unattended` maps names to the functions that are called asynchronously: nobody waits for their answers.
    """

    stage: str
    unattended: Mapping[str, lambda_.IFunction]
    machine: sfn.IStateMachine
    server: ecs.FargateService
    database: rds.IDatabaseInstance
    api_id: str
    topic: sns.ITopic

    def ours(self, metric: Metric, *, statistic: str = "Sum", period: cdk.Duration = FIVE_MINUTES) -> cloudwatch.Metric:
        """Return one of the metrics that our own processes emit, over all services of the stage."""
        return own_metric(metric, stage=self.stage, statistic=statistic, period=period)

    def training_seconds(self) -> cloudwatch.Metric:
        """Return how long the longest training took."""
        return self.ours(Metric.TRAINING_SECONDS, statistic="Maximum")

    def time_limit_used(self) -> cloudwatch.Metric:
        """Return the largest share of its time limit, in per cent, that any function took."""
        return self.ours(Metric.TIME_LIMIT_USED, statistic="Maximum")

    def running_servers(self) -> cloudwatch.Metric:
        """Return a sample per minute and running MLflow task: without Container Insights, nothing else counts tasks."""
        return self.server.metric_cpu_utilization(statistic="SampleCount", period=FIVE_MINUTES)

    def api(self, name: str, statistic: str) -> cloudwatch.Metric:
        """Return one of API Gateway's metrics of the tracking API."""
        return cloudwatch.Metric(
            namespace="AWS/ApiGateway",
            metric_name=name,
            dimensions_map={"ApiId": self.api_id},
            statistic=statistic,
            period=FIVE_MINUTES,
        )

    def undelivered(self) -> cloudwatch.Metric:
        """Return how many alerts a subscriber did not accept."""
        return self.topic.metric_number_of_notifications_failed(period=FIVE_MINUTES)
