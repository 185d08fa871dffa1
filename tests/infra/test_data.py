"""Buckets, database, secrets and ledger keep their data through every deployment and are closed to strangers."""

import json
from pathlib import Path

import pytest

from courtside.adapters.dynamodb_ledger import PARTITION, SORT
from courtside.contracts import lake_keys
from courtside.contracts.channels import CHANNELS
from courtside.contracts.names import StackOutput
from infra.settings import settings_for
from tests.infra.conftest import synthesize
from tests.infra.granted import allowed
from tests.infra.synthesized import SynthesizedStage, text

STATEFUL = {
    "LakeBucket": ("AWS::S3::Bucket", "Retain"),
    "ArtifactsBucket": ("AWS::S3::Bucket", "Retain"),
    "Ledger": ("AWS::DynamoDB::GlobalTable", "Retain"),
    "TrackingDatabase": ("AWS::RDS::DBInstance", "Snapshot"),
    "TrackingDatabaseSecret": ("AWS::SecretsManager::Secret", None),
    "TrackingServerSecret": ("AWS::SecretsManager::Secret", None),
    "SlackWebhookSecret": ("AWS::SecretsManager::Secret", "Retain"),
}

EXPIRING = {"LakeBucket": {"watch/": 90, "queries/": 7}, "ArtifactsBucket": {}}
"""Days after which what lies under a prefix expires."""


@pytest.mark.parametrize("logical_id", STATEFUL)
def test_stateful_resources_keep_their_logical_ids_and_outlive_the_stack(
    stage: SynthesizedStage, logical_id: str
) -> None:
    resource = stage.data.resources[logical_id]
    resource_type, policy = STATEFUL[logical_id]
    assert resource["Type"] == resource_type
    if policy:
        assert resource["DeletionPolicy"] == policy
        assert resource["UpdateReplacePolicy"] == policy


def test_all_stateful_resources_are_in_the_data_stack(stage: SynthesizedStage) -> None:
    stateful = ("AWS::S3::Bucket", "AWS::RDS::DBInstance", "AWS::SecretsManager::Secret", "AWS::DynamoDB::GlobalTable")
    for resource_type in stateful:
        assert all(key.startswith("data/") for key in stage.of_type(resource_type))


@pytest.mark.parametrize("bucket", ["LakeBucket", "ArtifactsBucket"])
def test_buckets_are_closed_encrypted_and_versioned(stage: SynthesizedStage, bucket: str) -> None:
    properties = stage.data.resources[bucket]["Properties"]
    assert properties["PublicAccessBlockConfiguration"] == {
        "BlockPublicAcls": True,
        "BlockPublicPolicy": True,
        "IgnorePublicAcls": True,
        "RestrictPublicBuckets": True,
    }
    (encryption,) = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert encryption["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    assert properties["VersioningConfiguration"] == {"Status": "Enabled"}
    assert properties["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    rule, *passing = properties["LifecycleConfiguration"]["Rules"]
    assert rule["NoncurrentVersionExpiration"]["NoncurrentDays"] == 30
    assert rule["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"] == 7
    assert "ExpirationInDays" not in rule
    assert {each["Prefix"]: each["ExpirationInDays"] for each in passing} == EXPIRING[bucket]
    assert all(each["Status"] == "Enabled" for each in passing)


def test_nothing_that_holds_data_lies_where_objects_expire() -> None:
    prefixes = [value for name, value in vars(lake_keys).items() if name.endswith("_PREFIX")]
    below = [each for each in (*prefixes, *lake_keys.all_of("watch")) if each.startswith(tuple(EXPIRING["LakeBucket"]))]
    assert below == [lake_keys.WATCH_PREFIX, lake_keys.QUERY_RESULTS_PREFIX]


@pytest.mark.parametrize("bucket", ["LakeBucket", "ArtifactsBucket"])
def test_buckets_refuse_anything_but_current_tls(stage: SynthesizedStage, bucket: str) -> None:
    policies = stage.data.of_type("AWS::S3::BucketPolicy").values()
    (policy,) = [policy for policy in policies if policy["Bucket"] == {"Ref": bucket}]
    denied = [s["Condition"] for s in policy["PolicyDocument"]["Statement"] if s["Effect"] == "Deny"]
    assert {"Bool": {"aws:SecureTransport": "false"}} in denied
    assert {"NumericLessThan": {"s3:TlsVersion": 1.2}} in denied
    assert all(s["Effect"] == "Deny" for s in policy["PolicyDocument"]["Statement"])


def test_the_database_is_private_encrypted_and_backed_up(stage: SynthesizedStage) -> None:
    database = stage.data.resources["TrackingDatabase"]["Properties"]
    assert database["PubliclyAccessible"] is False
    assert database["StorageEncrypted"] is True
    assert database["StorageType"] == "gp3"
    assert (database["EnablePerformanceInsights"], database["PerformanceInsightsRetentionPeriod"]) == (True, 7)
    assert database["BackupRetentionPeriod"] >= 7
    assert database["EngineVersion"] == "17"
    _, group = stage.data.only("AWS::RDS::DBParameterGroup")
    assert group["Parameters"] == {"rds.force_ssl": "1"}
    _, subnets = stage.data.only("AWS::RDS::DBSubnetGroup")
    assert all(subnet["Ref"].startswith("NetworkIsolated") for subnet in subnets["SubnetIds"])


def test_the_database_password_is_generated_and_in_no_template(stage: SynthesizedStage) -> None:
    secret = stage.data.resources["TrackingDatabaseSecret"]["Properties"]
    assert json.loads(secret["GenerateSecretString"]["SecretStringTemplate"]) == {"username": "mlflow"}
    assert secret["GenerateSecretString"]["GenerateStringKey"] == "password"
    database = stage.data.resources["TrackingDatabase"]["Properties"]
    assert text(database["MasterUserPassword"]).startswith("{{resolve:secretsmanager:<TrackingDatabaseSecret>")


def test_the_slack_webhook_is_in_no_template(stage: SynthesizedStage) -> None:
    secret = stage.data.resources["SlackWebhookSecret"]["Properties"]
    assert secret["GenerateSecretString"] == {}
    assert "SecretString" not in secret
    assert "hooks.slack.com" not in json.dumps([stack.template for stack in stage.stacks])


def test_deletion_protection_follows_the_stage(dev: SynthesizedStage, prod: SynthesizedStage) -> None:
    assert dev.data.resources["TrackingDatabase"]["Properties"]["DeletionProtection"] is False
    assert prod.data.resources["TrackingDatabase"]["Properties"]["DeletionProtection"] is True
    manifest = json.loads((prod.assembly / "manifest.json").read_text())
    assert manifest["artifacts"]["courtside-prod-data"]["properties"]["terminationProtection"] is True


def test_only_the_prod_database_has_a_standby(dev: SynthesizedStage, prod: SynthesizedStage) -> None:
    assert dev.data.resources["TrackingDatabase"]["Properties"]["MultiAZ"] is False
    assert prod.data.resources["TrackingDatabase"]["Properties"]["MultiAZ"] is True


def test_every_output_is_published_once(stage: SynthesizedStage) -> None:
    published = [key for stack in stage.stacks for key in stack.outputs if not key.startswith("ExportsOutput")]
    assert sorted(published) == sorted([*StackOutput, CHANNELS["slack"].secret_output])


def test_the_database_logs_logins_and_buys_no_extended_support(stage: SynthesizedStage) -> None:
    database = stage.data.resources["TrackingDatabase"]["Properties"]
    assert database["EnableCloudwatchLogsExports"] == ["postgresql"]
    assert database["EngineLifecycleSupport"] == "open-source-rds-extended-support-disabled"


def test_the_logs_that_the_database_exports_expire(stage: SynthesizedStage) -> None:
    """A schedule sets a retention for the database's logs, because RDS creates their group itself without one."""
    _, schedule = stage.pipeline.only("AWS::Scheduler::Schedule", "TrackingUpkeepDatabaseLogs")
    assert text(schedule["Target"]["Arn"]) == "arn:aws:scheduler:::aws-sdk:cloudwatchlogs:putRetentionPolicy"
    given = json.loads(text(schedule["Target"]["Input"]))
    assert given["LogGroupName"].startswith("/aws/rds/instance/<ExportsOutputRefTrackingDatabase")
    assert given["LogGroupName"].endswith("/postgresql")
    assert given["RetentionInDays"] in {30, 90}
    role = schedule["Target"]["RoleArn"]["Fn::GetAtt"][0]
    (group,) = allowed(stage.pipeline, role[:-8], "logs:PutRetentionPolicy")
    assert given["LogGroupName"] in group


def test_zones_are_named_by_ids_that_mean_the_same_in_every_account(tmp_path: Path) -> None:
    """Zones are chosen by their ids, because VPC links and Fargate are absent from some zones and `us-east-1a` is a
    different zone in each account.
    """
    zones = ("use1-az4", "use1-az6")
    stage = synthesize(settings_for("dev").model_copy(update={"zone_ids": zones}), tmp_path)
    subnets = stage.data.of_type("AWS::EC2::Subnet")
    assert all("AvailabilityZone" not in subnet for subnet in subnets.values())
    for kind in ("Public", "Isolated"):
        named = [each["AvailabilityZoneId"] for key, each in sorted(subnets.items()) if f"Network{kind}" in key]
        assert named == list(zones)


def test_without_public_subnets_for_tasks_every_task_goes_out_through_one_nat(
    dev: SynthesizedStage, tmp_path: Path
) -> None:
    stage = synthesize(settings_for("dev").model_copy(update={"private_subnets": True}), tmp_path)
    (nat,) = stage.data.of_type("AWS::EC2::NatGateway")
    routes = [route for route in stage.data.of_type("AWS::EC2::Route").values() if "NatGatewayId" in route]
    assert [route["NatGatewayId"] for route in routes] == [{"Ref": nat}] * 2
    _, service = stage.tracking.only("AWS::ECS::Service")
    _, machine = stage.pipeline.only("AWS::StepFunctions::StateMachine", "RetrainingMachine")
    states = json.loads(text(machine["DefinitionString"]))["States"]
    networks = [
        service["NetworkConfiguration"],
        *(states[name]["Arguments"]["NetworkConfiguration"] for name in ("Train", "Smoke")),
        *(
            each["Target"]["EcsParameters"]["NetworkConfiguration"]
            for each in stage.pipeline.of_type("AWS::Scheduler::Schedule").values()
            if "EcsParameters" in each["Target"]
        ),
    ]
    assert len(networks) == 6
    for network in networks:
        place = network["AwsvpcConfiguration"]
        assert place.get("AssignPublicIp", "DISABLED") == "DISABLED"
        assert all("NetworkIsolated" in str(subnet) for subnet in place["Subnets"])
    # Turning it on later adds a way out and moves no resource.
    for key, subnet in dev.data.of_type("AWS::EC2::Subnet").items():
        assert stage.data.resources[key]["Properties"]["CidrBlock"] == subnet["CidrBlock"]


def test_the_ledger_is_restorable_protected_as_set_and_paid_per_request(
    dev: SynthesizedStage, prod: SynthesizedStage
) -> None:
    for stage, protected in ((dev, False), (prod, True)):
        table = stage.data.resources["Ledger"]["Properties"]
        (replica,) = table["Replicas"]
        assert replica["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
        assert replica["DeletionProtectionEnabled"] is protected
        assert table["BillingMode"] == "PAY_PER_REQUEST"
        assert [key["AttributeName"] for key in table["KeySchema"]] == [PARTITION, SORT]
