"""A file that arrived by itself, as the loads know it."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from courtside.contracts.loads import Load
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

    def names(self, key: Callable[[str], str]) -> dict[str, str | datetime]:
        """Return what a load of this file is called, instead of by its rows; `key` makes a load's key of its id."""
        return {"id": self.id, "key": key(self.id), "etag": self.file.etag, "came_at": self.file.modified_at}

    def is_overtaken_by(self, load: Load) -> bool:
        """Tell whether a load is of a file that came later, but was taken in before this one."""
        return load.came_at is not None and (load.came_at, load.file) > (self.file.modified_at, self.file.uri)
