"""An in-memory place where files arrive; a test may change a file between its listing and its reading."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import md5

from courtside.workflows.ports import IncomingFile

FIRST = datetime(2026, 3, 1, 8, tzinfo=UTC)


@dataclass
class InMemoryIncoming:
    contents: dict[str, tuple[bytes, datetime]] = field(default_factory=dict)
    before_reading: Callable[[str], None] = lambda _: None
    prefix: str = "s3://team/incoming/"

    def put(self, path: str, content: bytes) -> None:
        """Write a file that is one minute newer than all files written before it."""
        newest = max((at for _, at in self.contents.values()), default=FIRST)
        self.contents[path] = (content, newest + timedelta(minutes=1))

    def remove(self, path: str) -> None:
        del self.contents[path]

    def files(self) -> list[IncomingFile]:
        return [
            IncomingFile(f"{self.prefix}{path}", path, md5(content).hexdigest(), len(content), at)  # noqa: S324 — an ETag
            for path, (content, at) in sorted(self.contents.items())
        ]

    def read(self, file: IncomingFile) -> bytes | None:
        self.before_reading(file.path)
        content = self.contents.get(file.path, (b"", FIRST))[0]
        return content if md5(content).hexdigest() == file.etag else None  # noqa: S324 — an ETag
