"""MLflow is private: it is reached only through an API that asks IAM, and it reads only its own password."""

import json
import re
from typing import Any

from mlflow.server.security_utils import is_allowed_host_header

from infra.constructs.mlflow_server import MLFLOW_PORT, MlflowDatabaseEnv, MlflowMigrationEnv, MlflowServerEnv
from tests.infra.granted import allowed
from tests.infra.synthesized import ROOT, SynthesizedStage, text


def _container(stage: SynthesizedStage, name: str = "mlflow") -> dict[str, Any]:
    _, task = stage.tracking.only("AWS::ECS::TaskDefinition", "Mlflow")
    containers = {container["Name"]: container for container in task["ContainerDefinitions"]}
    assert set(containers) == {"migrate", "mlflow"}
    return dict(containers[name])


def _environment(stage: SynthesizedStage, name: str = "mlflow") -> dict[str, str]:
    variables = _container(stage, name)["Environment"]
    assert isinstance(variables, list)
    return {variable["Name"]: text(variable["Value"]) for variable in variables}


def test_every_route_asks_iam_about_a_method_and_a_path(stage: SynthesizedStage) -> None:
    """Every route names a method and a path, because the ARN of `$default` may lack them and then matches no caller's
    grant.
    """
    routes = stage.of_type("AWS::ApiGatewayV2::Route")
    keys = {route["RouteKey"] for route in routes.values()}
    assert keys >= {"ANY /", "ANY /{proxy+}"}, "some requests would find no route"
    assert all(re.fullmatch(r"[A-Z]+ /\S*", key) for key in keys)
    assert all(route["AuthorizationType"] == "AWS_IAM" for route in routes.values())


def test_the_api_reaches_the_service_through_the_link_only(stage: SynthesizedStage) -> None:
    _, integration = stage.tracking.only("AWS::ApiGatewayV2::Integration")
    assert integration["ConnectionType"] == "VPC_LINK"
    assert text(integration["IntegrationUri"]).startswith("<MlflowServiceCloudmapService")
    _, link = stage.tracking.only("AWS::ApiGatewayV2::VpcLink")
    assert all("NetworkIsolated" in text(subnet) for subnet in link["SubnetIds"])
    _, discovery = stage.tracking.only("AWS::ServiceDiscovery::Service")
    assert [record["Type"] for record in discovery["DnsConfig"]["DnsRecords"]] == ["SRV"]


def test_the_api_has_one_throttled_stage_that_logs_its_callers(stage: SynthesizedStage) -> None:
    _, api_stage = stage.tracking.only("AWS::ApiGatewayV2::Stage")
    assert api_stage["StageName"] == "$default"
    assert api_stage["DefaultRouteSettings"] == {"ThrottlingBurstLimit": 200, "ThrottlingRateLimit": 100}
    logged = json.loads(api_stage["AccessLogSettings"]["Format"])
    assert logged["caller"] == "$context.identity.userArn"
    assert logged["source"] == "$context.identity.sourceIp"
    assert logged["request_id"] == "$context.requestId"


def test_mlflow_accepts_the_host_the_api_sends_and_refuses_others(stage: SynthesizedStage) -> None:
    _, integration = stage.tracking.only("AWS::ApiGatewayV2::Integration")
    sent = integration["RequestParameters"]["overwrite:header.Host"]
    hosts = _environment(stage)["MLFLOW_SERVER_ALLOWED_HOSTS"].split(",")
    assert is_allowed_host_header(hosts, sent)
    assert is_allowed_host_header(hosts, f"127.0.0.1:{MLFLOW_PORT}")
    api, _ = stage.tracking.only("AWS::ApiGatewayV2::Api")
    own_domain = f"<{api}>.execute-api.<AWS::Region>.<AWS::URLSuffix>"
    assert own_domain in hosts, "if the header were not overwritten, every request would be refused"
    for stranger in (
        "evil.example",
        f"{sent}.evil.example",
        "abc.execute-api.us-east-1.amazonaws.com",
        "10.0.0.7:5000",
        "127.0.0.1:8080",
    ):
        assert not is_allowed_host_header(hosts, stranger)
    assert not [host for host in hosts if "*" in host]


def test_the_server_is_told_only_what_its_environment_model_says(stage: SynthesizedStage) -> None:
    environment = _environment(stage)
    assert MlflowServerEnv.read(environment).as_env() == environment
    assert environment["MLFLOW_DEFAULT_ARTIFACT_ROOT"].startswith("s3://<ExportsOutputRefArtifactsBucket")


def test_the_database_login_comes_from_the_secret_field_by_field(stage: SynthesizedStage) -> None:
    of = {"PGHOST": "host::", "PGPORT": "port::", "PGUSER": "username::", "PGDATABASE": "dbname::"}
    for name, secret, expected in (
        ("migrate", "DatabaseInstanceSecretAttachment", of | {"PGPASSWORD": "password::"}),
        ("mlflow", "DatabaseServerLoginAttachment", of),
    ):
        given = {each["Name"]: text(each["ValueFrom"]) for each in _container(stage, name)["Secrets"]}
        assert {key: value.rsplit(">:", 1)[1] for key, value in given.items()} == expected
        assert all(value.startswith(f"<ExportsOutputRef{secret}") for value in given.values())


def test_the_server_can_read_its_own_password_and_no_other(stage: SynthesizedStage) -> None:
    """The server may read only its own password, and logs in with a role that owns nothing.

    Only the migration, which ends before the server starts, logs in as the master.
    """
    own = MlflowDatabaseEnv.read(_environment(stage)).database_secret_arn
    assert own == MlflowMigrationEnv.read(_environment(stage, "migrate")).server_secret_arn
    assert own.startswith("<ExportsOutputRefDatabaseServerLoginAttachment")
    assert allowed(stage.tracking, "MlflowTaskTaskRole", "secretsmanager:GetSecretValue") == {own}
    assert "COURTSIDE_DATABASE_SECRET_ARN" not in _environment(stage, "migrate")
    injected = [
        line for line in json.dumps(stage.tracking.template, indent=0).splitlines() if "assword" in line.lower()
    ]
    assert injected == ['"Name": "PGPASSWORD",', '":password::"']


def test_the_schema_is_migrated_before_the_server_starts_and_by_nobody_else(stage: SynthesizedStage) -> None:
    migration, server = _container(stage, "migrate"), _container(stage)
    assert (migration["Essential"], server["Essential"]) == (False, True)
    assert server["DependsOn"] == [{"Condition": "SUCCESS", "ContainerName": "migrate"}]
    assert migration["Command"] == ["migrate"]
    assert "Command" not in server
    assert migration["Image"] == server["Image"]


def test_the_server_is_replaced_when_it_does_not_answer(stage: SynthesizedStage) -> None:
    check = _container(stage)["HealthCheck"]
    program = check["Command"]
    assert program[:3] == ["CMD", "python", "-c"]
    assert f"127.0.0.1:{MLFLOW_PORT}/health" in program[3]
    compile(program[3], "health", "exec")
    assert (check["Interval"], check["Timeout"], check["Retries"], check["StartPeriod"]) == (30, 10, 3, 180)


def test_one_task_at_a_time_and_a_bad_deployment_rolls_back(stage: SynthesizedStage) -> None:
    logical_id, service = stage.tracking.only("AWS::ECS::Service")
    assert service["DesiredCount"] == 1
    assert service["PropagateTags"] == "SERVICE", "the tags that count its cost towards the stage's budget are missing"
    deployment = service["DeploymentConfiguration"]
    assert (deployment["MinimumHealthyPercent"], deployment["MaximumPercent"]) == (0, 100)
    assert deployment["DeploymentCircuitBreaker"] == {"Enable": True, "Rollback": True}
    assert service.get("LoadBalancers", []) == []
    depends = stage.tracking.resources[logical_id]["DependsOn"]
    assert any(other.startswith("MlflowDatabaseIngress") for other in depends)


def test_the_service_waits_until_an_accounts_first_cluster_has_its_role(stage: SynthesizedStage) -> None:
    """The service waits for the private namespace, which takes long enough for an account's first cluster to get
    its role.
    """
    cluster, _ = stage.tracking.only("AWS::ECS::Cluster")
    namespace, _ = stage.tracking.only("AWS::ServiceDiscovery::PrivateDnsNamespace")
    discovery, properties = stage.tracking.only("AWS::ServiceDiscovery::Service")
    _, service = stage.tracking.only("AWS::ECS::Service")
    assert stage.tracking.resources[namespace]["DependsOn"] == [cluster]
    assert text(properties["NamespaceId"]) == f"<{namespace}.Id>"
    assert text(service["ServiceRegistries"][0]["RegistryArn"]) == f"<{discovery}.Arn>"


def test_sizes_and_platform_follow_the_stage(dev: SynthesizedStage, prod: SynthesizedStage) -> None:
    sizes = []
    for stage in (dev, prod):
        _, task = stage.tracking.only("AWS::ECS::TaskDefinition", "Mlflow")
        sizes.append((task["Cpu"], task["Memory"]))
        assert task["RuntimePlatform"]["CpuArchitecture"] == "ARM64"
    assert sizes == [("256", "1024"), ("512", "2048")]


def test_image_and_task_are_built_for_the_same_platform(stage: SynthesizedStage) -> None:
    platforms = set()
    for part in ("tracking", "pipeline"):
        name = f"courtside-{'dev' if 'dev' in str(stage.assembly) else 'prod'}-{part}"
        assets = json.loads((stage.assembly / f"{name}.assets.json").read_text())
        platforms |= {image["source"]["platform"] for image in assets["dockerImages"].values()}
    assert platforms == {"linux/arm64"}
    functions = stage.of_type("AWS::Lambda::Function").values()
    assert all(function["Architectures"] == ["arm64"] for function in functions)


def test_the_server_keeps_a_connection_longer_than_the_api_reuses_it() -> None:
    """The server keeps an idle connection open longer than API Gateway reuses it.

    By default uvicorn hangs up after 5 s, and a request that API Gateway sends at that moment is answered with 503.
    """
    assert 'MLFLOW_UVICORN_OPTS="--timeout-keep-alive 75"' in (ROOT / "mlflow_image/Dockerfile").read_text()


def test_the_port_the_task_opens_is_the_one_the_image_listens_on(stage: SynthesizedStage) -> None:
    assert _container(stage)["PortMappings"] == [{"ContainerPort": MLFLOW_PORT, "Protocol": "tcp"}]
    assert f"MLFLOW_PORT={MLFLOW_PORT}" in (ROOT / "mlflow_image/Dockerfile").read_text()
