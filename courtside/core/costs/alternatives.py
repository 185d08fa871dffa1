"""Other ways to run the same stage, as edits of its resources, so that one estimator prices them all."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from courtside.contracts.templates.resources import Resource, Resources

_API = ("AWS::ApiGatewayV2::", "AWS::ServiceDiscovery::")
_ZONES = ("a", "b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """A named way to run the stage."""

    name: str
    resources: tuple[Resource, ...]


def alternatives(resources: Iterable[Resource]) -> tuple[Alternative, ...]:
    """Return the stage as it is, and the shapes that public samples of MLflow on AWS have instead."""
    stage = tuple(resources)
    return (
        Alternative(name="this stage", resources=stage),
        Alternative(name="load balancer and NAT gateway", resources=_balanced(stage)),
        Alternative(name="EC2 machine that is always on, and RDS", resources=_machine(stage)),
        Alternative(name="managed MLflow (SageMaker tracking server, small)", resources=_managed(stage)),
    )


def _balanced(stage: tuple[Resource, ...]) -> tuple[Resource, ...]:
    kept = tuple(_without_address(each) for each in stage if not each.kind.startswith(_API))
    balancer = _added(
        "AWS::ElasticLoadBalancingV2::LoadBalancer", "LoadBalancer", Scheme="internet-facing", Subnets=_ZONES
    )
    return (*kept, balancer, _added("AWS::EC2::NatGateway", "NatGateway"))


def _without_address(resource: Resource) -> Resource:
    if resource.kind != "AWS::ECS::Service":
        return resource
    network = {"AwsvpcConfiguration": {"AssignPublicIp": "DISABLED"}}
    return replace(resource, properties={**resource.properties, "NetworkConfiguration": network})


def _machine(stage: tuple[Resource, ...]) -> tuple[Resource, ...]:
    machine = _added(
        "AWS::EC2::Instance",
        "Machine",
        InstanceType="t4g.small",
        BlockDeviceMappings=[{"Ebs": {"VolumeType": "gp3", "VolumeSize": 20}}],
        NetworkInterfaces=[{"AssociatePublicIpAddress": True}],
    )
    return (*_without_server(stage), machine)


def _managed(stage: tuple[Resource, ...]) -> tuple[Resource, ...]:
    every = Resources(stage)
    databases = every.of_kind("AWS::RDS::DBInstance")
    secrets = (each for db in databases for each in every.referred(db.stack, db.properties.get("MasterUserPassword")))
    gone = {each.name for each in (*databases, *secrets)}
    kept = tuple(each for each in _without_server(stage) if each.name not in gone)
    return (*kept, _added("AWS::SageMaker::MlflowTrackingServer", "TrackingServer", TrackingServerSize="Small"))


def _without_server(stage: tuple[Resource, ...]) -> tuple[Resource, ...]:
    """Return the stage without its services, what they run, and the way to them."""
    every = Resources(stage)
    services = every.of_kind("AWS::ECS::Service")
    run = (each for one in services for each in every.referred(one.stack, one.properties.get("TaskDefinition")))
    gone = {each.name for each in (*services, *run)}
    return tuple(each for each in stage if each.name not in gone and not each.kind.startswith(_API))


def _added(kind: str, logical_id: str, **properties: Any) -> Resource:
    return Resource(stack="instead", logical_id=logical_id, kind=kind, properties=properties)
