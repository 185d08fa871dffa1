"""What a deployed stage is made of, read from its stacks' outputs."""

from collections.abc import Iterator
from contextlib import contextmanager

import boto3
from botocore.exceptions import BotoCoreError, ClientError

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


class OutputMissing(CourtsideError):
    """An earlier release deployed the stage, which had no such part yet."""

    def __init__(self, stage: str, output: StackOutput) -> None:
        self.stage = stage
        self.output = output
        super().__init__(
            f"stage {stage} has no output {output.value}: it was deployed by an earlier release. Deploy this one: "
            f"npx cdk deploy --all -c stage={stage}"
        )


class StageOutputs(dict[StackOutput, str]):
    """A stage's outputs; asking for one that is not there raises `OutputMissing`."""

    def __init__(self, stage: str) -> None:
        super().__init__()
        self._stage = stage

    def __missing__(self, output: StackOutput) -> str:
        raise OutputMissing(self._stage, output)


class AwsUnusable(CourtsideError):
    """AWS cannot be asked, or does not answer this caller."""

    def __init__(self, detail: str) -> None:
        self.detail = detail
        super().__init__(
            f"AWS cannot be used from here: {detail}; set AWS_PROFILE and AWS_DEFAULT_REGION to the account of the "
            "stage, or use an embedded AWS: eval $(courtside local env)"
        )


@contextmanager
def reaching_aws() -> Iterator[None]:
    """Turn what AWS refuses, or a missing way to it, into `AwsUnusable`."""
    try:
        yield
    except ClientError as error:
        raise AwsUnusable(str(error)) from error
    except BotoCoreError as error:
        raise AwsUnusable(str(error).rstrip(".")) from error


def stage_outputs(stage: str) -> StageOutputs:
    """Return every output of a stage; raises `StageNotDeployed` and `AwsUnusable`."""
    merged = StageOutputs(stage)
    for stack in STACKS:
        with reaching_aws():
            merged |= _outputs(stage, stack)
    return merged


def _outputs(stage: str, stack: str) -> dict[StackOutput, str]:
    name = stack_name(stage, stack)
    try:
        described = boto3.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":
            raise StageNotDeployed(stage, name) from error
        raise
    found = {output.get("OutputKey"): output.get("OutputValue") for output in described.get("Outputs", [])}
    return {key: value for key in StackOutput if (value := found.get(key)) is not None}
