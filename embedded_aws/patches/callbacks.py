"""A function that fails while its state waits for a task token fails the state.

Wrong in 1.5.33: the error is swallowed, and the state waits until its timeout for an answer that nobody was asked for.
Here, as on AWS: the state fails with the function's error at once.
"""

from contextvars import ContextVar
from typing import Any

from embedded_aws.patches.context import PatchContext

_token: ContextVar[str | None] = ContextVar("token of the state that calls", default=None)


def patch(_: PatchContext) -> None:
    """Answer the token with the error."""
    from ministack.services import stepfunctions

    stock_wait, stock_call = stepfunctions._invoke_with_callback, stepfunctions._call_lambda  # noqa: SLF001

    def wait(resource: str, given: Any, token: str, state: dict[str, Any]) -> Any:
        before = _token.set(token)
        try:
            return stock_wait(resource, given, token, state)
        finally:
            _token.reset(before)

    def call(function: str, event: Any) -> Any:
        try:
            return stock_call(function, event)
        except stepfunctions._ExecutionError as error:  # noqa: SLF001
            waiting = stepfunctions._task_tokens.get(_token.get())  # noqa: SLF001
            if waiting is not None:
                waiting["error"] = {"Error": error.error, "Cause": error.cause}
                waiting["event"].set()
            raise

    stepfunctions._invoke_with_callback, stepfunctions._call_lambda = wait, call  # noqa: SLF001
