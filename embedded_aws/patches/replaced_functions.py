"""An invocation that is under way when its function is updated runs to its end.

Wrong in 1.5.33: updating a function's code or configuration ends its processes, and with them what they are doing, so
that a step of a state machine fails as if it had crashed. Here, as in AWS, a process that is in use answers first; the
next invocation starts another one.
"""

from contextvars import ContextVar
from threading import Thread
from typing import Any

from embedded_aws.patches.context import PatchContext


def patch(_: PatchContext) -> None:
    """Let workers that are replaced end after their invocation; those that are killed otherwise end at once."""
    from ministack.core import lambda_runtime
    from ministack.services import lambda_svc

    stock_kill, stock_invalidate = lambda_runtime.kill_workers, lambda_runtime.invalidate_worker
    replacing: ContextVar[bool] = ContextVar("replacing", default=False)

    def end(worker: Any) -> None:
        with worker._lock:  # noqa: SLF001 — it is held while the worker answers
            stock_kill([worker])

    def kill(workers: list[Any]) -> None:
        if not replacing.get():
            stock_kill(workers)
            return
        for worker in workers:
            Thread(target=end, args=(worker,), daemon=True).start()

    def invalidate(*given: Any, **named: Any) -> None:
        token = replacing.set(True)
        try:
            stock_invalidate(*given, **named)
        finally:
            replacing.reset(token)

    lambda_runtime.kill_workers = kill
    lambda_runtime.invalidate_worker = lambda_svc.invalidate_worker = invalidate
