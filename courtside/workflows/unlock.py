"""The end of a retraining: it gives back what it held, and what waited for that is started."""

from contextlib import ExitStack
from datetime import datetime

from courtside.contracts.events import UnlockRequest, UnlockResponse
from courtside.workflows.ports import Retraining
from courtside.workflows.retraining_lock import RetrainingLock


def unlock(request: UnlockRequest, *, lock: RetrainingLock, retraining: Retraining, now: datetime) -> UnlockResponse:
    """Give lock and slot back, and start the requests whose turn it is; repeated, it starts none of them twice.

    Each is tried before a failed start is raised. What was not started stays remembered.
    """
    response = lock.release(request, now=now)
    with ExitStack() as starts:
        for waiting in reversed(response.waiting):
            starts.callback(retraining.start, waiting)
    return response
