"""The stacks of a stage as CloudFormation would tell of them: one secret, unless something is wrong."""

from dataclasses import dataclass

from courtside.contracts.templates.resources import Resource

SECRET = Resource(stack="courtside-dev-data", logical_id="Secret", kind="AWS::SecretsManager::Secret", properties={})


@dataclass
class DeployedStacks:
    """Counts how often the templates were read."""

    region: str = "us-east-1"
    holds: tuple[Resource, ...] = (SECRET,)
    wrong: Exception | None = None
    reads: int = 0

    def resources(self) -> tuple[Resource, ...]:
        self.reads += 1
        if self.wrong is not None:
            raise self.wrong
        return self.holds
