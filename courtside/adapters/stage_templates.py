"""The templates that a stage's stacks were deployed from, as CloudFormation keeps them."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from courtside.adapters import aws_clients
from courtside.adapters.deployment import reaching_aws
from courtside.contracts.names import STACKS, stack_name
from courtside.contracts.templates.resources import Resource, resources_of

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient


@dataclass(frozen=True)
class StageTemplates:
    """A stage's stacks; nothing is contacted yet. Both answers raise `AwsUnusable`."""

    stage: str

    @property
    def region(self) -> str:
        """The region that this process works in, where the stacks are."""
        return self._formation.meta.region_name

    def resources(self) -> list[Resource]:
        """Return the resources of all stacks of the stage."""
        names = [stack_name(self.stage, stack) for stack in STACKS]
        with reaching_aws():
            templates = {name: self._formation.get_template(StackName=name)["TemplateBody"] for name in names}
        return [each for name, template in templates.items() for each in resources_of(name, template)]

    @cached_property
    def _formation(self) -> "CloudFormationClient":
        with reaching_aws():
            return aws_clients.client("cloudformation")
