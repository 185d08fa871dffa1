"""Nothing in the network is billed by the hour, unless the stage wants its tasks without public addresses."""

from collections.abc import Iterable
from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.setting_types import ZONES
from infra.stage import StageSettings

NETWORK_CIDR = "10.0.0.0/16"
_PUBLIC, _INNER = "Public", "Isolated"
INNER_SUBNETS = ec2.SubnetSelection(subnet_group_name=_INNER)
"""The database and the private API's link are in these subnets without public addresses."""


@dataclass(frozen=True, slots=True)
class TaskPlace:
    """Where a stage's tasks run, and whether they have public addresses, without which they need a NAT gateway."""

    subnets: ec2.SubnetSelection
    public_address: bool


def place_of_tasks(settings: StageSettings) -> TaskPlace:
    """Return where every task of a stage runs; a public address admits nobody, because the security groups do not."""
    if settings.private_subnets:
        return TaskPlace(INNER_SUBNETS, public_address=False)
    return TaskPlace(ec2.SubnetSelection(subnet_type=ec2.SubnetType.PUBLIC), public_address=True)


def closed_network(
    scope: Construct, construct_id: str, *, settings: StageSettings, flow_logs: s3.IBucket | None = None
) -> ec2.Vpc:
    """Return public subnets, and inner ones for the database; traffic to S3 takes the gateway endpoint, which is free.

    The inner subnets are isolated; with `private_subnets` they lead out through one NAT gateway. Addresses and names
    stay the same, so the setting can be changed later. With a bucket for `flow_logs`, every connection that a security
    group refuses is written there.
    """
    inner = ec2.SubnetType.PRIVATE_WITH_EGRESS if settings.private_subnets else ec2.SubnetType.PRIVATE_ISOLATED
    vpc = ec2.Vpc(
        scope,
        construct_id,
        ip_addresses=ec2.IpAddresses.cidr(NETWORK_CIDR),
        max_azs=ZONES,
        nat_gateways=1 if settings.private_subnets else 0,
        subnet_configuration=[
            ec2.SubnetConfiguration(name=_PUBLIC, subnet_type=ec2.SubnetType.PUBLIC, map_public_ip_on_launch=False),
            ec2.SubnetConfiguration(name=_INNER, subnet_type=inner),
        ],
    )
    for subnets in (vpc.public_subnets, vpc.select_subnets(subnet_group_name=_INNER).subnets):
        _place(subnets, settings.zone_ids)
    vpc.add_gateway_endpoint("S3", service=ec2.GatewayVpcEndpointAwsService.S3)
    if settings.private_subnets:
        cdk.Validations.of(vpc).acknowledge(
            cdk.Acknowledgment(
                id="CloudFormation-Validate::NO_NAT_GATEWAY", reason="The stage's private_subnets ask for it"
            )
        )
    if flow_logs is not None:
        vpc.add_flow_log(
            "Refused",
            destination=ec2.FlowLogDestination.to_s3(flow_logs, "network/"),
            traffic_type=ec2.FlowLogTrafficType.REJECT,
        )
    return vpc


def _place(subnets: Iterable[ec2.ISubnet], zone_ids: tuple[str, ...]) -> None:
    """Name zones by their ids, which mean the same in every account, while `us-east-1a` is another zone in each."""
    for subnet, zone_id in zip(subnets, zone_ids, strict=False):
        resource = subnet.node.find_child("Subnet")
        assert isinstance(resource, ec2.CfnSubnet)
        resource.availability_zone = None
        resource.availability_zone_id = zone_id
