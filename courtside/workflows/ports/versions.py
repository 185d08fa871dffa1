"""A lake with all that it has kept of each object: what a person asks to have erased must be gone from that, too."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from courtside.workflows.ports.lake import Lake


@dataclass(frozen=True, slots=True)
class ObjectVersion:
    """One version of an object, its size in bytes, and whether it is the one that readers get.

    `removed` marks a version without content, which says that the object was removed. Versions of the same content have
    the same `stamp`.
    """

    key: str
    version_id: str
    size: int
    newest: bool
    written_at: datetime
    stamp: str = ""
    removed: bool = False


class VersionedLake(Lake, Protocol):
    """A lake that keeps earlier versions of its objects."""

    def versions(self, prefix: str) -> list[ObjectVersion]:
        """Return every version of the objects under `prefix`, sorted by key, the newest of each first."""
        ...

    def remove_versions(self, versions: Sequence[ObjectVersion]) -> None:
        """Remove versions for good; those that are not there are no error."""
        ...

    def write_again(self, versions: Sequence[ObjectVersion]) -> None:
        """Make a copy of each of these versions the newest version of its object."""
        ...
