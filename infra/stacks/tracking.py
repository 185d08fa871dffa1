"""The private MLflow consists of a server and the API in front of it."""

import aws_cdk as cdk
from constructs import Construct

from courtside.contracts.names import StackOutput
from infra.constructs.mlflow_server import MlflowServer
from infra.constructs.private_api import PrivateApi
from infra.constructs.tracking_copy import TrackingCopy
from infra.outputs import publish
from infra.placement import placement
from infra.stacks.data import DataStack
from infra.stage import StageSettings


class TrackingStack(cdk.Stack):
    """MLflow on Fargate behind an IAM-authorised API; it holds no data of its own."""

    def __init__(self, scope: Construct, construct_id: str, *, settings: StageSettings, data: DataStack) -> None:
        super().__init__(scope, construct_id, description="Courtside: private MLflow server", env=placement(settings))
        self.api = PrivateApi(self, "TrackingApi", log_retention_days=settings.log_retention_days)
        self.server = MlflowServer(
            self,
            "Mlflow",
            vpc=data.vpc,
            database=data.database,
            artifacts=data.artifacts,
            host=self.api.host,
            settings=settings,
        )
        self.api.lead_to(self.server, vpc=data.vpc)
        copy = TrackingCopy(self, "TrackingCopy", database=data.database, lake=data.lake, settings=settings)
        publish(
            self,
            StackOutput.TRACKING_COPY,
            copy.definition.task_definition_arn,
            meaning="`courtside tracking backup` and `courtside tracking restore` run this task",
        )
        publish(self, StackOutput.TRACKING_URI, self.api.tracking_uri, meaning="MLFLOW_TRACKING_URI (SigV4 signed)")
