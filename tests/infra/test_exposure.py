"""Nothing in a stage is public, unencrypted, unlimited or needlessly expensive."""

import re
from typing import Any

import pytest

from courtside.contracts.templates.references import references
from courtside.contracts.templates.resources import exports_of
from tests.infra.synthesized import SynthesizedStage, text

ANYWHERE = {"0.0.0.0/0", "::/0"}
EXPENSIVE = (
    "AWS::EC2::NatGateway",
    "AWS::EC2::EIP",
    "AWS::ElasticLoadBalancing::LoadBalancer",
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "AWS::EC2::Instance",
)
NAMES = {
    "AWS::S3::Bucket": "BucketName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::IAM::Role": "RoleName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::RDS::DBInstance": "DBInstanceIdentifier",
    "AWS::SecretsManager::Secret": "Name",
    "AWS::StepFunctions::StateMachine": "StateMachineName",
    "AWS::ECS::Cluster": "ClusterName",
    "AWS::ECS::Service": "ServiceName",
    "AWS::Events::Rule": "Name",
    "AWS::Scheduler::Schedule": "Name",
}


@pytest.mark.parametrize("resource_type", EXPENSIVE)
def test_nothing_is_charged_by_the_hour_needlessly(stage: SynthesizedStage, resource_type: str) -> None:
    assert stage.of_type(resource_type) == {}


def test_only_the_gateway_endpoint_is_used_because_interface_endpoints_cost(stage: SynthesizedStage) -> None:
    kinds = [endpoint["VpcEndpointType"] for endpoint in stage.of_type("AWS::EC2::VPCEndpoint").values()]
    assert kinds == ["Gateway"]


def _ingress(stage: SynthesizedStage) -> list[dict[str, Any]]:
    inline = [
        rule
        for group in stage.of_type("AWS::EC2::SecurityGroup").values()
        for rule in group.get("SecurityGroupIngress", [])
    ]
    return inline + list(stage.of_type("AWS::EC2::SecurityGroupIngress").values())


def test_only_two_named_pairs_may_connect_inwards(stage: SynthesizedStage) -> None:
    rules = _ingress(stage)
    assert not [rule for rule in rules if ANYWHERE & {rule.get("CidrIp"), rule.get("CidrIpv6")}]
    pairs = {(rule["FromPort"], rule["ToPort"]): text(rule["SourceSecurityGroupId"]) for rule in rules}
    assert len(rules) == len(pairs)
    assert set(pairs) == {(5000, 5000), (5432, 5432)}
    assert pairs[5000, 5000].startswith("<TrackingApiLink")
    assert pairs[5432, 5432].startswith("<MlflowSecurityGroup")


def test_outgoing_traffic_is_https_or_to_named_ports_inside_the_network(stage: SynthesizedStage) -> None:
    assert not stage.of_type("AWS::EC2::SecurityGroupEgress")
    for name, group in stage.of_type("AWS::EC2::SecurityGroup").items():
        for rule in group.get("SecurityGroupEgress", []):
            if rule.get("CidrIp") == "0.0.0.0/0":
                assert (rule["FromPort"], rule["ToPort"]) == (443, 443), name
            else:
                assert rule["CidrIp"] in {"10.0.0.0/16", "255.255.255.255/32"}, name


def test_every_log_group_has_a_retention(stage: SynthesizedStage) -> None:
    groups = stage.of_type("AWS::Logs::LogGroup")
    assert len(groups) == 25
    assert all(group["RetentionInDays"] in {30, 90} for group in groups.values())


def test_every_function_and_container_logs_to_a_group_of_ours(stage: SynthesizedStage) -> None:
    functions = stage.of_type("AWS::Lambda::Function")
    assert all("Ref" in function["LoggingConfig"]["LogGroup"] for function in functions.values())
    for task in stage.of_type("AWS::ECS::TaskDefinition").values():
        for container in task["ContainerDefinitions"]:
            assert "Ref" in container["LogConfiguration"]["Options"]["awslogs-group"]


def test_no_custom_resource_brings_a_function_of_its_own(stage: SynthesizedStage) -> None:
    types = {resource["Type"] for stack in stage.stacks for resource in stack.resources.values()}
    assert not [kind for kind in types if re.match(r"Custom::|AWS::CloudFormation::CustomResource", kind)]
    assert len(stage.of_type("AWS::Lambda::Function")) == 18


def test_queues_and_topics_accept_only_tls(stage: SynthesizedStage) -> None:
    assert all(queue["SqsManagedSseEnabled"] is True for queue in stage.of_type("AWS::SQS::Queue").values())
    policies = [*stage.of_type("AWS::SQS::QueuePolicy").values(), *stage.of_type("AWS::SNS::TopicPolicy").values()]
    assert len(policies) == 4
    for policy in policies:
        denied = [s for s in policy["PolicyDocument"]["Statement"] if s["Effect"] == "Deny"]
        assert {"Bool": {"aws:SecureTransport": "false"}} in [s["Condition"] for s in denied]


DELIVERED = {
    "tracking/TrackingApiAccessLogs": "/aws/vendedlogs/apis/courtside-",
    "pipeline/RetrainingLogs": "/aws/vendedlogs/states/courtside-",
    "pipeline/WatchLogs": "/aws/vendedlogs/states/watch/courtside-",
}


@pytest.mark.parametrize(("resource_type", "name"), NAMES.items())
def test_no_resource_has_a_physical_name(stage: SynthesizedStage, resource_type: str, name: str) -> None:
    named = [key for key, value in stage.of_type(resource_type).items() if name in value]
    assert [key for key in named if not key.startswith(tuple(DELIVERED))] == []


def test_what_aws_delivers_needs_no_policy_of_the_account(stage: SynthesizedStage) -> None:
    """Delivered logs go to names that CloudWatch admits by itself, because the account's policy is full at 5,120
    characters.

    The stack's id in each name keeps two stacks' log groups apart.
    """
    groups = stage.of_type("AWS::Logs::LogGroup")
    for start, prefix in DELIVERED.items():
        (group,) = [each for key, each in groups.items() if key.startswith(start)]
        assert text(group["LogGroupName"]).startswith(prefix)
        assert text(group["LogGroupName"]).endswith("-</2 of <AWS::StackId>>")
    (access,) = [each["AccessLogSettings"] for each in stage.of_type("AWS::ApiGatewayV2::Stage").values()]
    assert text(access["DestinationArn"]).startswith("<TrackingApiAccessLogs")
    for name in ("Retraining", "Watch"):
        _, machine = stage.pipeline.only("AWS::StepFunctions::StateMachine", name)
        (destination,) = machine["LoggingConfiguration"]["Destinations"]
        assert text(destination["CloudWatchLogsLogGroup"]["LogGroupArn"]).startswith(f"<{name}Logs")


def test_stacks_refer_to_each_other_strongly(stage: SynthesizedStage) -> None:
    """Stacks import each other's exports, so that a replacement reaches the other stack and nothing in use can be
    removed.
    """
    exported = exports_of({stack.name: stack.template for stack in stage.stacks})
    for stack in (stage.tracking, stage.pipeline):
        assert "Fn::GetStackOutput" not in str(stack.template)
        imported = {each.name for each in references(stack.template["Resources"]) if each.imported}
        assert imported
        assert imported <= exported.keys()


def test_templates_name_no_account_region_or_zone(stage: SynthesizedStage) -> None:
    written = str([stack.template for stack in stage.stacks])
    assert not re.search(r"\b\d{12}\b", written)
    assert not re.search(r"\b(us|eu|ap|sa|ca|me|af)-[a-z]+-\d[a-z]?\b", written)
