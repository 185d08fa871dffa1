"""What a deployed stage is made of, read from its stacks' outputs."""

import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING

from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    IncompleteReadError,
    ReadTimeoutError,
    ResponseStreamingError,
)

from courtside.adapters import aws_clients
from courtside.adapters.execute_api import skew_behind
from courtside.contracts.channels import CHANNELS
from courtside.contracts.errors import CourtsideError
from courtside.contracts.machine_limits import limit_behind
from courtside.contracts.names import STACKS, StackOutput, stack_name

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient


_THROTTLES = frozenset(
    {
        "Throttling",
        "ThrottlingException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)
_BROKE_OFF = (ConnectionClosedError, IncompleteReadError, ReadTimeoutError, ResponseStreamingError)


class StageNotDeployed(CourtsideError):
    """A stage's stacks are not in this account and region; `deployed` are the stages that are, or None if unknown."""

    def __init__(self, stage: str, stack: str, *, deployed: Sequence[str] | None) -> None:
        self.stage = stage
        self.stack = stack
        self.deployed = deployed
        there = ""
        if deployed is not None:
            there = f" Deployed here: {', '.join(deployed) or 'no stage'}."
        super().__init__(
            f"stage {stage} is not deployed in this account and region (there is no stack {stack}).{there} "
            "Name another one with --stage or COURTSIDE_STAGE, check AWS_PROFILE and AWS_REGION, or deploy it with "
            f"`npx cdk deploy --all -c stage={stage}`"
        )


class OutputMissing(CourtsideError):
    """The stage was deployed by an earlier release, which had no such part yet."""

    def __init__(self, stage: str, output: str) -> None:
        self.stage = stage
        self.output = output
        super().__init__(
            f"stage {stage} has no output {output}: it was deployed by an earlier release. Deploy this one: "
            f"npx cdk deploy --all -c stage={stage}"
        )


class StageOutputs(dict[str, str]):
    """A stage's outputs; asking for one that is not there raises `OutputMissing`."""

    def __init__(self, stage: str) -> None:
        super().__init__()
        self._stage = stage

    def __missing__(self, output: str) -> str:
        raise OutputMissing(self._stage, output)


class AwsUnusable(CourtsideError):
    """AWS cannot be asked, or does not answer this caller."""

    def __init__(self, detail: str) -> None:
        self.detail = detail
        super().__init__(
            f"AWS cannot be used from here: {detail}; set AWS_PROFILE and AWS_DEFAULT_REGION to the account of the "
            "stage, or use an embedded AWS: `courtside local up`, then `eval $(courtside local env)`. A shell that "
            "still points at one that was stopped needs `eval $(courtside local env --unset)`"
        )


class AwsBusy(AwsUnusable):
    """AWS answers this caller, but does not carry out the request just now."""

    def __init__(self, detail: str) -> None:
        self.detail = detail
        CourtsideError.__init__(
            self,
            f"AWS did not carry this out: {detail}. It is busy or has a fault, and nothing here has to be changed: "
            "wait a minute and run the same command again, which goes on where this one stopped",
        )


def aws_failure(error: BaseException) -> CourtsideError:
    """Return what to tell people about an error of AWS: a limit, a wrong clock, a service in trouble, or access."""
    detail, limit = str(error).rstrip("."), limit_behind(error)
    if limit is not None:
        return limit
    if not isinstance(error, ClientError):
        return AwsBusy(detail) if isinstance(error, _BROKE_OFF) else AwsUnusable(detail)
    answer = error.response.get("ResponseMetadata", {})
    status, code = answer.get("HTTPStatusCode", 0), error.response["Error"].get("Code", "")
    skewed = skew_behind(error)
    if skewed is not None:
        return skewed
    return AwsBusy(detail) if status >= HTTPStatus.INTERNAL_SERVER_ERROR or code in _THROTTLES else AwsUnusable(detail)


# For the first question to AWS: give an address that does not answer up while somebody still looks at the screen.
FIRST_QUESTION = Config(connect_timeout=5, read_timeout=20, retries={"total_max_attempts": 1})


@contextmanager
def reaching_aws() -> Iterator[None]:
    """Turn AWS's refusal, or a missing connection to it, into `AwsUnusable`, or `ClockSkewed` if that is why."""
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise aws_failure(error) from error


def stage_outputs(stage: str) -> StageOutputs:
    """Return every output of a stage, whose stacks are asked at once; raises `StageNotDeployed` and `AwsUnusable`."""
    merged, names = StageOutputs(stage), [stack_name(stage, stack) for stack in STACKS]
    with reaching_aws(), ThreadPoolExecutor(len(names)) as pool:
        formation = aws_clients.client("cloudformation", config=FIRST_QUESTION)
        described = list(pool.map(partial(_outputs, formation), names))
    for name, found in zip(names, described, strict=True):
        if found is None:
            raise StageNotDeployed(stage, name, deployed=deployed_stages())
        merged |= found
    return merged


def deployed_stages() -> list[str] | None:
    """Return the stages whose stacks are in this account and region, or None where the caller may not list them."""
    of_a_stage = re.compile(stack_name("([a-z0-9]+)", STACKS[0]))
    try:
        pages = aws_clients.client("cloudformation", config=FIRST_QUESTION).get_paginator("describe_stacks").paginate()
        names = [stack["StackName"] for page in pages for stack in page["Stacks"]]
    except (ClientError, BotoCoreError):
        return None
    return sorted(found[1] for name in names if (found := of_a_stage.fullmatch(name)))


_KEYS = (*StackOutput, *(channel.secret_output for channel in CHANNELS.values()))


def _outputs(formation: "CloudFormationClient", stack: str) -> dict[str, str] | None:
    """Return the outputs of a stack, None where there is no such stack."""
    try:
        described = formation.describe_stacks(StackName=stack)["Stacks"][0]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationError":
            return None
        raise
    found = {output.get("OutputKey"): output.get("OutputValue") for output in described.get("Outputs", [])}
    return {key: value for key in _KEYS if (value := found.get(key)) is not None}
