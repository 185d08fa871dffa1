"""A child execution of a distributed map that was stopped goes on to no further state, and counts as a failed one.

Wrong in 1.5.33: it works on to its end and counts as a good one. Here, as on AWS, the map fails if it tolerates less.
That its status is FAILED afterwards, and not ABORTED, is left as it is.
"""

from typing import Any

from embedded_aws.patches.context import PatchContext


def patch(_: PatchContext) -> None:
    """Look after each task of a child whether somebody has stopped it meanwhile."""
    from ministack.services import stepfunctions

    stock = stepfunctions._execute_task  # noqa: SLF001

    def run(state: dict[str, Any], given: Any, execution: dict[str, Any], context: dict[str, Any]) -> Any:
        done = stock(state, given, execution, context)
        if execution.get("mapRunArn") and execution["status"] == "ABORTED":
            raise stepfunctions._ExecutionError("States.TaskFailed", execution.get("cause") or "stopped")  # noqa: SLF001
        return done

    stepfunctions._execute_task = run  # noqa: SLF001
