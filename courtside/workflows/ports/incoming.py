"""Where a model's rows arrive: files that somebody else writes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class IncomingFile:
    """A file as it was listed: its address, its path below the place, its ETag, size in bytes and time of writing."""

    uri: str
    path: str
    etag: str
    size: int
    modified_at: datetime


class Incoming(Protocol):
    """One place where files arrive."""

    def files(self) -> list[IncomingFile]:
        """Return the files that are there."""
        ...

    def read(self, file: IncomingFile) -> bytes | None:
        """Return the content of a file as it was listed, None if it has been changed or removed since."""
        ...
