"""Functions, containers and machines."""

from collections.abc import Iterator
from typing import Any

from courtside.contracts.templates.resources import Resource, Resources
from courtside.core.costs.charges import Charge, NoRule
from courtside.core.costs.runs import minutes_per_run, runs, users
from courtside.core.costs.usage import Usage

MIB_PER_GB = 1024
CPU_UNITS_PER_VCPU = 1024
DEFAULT_FUNCTION_MIB = 128
FREE_FUNCTION_DISK_MIB = 512
FREE_EPHEMERAL_GIB = 20


def function(resource: Resource, stage: Resources, usage: Usage) -> Iterator[Charge]:
    """Requests, and memory and disk by the second; https://aws.amazon.com/lambda/pricing/."""
    arm = "arm64" in resource.properties.get("Architectures", ())
    times = runs(resource, stage, usage)
    gigabytes = float(resource.properties.get("MemorySize", DEFAULT_FUNCTION_MIB)) / MIB_PER_GB
    yield Charge(resource=resource.name, service="Lambda", price="lambda_request", quantity=times)
    yield Charge(
        resource=resource.name,
        service="Lambda",
        price="lambda_arm_gb_second" if arm else "lambda_x86_gb_second",
        quantity=times * usage.function_seconds * gigabytes,
        basis=f"{times:g} runs of {usage.function_seconds:g} s",
    )
    disk_mib = float(resource.properties.get("EphemeralStorage", {}).get("Size", FREE_FUNCTION_DISK_MIB))
    if disk_mib > FREE_FUNCTION_DISK_MIB:
        yield Charge(
            resource=resource.name,
            service="Lambda",
            price="lambda_disk_gb_second",
            quantity=times * usage.function_seconds * (disk_mib - FREE_FUNCTION_DISK_MIB) / MIB_PER_GB,
        )


def service(resource: Resource, stage: Resources, usage: Usage) -> Iterator[Charge]:
    """The tasks of an ECS service, all month, with their public addresses."""
    properties = resource.properties
    definitions = stage.referred(resource.stack, properties.get("TaskDefinition"))
    if len(definitions) != 1 or properties.get("LaunchType") != "FARGATE":
        raise NoRule("only services on Fargate with one task definition of the stage have a rule")
    task_hours = float(properties.get("DesiredCount", 1)) * usage.hours
    yield from _fargate(
        resource.name, definitions[0], task_hours, basis=f"{task_hours / usage.hours:g} tasks all month"
    )
    network = properties.get("NetworkConfiguration", {}).get("AwsvpcConfiguration", {})
    if network.get("AssignPublicIp") == "ENABLED":
        yield _public_address(resource.name, task_hours)


def task_definition(resource: Resource, stage: Resources, usage: Usage) -> Iterator[Charge]:
    """Tasks that run and end; what a service keeps running is that service's."""
    if any(user.kind == "AWS::ECS::Service" for user in users(resource, stage)):
        return
    times, minutes = runs(resource, stage, usage), minutes_per_run(resource, stage, usage)
    hours = times * minutes / 60
    yield from _fargate(resource.name, resource, hours, basis=f"{times:g} runs of {minutes:g} min")
    # Without a NAT every task has a public address, and pays for it while it runs.
    yield _public_address(resource.name, hours)


def _fargate(name: str, definition: Resource, hours: float, *, basis: str) -> Iterator[Charge]:
    """https://aws.amazon.com/fargate/pricing/: vCPU and memory by the second; the first 20 GB of disk are free."""
    properties = definition.properties
    if properties.get("EphemeralStorage", {}).get("SizeInGiB", FREE_EPHEMERAL_GIB) > FREE_EPHEMERAL_GIB:
        raise NoRule("ephemeral storage above 20 GiB has no rule")
    arm = properties.get("RuntimePlatform", {}).get("CpuArchitecture") == "ARM64"
    processor = "arm" if arm else "x86"
    vcpus, gigabytes = float(properties["Cpu"]) / CPU_UNITS_PER_VCPU, float(properties["Memory"]) / MIB_PER_GB
    for kind, amount in (("vcpu_hour", vcpus), ("gb_hour", gigabytes)):
        yield Charge(
            resource=name,
            service="Fargate",
            price=f"fargate_{processor}_{kind}",
            quantity=amount * hours,
            basis=basis if kind == "vcpu_hour" else "",
        )


def instance(resource: Resource, _: Resources, usage: Usage) -> Iterator[Charge]:
    """An EC2 machine that is always on, its disks and its public address."""
    properties = resource.properties
    yield Charge(
        resource=resource.name, service="EC2", price=f"ec2_{properties['InstanceType']}_hour", quantity=usage.hours
    )
    for disk in properties.get("BlockDeviceMappings", ()):
        volume = disk["Ebs"]
        yield Charge(
            resource=resource.name,
            service="EC2",
            price=f"ebs_{volume['VolumeType']}_gb_month",
            quantity=float(volume["VolumeSize"]),
        )
    if any(interface.get("AssociatePublicIpAddress") for interface in properties.get("NetworkInterfaces", ())):
        yield _public_address(resource.name, usage.hours)


def managed_tracking_server(resource: Resource, _: Resources, usage: Usage) -> Iterator[Charge]:
    """SageMaker's MLflow by the hour that it is up; its storage is left out."""
    size: Any = resource.properties.get("TrackingServerSize", "Small")
    yield Charge(
        resource=resource.name,
        service="SageMaker",
        price=f"sagemaker_mlflow_{str(size).lower()}_hour",
        quantity=usage.hours,
    )


def _public_address(name: str, hours: float) -> Charge:
    return Charge(resource=name, service="VPC", price="public_ipv4_hour", quantity=hours)
