"""What an embedded AWS does by itself after a request was answered: it hands events over to functions, again and again.

Ministack does each of these things in a thread of its own, and keeps no list of them.
"""

import threading
from typing import Any


def pending() -> list[str]:
    """Return the names of the threads that hand something over, or have yet to tell how an execution ended.

    A name is never used again, and a thread that hands something over to another one is there until that one is.
    """
    return [each.name for each in threading.enumerate() if _hands_over(each)]


def _hands_over(thread: threading.Thread) -> bool:
    # A thread forgets both as it ends.
    does: list[Any] = [getattr(thread, "_target", None), *getattr(thread, "_args", ())]
    named = {f"{each.__module__}.{each.__qualname__}" for each in does if hasattr(each, "__qualname__")}
    if any(name.startswith(_INVOKES) for name in named):
        return True
    return _RUNS_AN_EXECUTION in named and _has_ended(does[-1])


def _has_ended(execution: str) -> bool:
    """Tell whether an execution ended by itself; the thread of a stopped one may wait long for what it called."""
    from ministack.services import stepfunctions

    found = stepfunctions._executions.get(execution)  # noqa: SLF001
    return found is not None and found["status"] not in {"RUNNING", "ABORTED"}


_INVOKES = (
    "ministack.services.lambda_svc.invoke_async_with_retry.",
    "ministack.services.sns._deliver_to_",
    "embedded_aws.patches.async_invocations.",
)
_RUNS_AN_EXECUTION = "ministack.services.stepfunctions._run_execution"
