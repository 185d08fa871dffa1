"""MLflow is reached only through an HTTP API that asks IAM about every request."""

import json
import re

import aws_cdk as cdk
from aws_cdk import aws_apigatewayv2 as apigw
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.constructs import tracking_routes
from infra.constructs.logs import vended_log_group
from infra.constructs.mlflow_server import MLFLOW_HOST_HEADER, MLFLOW_PORT, MlflowServer
from infra.constructs.network import INNER_SUBNETS, NETWORK_CIDR
from infra.stage import LogRetentionDays

_ACCESS_LOG = {
    "time": "$context.requestTime",
    "request_id": "$context.requestId",
    "source": "$context.identity.sourceIp",
    "caller": "$context.identity.userArn",
    "method": "$context.httpMethod",
    "path": "$context.path",
    "status": "$context.status",
    "latency_ms": "$context.responseLatency",
    "error": "$context.error.message",
    "integration_error": "$context.integrationErrorMessage",
}


# This is not `$default`, because AWS does not document which ARN IAM is asked about for that route. If it has the two
# segments that are documented for a function's permission (`$default/$default`), no grant by method and path matches
# it.
_EVERYTHING = ("/", "/{proxy+}")


_PARAMETER = re.compile(r"\{[^}]+\}")


class PrivateApi(Construct):
    """IAM-authorised HTTP API → VPC link → Cloud Map → MLflow, without a load balancer or a NAT gateway.

    Callers sign for `execute-api`. The service limits requests to 30 s and 10 MB, so artifacts go to S3 directly.
    """

    def __init__(self, scope: Construct, construct_id: str, *, log_retention_days: LogRetentionDays) -> None:
        super().__init__(scope, construct_id)
        self._api = apigw.HttpApi(
            self,
            "Api",
            description="MLflow tracking, IAM authorised",
            create_default_stage=False,
            default_authorizer=authorizers.HttpIamAuthorizer(),
        )
        self._server: integrations.HttpServiceDiscoveryIntegration | None = None
        self._add_stage(log_retention_days)

    def lead_to(self, server: MlflowServer, *, vpc: ec2.IVpc) -> None:
        """Send every request to the server, through a link that only the server admits."""
        self._server = self._integration(vpc=vpc, server=server)
        for path in _EVERYTHING:
            self.add_route(path)
        for route in tracking_routes.ALL:
            method, path = route.split(" ", 1)
            self.add_route(path, method=apigw.HttpMethod(method))

    def add_route(self, path: str, *, method: apigw.HttpMethod = apigw.HttpMethod.ANY) -> apigw.HttpRoute:
        """Add a route for one path of the server, which API Gateway prefers to the general ones, and return it.

        A route logs and throttles by itself; `HttpRoute.grant_invoke` opens it alone.
        """
        assert self._server is not None, "the API does not lead to a server yet: call lead_to first"
        (route,) = self._api.add_routes(path=path, methods=[method], integration=self._server)
        return route

    @property
    def host(self) -> str:
        """The API's default domain, which its callers send as their Host."""
        stack = cdk.Stack.of(self)
        return f"{self._api.api_id}.execute-api.{stack.region}.{stack.url_suffix}"

    @property
    def tracking_uri(self) -> str:
        """The MLflow tracking URI: https, no path."""
        return self._api.api_endpoint

    @property
    def api_id(self) -> str:
        """The API's id, by which its metrics are identified."""
        return self._api.api_id

    def grant_routes(self, caller: iam.IGrantable, routes: tuple[str, ...]) -> None:
        """Let a role make these calls (`METHOD path`, as `tracking_routes` lists them), and no other of this API."""
        split = (route.split(" ", 1) for route in routes)
        iam.Grant.add_to_principal(
            grantee=caller,
            actions=["execute-api:Invoke"],
            resource_arns=[self._api.arn_for_execute_api(method, _PARAMETER.sub("*", path)) for method, path in split],
        )

    def _add_stage(self, log_retention_days: LogRetentionDays) -> None:
        stage = self._api.add_stage(
            "Stage",
            stage_name="$default",
            auto_deploy=True,
            # A runaway client must not overload a server on a quarter of a vCPU.
            throttle=apigw.ThrottleSettings(rate_limit=100, burst_limit=200),
        )
        resource = stage.node.default_child
        assert isinstance(resource, apigw.CfnStage)
        resource.access_log_settings = apigw.CfnStage.AccessLogSettingsProperty(
            destination_arn=vended_log_group(
                self, "AccessLogs", service="apis", retention_days=log_retention_days
            ).log_group_arn,
            format=json.dumps(_ACCESS_LOG),
        )

    def _integration(self, *, vpc: ec2.IVpc, server: MlflowServer) -> integrations.HttpServiceDiscoveryIntegration:
        group = ec2.SecurityGroup(
            self, "LinkSecurityGroup", vpc=vpc, allow_all_outbound=False, description="VPC link to MLflow"
        )
        group.add_egress_rule(ec2.Peer.ipv4(NETWORK_CIDR), ec2.Port.tcp(MLFLOW_PORT), "MLflow")
        server.allow_from(group)
        link = apigw.VpcLink(
            self,
            "Link",
            vpc=vpc,
            subnets=INNER_SUBNETS,
            security_groups=[group],
        )
        return integrations.HttpServiceDiscoveryIntegration(
            "Mlflow",
            server.discovery,
            vpc_link=link,
            # API Gateway takes a constant here, and Host is not among its reserved headers; the server also takes the
            # API's own domain, should that be forwarded after all:
            # https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-parameter-mapping.html
            parameter_mapping=apigw.ParameterMapping().overwrite_header(
                "Host", apigw.MappingValue.custom(MLFLOW_HOST_HEADER)
            ),
        )
