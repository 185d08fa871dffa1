"""The network: nothing in it costs by the hour."""

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_s3 as s3
from constructs import Construct

NETWORK_CIDR = "10.0.0.0/16"


def closed_network(scope: Construct, construct_id: str, *, flow_logs: s3.IBucket | None = None) -> ec2.Vpc:
    """Return public subnets for tasks with public addresses and isolated ones for the database; no NAT.

    Two zones, which keeps synth offline; traffic to S3 takes the gateway endpoint, which is free. With a bucket for
    `flow_logs`, every connection that a security group refuses is written there.
    """
    vpc = ec2.Vpc(
        scope,
        construct_id,
        ip_addresses=ec2.IpAddresses.cidr(NETWORK_CIDR),
        max_azs=2,
        nat_gateways=0,
        subnet_configuration=[
            ec2.SubnetConfiguration(name="Public", subnet_type=ec2.SubnetType.PUBLIC, map_public_ip_on_launch=False),
            ec2.SubnetConfiguration(name="Isolated", subnet_type=ec2.SubnetType.PRIVATE_ISOLATED),
        ],
    )
    vpc.add_gateway_endpoint("S3", service=ec2.GatewayVpcEndpointAwsService.S3)
    if flow_logs is not None:
        vpc.add_flow_log(
            "Refused",
            destination=ec2.FlowLogDestination.to_s3(flow_logs, "network/"),
            traffic_type=ec2.FlowLogTrafficType.REJECT,
        )
    return vpc
