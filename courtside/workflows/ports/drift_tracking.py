"""The tracking server, as drift checks use it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class DriftRun:
    """What is logged about one drift check: little, because a server's search reads all of it.

    `new` says that nobody can have logged it before, so that no run of it has to be looked for.
    """

    check_id: str
    at: datetime
    tags: Mapping[str, str]
    metrics: Mapping[str, float]
    attachments: Mapping[str, bytes]
    new: bool = False


class DriftTracking(Protocol):
    """Runs of drift checks; raises `TrackingUnavailable`."""

    def log(self, run: DriftRun) -> str:
        """Log one check and return the run's id; the same check again updates its run."""
        ...
