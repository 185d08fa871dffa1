"""The resources of stacks: those of a stage, and those that were deleted."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from courtside.adapters import aws_clients
from courtside.contracts.names import STACKS, stack_name


@dataclass(frozen=True, slots=True)
class StackResource:
    """One resource of a stack, with its names in the template and in AWS."""

    stack: str
    logical_id: str
    kind: str
    physical_id: str
    status: str


def stack_resources(stack: str) -> list[StackResource]:
    """Return the resources of a stack that exists."""
    pages = aws_clients.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack)
    return [_resource(stack, each) for page in pages for each in page["StackResourceSummaries"]]


def physical_id(resources: Sequence[StackResource], kind: str, starting: str) -> str:
    """Return the name in AWS of the only resource of a kind whose logical id begins so."""
    return next(each.physical_id for each in resources if each.kind == kind and each.logical_id.startswith(starting))


def deleted_resources(stacks: Sequence[str]) -> list[StackResource]:
    """Return what became of the resources of deleted stacks with these names; AWS remembers it for 90 days."""
    cloudformation = aws_clients.client("cloudformation")
    pages = cloudformation.get_paginator("list_stacks").paginate(StackStatusFilter=["DELETE_COMPLETE"])
    deleted = [each for page in pages for each in page["StackSummaries"] if each["StackName"] in stacks]
    return [resource for each in deleted for resource in _last_events(each["StackName"], each["StackId"])]


def stages_of_90_days() -> list[str]:
    """Return the stages that are here or were here in the last 90 days, which is as long as AWS remembers them."""
    of_a_stage = re.compile(stack_name("([a-z0-9]+)", STACKS[0]))
    pages = aws_clients.client("cloudformation").get_paginator("list_stacks").paginate()
    found = {of_a_stage.fullmatch(each["StackName"]) for page in pages for each in page["StackSummaries"]}
    return sorted({name[1] for name in found if name})


def _last_events(stack: str, stack_id: str) -> list[StackResource]:
    pages = aws_clients.client("cloudformation").get_paginator("describe_stack_events").paginate(StackName=stack_id)
    last: dict[tuple[str, str], StackResource] = {}
    for page in pages:  # newest first
        for event in page["StackEvents"]:
            resource = _resource(stack, event)
            last.setdefault((resource.logical_id, resource.physical_id), resource)
    return list(last.values())


def _resource(stack: str, told: Mapping[str, Any]) -> StackResource:
    return StackResource(
        stack,
        told["LogicalResourceId"],
        told["ResourceType"],
        told.get("PhysicalResourceId", ""),
        told["ResourceStatus"],
    )
