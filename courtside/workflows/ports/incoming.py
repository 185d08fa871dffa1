"""Where a model's rows arrive: files that somebody else writes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from courtside.contracts.errors import CourtsideError


class IncomingClosed(CourtsideError):
    """The place where files arrive cannot be read."""

    def __init__(self, address: str, code: str) -> None:
        self.address = address
        self.code = code
        super().__init__(
            f"{address}, where files of rows arrive, cannot be read ({code}): name it in incoming_prefixes in "
            "infra/settings.py and deploy, and let the policy of its bucket admit the stage's account"
        )


class FileClosed(CourtsideError):
    """A file that arrived cannot be read, though its place can, and neither can `more` others."""

    def __init__(self, address: str, code: str, *, more: int = 0) -> None:
        self.address = address
        self.code = code
        self.more = more
        others, them = (f" and {more} more", "them") if more else ("", "it")
        super().__init__(
            f"{address}{others} cannot be read ({code}), which keeps no other file out; let the stage's account read "
            f"{them} (the policy and the key of the bucket, the storage class), or remove {them}"
        )


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
        """Return the files that are there; raises `IncomingClosed`."""
        ...

    def read(self, file: IncomingFile) -> bytes | None:
        """Return the content of a file as it was listed, None if it has been changed or removed since.

        Raises `FileClosed`, and `IncomingClosed` where the whole place is gone.
        """
        ...
