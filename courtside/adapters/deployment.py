"""What a deployed stage is made of, read from its stacks' outputs."""

import boto3
from botocore.exceptions import ClientError

from courtside.contracts.errors import CourtsideError
from courtside.contracts.names import STACKS, StackOutput, stack_name


class StageNotDeployed(CourtsideError):
    """A stage's stacks are not in this account and region."""

    def __init__(self, stage: str, stack: str) -> None:
        self.stage = stage
        self.stack = stack
        super().__init__(
            f"stack {stack} is not in this account and region; deploy it with `cdk deploy --all -c stage={stage}` "
            "or check AWS_PROFILE and AWS_REGION"
        )


def stage_outputs(stage: str) -> dict[StackOutput, str]:
    """Return every output of a stage; raises `StageNotDeployed`."""
    client = boto3.client("cloudformation")
    merged: dict[StackOutput, str] = {}
    for stack in STACKS:
        name = stack_name(stage, stack)
        try:
            described = client.describe_stacks(StackName=name)["Stacks"][0]
        except ClientError as error:
            if error.response["Error"]["Code"] == "ValidationError":
                raise StageNotDeployed(stage, name) from error
            raise
        for output in described.get("Outputs", []):
            key, value = output.get("OutputKey"), output.get("OutputValue")
            if key in set(StackOutput) and value is not None:
                merged[StackOutput(key)] = value
    return merged
