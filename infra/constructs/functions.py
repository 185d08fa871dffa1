"""Every function runs from the functions' image, or from the training's if it opens models."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from courtside.contracts.environment import Environment, TelemetryEnv
from infra.assets import function_code, lambda_architecture
from infra.constructs.logs import log_group
from infra.stage import StageSettings


class ImageFunction(lambda_.DockerImageFunction):
    """`lambdas/<verb>/handler.py` with its environment models, log retention and, if asynchronous, a dead letter queue.

    It runs outside the VPC: everything it calls is a public AWS API that asks IAM.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        verb: str,
        environment: Environment,
        settings: StageSettings,
        timeout: cdk.Duration,
        memory_mib: int = 1024,
        disk_mib: int | None = None,
        dead_letter_queue: sqs.IQueue | None = None,
    ) -> None:
        own_log = log_group(scope, f"{construct_id}Logs", retention_days=settings.log_retention_days)
        super().__init__(
            scope,
            construct_id,
            code=function_code(scope, verb=verb, settings=settings),
            architecture=lambda_architecture(settings.architecture),
            environment={**environment.as_env(), **TelemetryEnv(stage=settings.stage, service=verb).as_env()},
            timeout=timeout,
            memory_size=memory_mib,
            ephemeral_storage_size=cdk.Size.mebibytes(disk_mib) if disk_mib else None,
            log_group=own_log,
            tracing=lambda_.Tracing.ACTIVE,
            dead_letter_queue=dead_letter_queue,
        )
        _write_only(self, own_log)


def _write_only(function: lambda_.Function, own_log: logs.LogGroup) -> None:
    """Let a function write only its own log, because AWSLambdaBasicExecutionRole would open every log group."""
    assert function.role is not None
    role = function.role.node.default_child
    assert isinstance(role, iam.CfnRole)
    role.managed_policy_arns = None
    own_log.grant_write(function)
