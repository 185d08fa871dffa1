"""A file that arrived by itself, as the loads know it."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from courtside.workflows.ports import IncomingFile


@dataclass(frozen=True, slots=True)
class Arrival:
    """One state of one file: `id` tells it from every other, also from the same file written again."""

    id: str
    file: IncomingFile

    @classmethod
    def of(cls, file: IncomingFile) -> "Arrival":
        """Return the arrival of a file as it was listed."""
        said = f"{file.uri}\n{file.etag}\n{file.modified_at.isoformat()}"
        return cls(hashlib.sha256(said.encode()).hexdigest()[:16], file)

    def names(self, key: Callable[[str], str]) -> dict[str, str]:
        """Return what a load of this file is called, instead of by its rows; `key` makes a load's key of its id."""
        return {"id": self.id, "key": key(self.id), "etag": self.file.etag}
