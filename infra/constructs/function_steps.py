"""Steps that call a function have a timeout, retry what is transient, and say an error in plain words."""

from collections.abc import Mapping
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

# Only errors of the services are retried, never those of our code: what fails once fails again.
# https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
LAMBDA_TRANSIENT = [
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
]
# The function's process was gone before it answered. Only steps that may be repeated are tried again after that.
CRASHED = ["Runtime.ExitError"]
HUNG = ["Sandbox.Timedout"]
CAUSE = "$exists($states.errorOutput.Cause) ? $states.errorOutput.Cause : 'not given'"
# A function's exception arrives as JSON with its stack; its message says what to do.
EXCEPTION = f"$contains(({CAUSE}), '\"errorMessage\"') ? $parse($states.errorOutput.Cause).errorMessage : ({CAUSE})"


def function_step(
    scope: Construct,
    name: str,
    function: lambda_.IFunction,
    *,
    payload: str | Mapping[str, object],
    outputs: Any,
    timeout: cdk.Duration,
) -> tasks.LambdaInvoke:
    """Return a step that calls a function; `payload` and `outputs` are JSONata."""
    given = sfn.TaskInput.from_text(payload) if isinstance(payload, str) else sfn.TaskInput.from_object(dict(payload))
    return tasks.LambdaInvoke.jsonata(
        scope,
        name,
        lambda_function=function,
        payload=given,
        retry_on_service_exceptions=False,
        task_timeout=sfn.Timeout.duration(timeout),
        outputs=outputs,
    )


def retry(step: sfn.TaskStateBase, errors: list[str]) -> None:
    """Let a step try again three times after these errors, at growing and random intervals."""
    step.add_retry(
        errors=errors,
        interval=cdk.Duration.seconds(5),
        backoff_rate=2,
        max_attempts=3,
        jitter_strategy=sfn.JitterType.FULL,
    )
