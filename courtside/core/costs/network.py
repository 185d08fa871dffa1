"""Ways in and out: the HTTP API and its namespace, and what this project does without."""

from collections.abc import Iterator

from courtside.contracts.templates.resources import Resource, Resources
from courtside.core.costs.charges import Charge, NoRule
from courtside.core.costs.usage import Usage


def http_api(resource: Resource, _: Resources, usage: Usage) -> Iterator[Charge]:
    """An HTTP API by the request; its VPC link has no price of its own."""
    if resource.properties.get("ProtocolType") != "HTTP":
        raise NoRule("only HTTP APIs have a rule")
    requests = usage.tracking_requests_per_day * usage.days
    yield Charge(resource=resource.name, service="API Gateway", price="http_api_request", quantity=requests)


def private_namespace(resource: Resource, _stage: Resources, _usage: Usage) -> Iterator[Charge]:
    """A private DNS namespace is a hosted zone of Route 53."""
    yield Charge(resource=resource.name, service="Route 53", price="hosted_zone_month", quantity=1)


def discovery_service(resource: Resource, _stage: Resources, _usage: Usage) -> Iterator[Charge]:
    """One registered task; counted although AWS may register the tasks of ECS services free of charge."""
    yield Charge(resource=resource.name, service="Cloud Map", price="registered_resource_month", quantity=1)


def vpc_endpoint(resource: Resource, _stage: Resources, _usage: Usage) -> Iterator[Charge]:
    """A gateway endpoint is free; interface endpoints cost by the hour and zone."""
    if resource.properties.get("VpcEndpointType", "Gateway") != "Gateway":
        raise NoRule("only gateway endpoints have a rule")
    yield from ()


def nat_gateway(resource: Resource, _: Resources, usage: Usage) -> Iterator[Charge]:
    """A NAT gateway by the hour and by what passes through it."""
    yield Charge(resource=resource.name, service="VPC", price="nat_hour", quantity=usage.hours)
    yield Charge(resource=resource.name, service="VPC", price="nat_gb", quantity=usage.nat_gb)


def load_balancer(resource: Resource, _: Resources, usage: Usage) -> Iterator[Charge]:
    """An application load balancer by the hour and capacity unit, with public addresses if it faces out."""
    properties = resource.properties
    if properties.get("Type", "application") != "application":
        raise NoRule("only application load balancers have a rule")
    yield Charge(resource=resource.name, service="ELB", price="alb_hour", quantity=usage.hours)
    yield Charge(
        resource=resource.name, service="ELB", price="alb_unit_hour", quantity=usage.balancer_units * usage.hours
    )
    if properties.get("Scheme") == "internet-facing":
        zones = len(properties.get("Subnets", ()))
        yield Charge(resource=resource.name, service="VPC", price="public_ipv4_hour", quantity=zones * usage.hours)


def elastic_address(resource: Resource, _: Resources, usage: Usage) -> Iterator[Charge]:
    """A public IPv4 address, used or not."""
    yield Charge(resource=resource.name, service="VPC", price="public_ipv4_hour", quantity=usage.hours)
