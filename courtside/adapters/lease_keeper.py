"""A sign of life for the retraining lock while a task works."""

import logging
import threading
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from courtside.workflows.retraining_lock import RetrainingLock

RENEWALS_PER_LEASE = 5

log = logging.getLogger(__name__)


class LeaseKeeper:
    """Renews a training's lease at once, and again and again in a thread of its own until the block ends."""

    def __init__(self, lock: RetrainingLock, training_id: str) -> None:
        self._lock = lock
        self._training_id = training_id
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="lease", daemon=True)

    def __enter__(self) -> Self:
        """Renew once, so that a task whose lease is lost does not begin; raises `LeaseLost`."""
        self._renew()
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        """Stop renewing; what holds the lock goes on until the state machine gives it back."""
        self._done.set()
        self._thread.join()

    def _renew(self) -> None:
        self._lock.renew(self._training_id, now=datetime.now(UTC))

    def _keep(self) -> None:
        while not self._done.wait(self._lock.lease.total_seconds() / RENEWALS_PER_LEASE):
            try:
                self._renew()
            except Exception as error:  # noqa: BLE001 — a missed sign of life must not end the training; the next may come through
                log.warning("the retraining lock was not renewed: %s: %s", type(error).__name__, error)
