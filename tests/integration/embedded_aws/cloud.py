"""This module writes a small cloud assembly in the form of `cdk synth`, on which every patch is tried."""

import json
from pathlib import Path
from typing import Any

from tests.integration.embedded_aws import machines, sources

REPOSITORY = "cdk-hnb659fds-container-assets-${AWS::AccountId}-${AWS::Region}"
BUCKET = "cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}"
FUNCTIONS, TASKS, TRACKING = "f" * 64, "a" * 64, "b" * 64


def write(directory: Path, *, http_endpoint: str, stacks: tuple[str, ...] = ("Data", "Tracking", "Pipeline")) -> Path:
    """Write the assembly and return its directory."""
    folder = directory / "asset.context"
    for name, text in {**sources.DOCKERFILES, **sources.SOURCES}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (directory / "asset.data.txt").write_text("a file asset")
    templates = {"Data": data(), "Tracking": tracking(), "Pipeline": pipeline(http_endpoint)}
    artifacts: dict[str, Any] = {}
    # The dependencies decide the order of stacks, not their order in the file.
    for name in reversed(stacks):
        needs = [each for each in stacks if stacks.index(each) < stacks.index(name)]
        artifacts |= _stack(directory, name, templates[name], needs)
    (directory / "manifest.json").write_text(json.dumps({"version": "43.0.0", "artifacts": artifacts}))
    return directory


def _stack(directory: Path, name: str, template: dict[str, Any], needs: list[str]) -> dict[str, Any]:
    (directory / f"{name}.template.json").write_text(json.dumps(template))
    key = f"{name.lower()}.json"
    files = {
        key: _file(f"{name}.template.json", key),
        "data": _file("asset.data.txt", "data.txt"),
        "zip": _file("asset.context", "context.zip", packaging="zip"),
    }
    images = {
        tag: {
            "source": {"directory": "asset.context", "dockerFile": dockerfile},
            "destinations": {"here": {"repositoryName": REPOSITORY, "imageTag": tag}},
        }
        for tag, dockerfile in (
            (FUNCTIONS, "Dockerfile"), (TASKS, "tasks.Dockerfile"), (TRACKING, "tracking.Dockerfile"),
        )
    }  # fmt: skip
    (directory / f"{name}.assets.json").write_text(json.dumps({"files": files, "dockerImages": images}))
    return {
        name: {
            "type": "aws:cloudformation:stack",
            "properties": {
                "templateFile": f"{name}.template.json",
                "stackName": f"test-{name.lower()}",
                "stackTemplateAssetObjectUrl": f"s3://{BUCKET}/{key}",
            },
            "dependencies": [f"{name}.assets", *needs],
        },
        f"{name}.assets": {"type": "cdk:asset-manifest", "properties": {"file": f"{name}.assets.json"}},
    }


def _file(path: str, key: str, packaging: str = "file") -> dict[str, Any]:
    return {
        "source": {"path": path, "packaging": packaging},
        "destinations": {"here": {"bucketName": BUCKET, "objectKey": key}},
    }


def _image(tag: str) -> dict[str, str]:
    return {"Fn::Sub": "${AWS::AccountId}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}/" + REPOSITORY + ":" + tag}


def _at(resource: str, attribute: str = "Arn") -> dict[str, list[str]]:
    return {"Fn::GetAtt": [resource, attribute]}


def _resource(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": kind, "Properties": properties}


def _of(stack: str, output: str) -> dict[str, Any]:
    return {"Fn::GetStackOutput": {"StackName": f"test-{stack}", "OutputName": output}}


def data() -> dict[str, Any]:
    """Return a stack with a bucket, a database with a generated secret, and a security group whose rule is a
    resource of its own.
    """
    secret = {
        "SecretStringTemplate": '{"username":"mlflow"}',
        "GenerateStringKey": "password",
        "ExcludeCharacters": "\"@/\\ '",
    }
    join = {"Fn::Join": ["", ["{{resolve:secretsmanager:", {"Ref": "Secret"}, ":SecretString:password::}}"]]}
    return {
        "Parameters": {
            "BootstrapVersion": {
                "Type": "AWS::SSM::Parameter::Value<String>",
                "Default": "/cdk-bootstrap/hnb659fds/version",
            }
        },
        "Resources": {
            "Lake": {"Type": "AWS::S3::Bucket"},
            "Group": _resource("AWS::EC2::SecurityGroup", GroupDescription="database"),
            "Rule": _resource(
                "AWS::EC2::SecurityGroupIngress",
                GroupId=_at("Group", "GroupId"), IpProtocol="tcp", FromPort=5432, ToPort=5432, CidrIp="10.0.0.0/16",
            ),
            "Link": _resource("AWS::ApiGatewayV2::VpcLink", Name="link", SubnetIds=["subnet-1"]),
            "Budget": _resource("AWS::Budgets::Budget", Budget={"BudgetType": "COST", "TimeUnit": "MONTHLY"}),
            "Secret": _resource("AWS::SecretsManager::Secret", GenerateSecretString=secret),
            "Plain": _resource("AWS::SecretsManager::Secret", SecretString='{"url": "set later"}'),
            "Database": _resource(
                "AWS::RDS::DBInstance",
                Engine="postgres", DBInstanceClass="db.t4g.micro", AllocatedStorage="20", DBName="tracking",
                MasterUsername="mlflow", MasterUserPassword=join,
            ),
            "Attached": _resource(
                "AWS::SecretsManager::SecretTargetAttachment",
                SecretId={"Ref": "Secret"}, TargetId={"Ref": "Database"}, TargetType="AWS::RDS::DBInstance",
            ),
        },
        "Outputs": {
            "LakeName": {"Value": {"Ref": "Lake"}},
            "GroupId": {"Value": _at("Group", "GroupId")},
            "SecretArn": {"Value": {"Ref": "Attached"}},
            "PlainArn": {"Value": {"Ref": "Plain"}},
            "DatabaseHost": {"Value": _at("Database", "Endpoint.Address")},
            "DatabasePort": {"Value": _at("Database", "Endpoint.Port")},
            "LinkId": {"Value": {"Ref": "Link"}},
        },
    }  # fmt: skip


def _secrets() -> list[dict[str, Any]]:
    fields = {
        "PGHOST": "host",
        "PGPORT": "port",
        "PGUSER": "username",
        "PGPASSWORD": "password",
        "PGDATABASE": "dbname",
    }
    database = [
        {"Name": name, "ValueFrom": {"Fn::Join": ["", [_of("data", "SecretArn"), f":{field}::"]]}}
        for name, field in fields.items()
    ]
    return [*database, {"Name": "PLAIN", "ValueFrom": _of("data", "PlainArn")}]


def tracking() -> dict[str, Any]:
    """Return a stack that runs the real MLflow server as an ECS service on the database, behind an HTTP API."""
    container = {
        "Name": "tracking", "Image": _image(TRACKING), "Essential": True, "Secrets": _secrets(),
        "PortMappings": [{"ContainerPort": 5000}],
        "Environment": [{"Name": "PGSSLMODE", "Value": "require"}],
        "Command": ["--default-artifact-root", {"Fn::Join": ["", ["s3://", _of("data", "LakeName"), "/mlflow"]]}],
    }  # fmt: skip
    return {
        "Resources": {
            "Cluster": {"Type": "AWS::ECS::Cluster"},
            "Definition": _resource(
                "AWS::ECS::TaskDefinition",
                Family="tracking", NetworkMode="awsvpc", RequiresCompatibilities=["FARGATE"], Cpu="256", Memory="1024",
                RuntimePlatform={"CpuArchitecture": "ARM64", "OperatingSystemFamily": "LINUX"},
                ContainerDefinitions=[container],
            ),
            "Service": _resource(
                "AWS::ECS::Service",
                Cluster={"Ref": "Cluster"}, TaskDefinition={"Ref": "Definition"}, DesiredCount=1, LaunchType="FARGATE",
            ),
            "Api": _resource("AWS::ApiGatewayV2::Api", Name="tracking", ProtocolType="HTTP"),
        },
        "Outputs": {
            "Url": {"Value": {"Fn::Sub": "https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}/"}},
        },
    }  # fmt: skip


def _function(
    handler: str, *, timeout: int = 10, letters: Any = None, image: str = FUNCTIONS, start: Any = None, **variables: Any
) -> dict[str, Any]:
    dead = {} if letters is None else {"DeadLetterConfig": letters}
    started = {} if start is None else {"EntryPoint": start}
    return _resource(
        "AWS::Lambda::Function",
        PackageType="Image", Code={"ImageUri": _image(image)}, Role=_at("Role"), Timeout=timeout,
        ImageConfig={"Command": [f"functions.{handler}.handler"], **started}, Environment={"Variables": variables},
        **dead,
    )  # fmt: skip


def _subscription(protocol: str, endpoint: Any) -> dict[str, Any]:
    topic = {"Ref": "Topic"}
    return _resource("AWS::SNS::Subscription", TopicArn=topic, Protocol=protocol, Endpoint=endpoint)


def _machine(definition: dict[str, Any], **substitutions: Any) -> dict[str, Any]:
    return _resource(
        "AWS::StepFunctions::StateMachine",
        RoleArn=_at("Role"), DefinitionString={"Fn::Sub": [json.dumps(definition), substitutions]},
    )  # fmt: skip


def pipeline(http_endpoint: str) -> dict[str, Any]:
    """Return a stack with functions, a task, state machines, a topic, and the rule that hears of failures."""
    url = {"Fn::Sub": "https://abc123.execute-api.${AWS::Region}.amazonaws.com/"}
    container = {
        "Name": "training", "Image": _image(TASKS), "Essential": True, "Secrets": _secrets(),
        "Environment": [
            {"Name": "LAKE", "Value": _of("data", "LakeName")}, {"Name": "MLFLOW_TRACKING_URI", "Value": url},
        ],
        "LogConfiguration": {
            "LogDriver": "awslogs",
            "Options": {
                "awslogs-group": {"Ref": "Logs"}, "awslogs-region": {"Ref": "AWS::Region"},
                "awslogs-stream-prefix": "t",
            },
        },
    }  # fmt: skip
    trust = {"Version": "2012-10-17", "Statement": []}
    pattern = {
        "source": ["aws.states"],
        "detail-type": ["Step Functions Execution Status Change"],
        "detail": {"status": ["FAILED"], "stateMachineArn": [{"Ref": "Failing"}]},
    }
    return {
        "Resources": {
            "Role": _resource("AWS::IAM::Role", AssumeRolePolicyDocument=trust),
            "Logs": _resource("AWS::Logs::LogGroup", RetentionInDays=7),
            "Echo": _function("echo", MLFLOW_TRACKING_URI=url),
            "Refuse": _function("refuse"),
            "Letters": {"Type": "AWS::SQS::Queue"},
            "Lossy": _function("refuse", letters={"TargetArn": _at("Letters")}),
            "Broken": _function("broken"),
            "Borrowed": _function("echo", image=TASKS, start=["python", "-m", "awslambdaric"]),
            "Unstarted": _function("echo", image=TASKS),
            "Slow": _function("slow", timeout=1),
            "Linger": _function("linger", timeout=300, LAKE=_of("data", "LakeName")),
            "Record": _function("record", LAKE=_of("data", "LakeName")),
            "Cluster": {"Type": "AWS::ECS::Cluster"},
            "Definition": _resource(
                "AWS::ECS::TaskDefinition",
                Family="training", NetworkMode="awsvpc", RequiresCompatibilities=["FARGATE"], Cpu="256", Memory="512",
                ContainerDefinitions=[container],
            ),
            "Training": _machine(machines.training(), cluster=_at("Cluster"), task={"Ref": "Definition"}),
            "Gate": _machine(machines.gate(), function=_at("Refuse")),
            "Asking": _machine(machines.asking(), function=_at("Refuse")),
            "Failing": _machine({"StartAt": "End", "States": {"End": {"Type": "Fail", "Error": "E", "Cause": "why"}}}),
            "Topic": {"Type": "AWS::SNS::Topic"},
            "Http": _subscription("http", http_endpoint),
            "Lambda": _subscription("lambda", _at("Record")),
            "Heard": _resource(
                "AWS::Events::Rule", EventPattern=pattern, Targets=[{"Id": "topic", "Arn": {"Ref": "Topic"}}]
            ),
        },
        "Outputs": {
            name: {"Value": {"Ref": name}}
            for name in (
                "Echo", "Refuse", "Broken", "Slow", "Training", "Gate", "Asking", "Failing", "Topic", "Cluster", "Logs",
                "Lossy", "Letters", "Borrowed", "Unstarted", "Linger",
            )
        },
    }  # fmt: skip
