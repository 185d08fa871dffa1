"""A lake that fails, or lets another writer in, at a change that the test chooses."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tests.fakes.ports import InMemoryLake


class BrokeOff(BaseException):
    """Stands for a process that is killed at this point: no handler of errors runs."""


@dataclass
class InterruptedLake(InMemoryLake):
    """Counts every change down; when the count reaches zero, `interrupt` runs before the change is made."""

    changes_left: int = -1
    interrupt: Callable[[], None] | None = None

    def _count(self) -> None:
        self.changes_left -= 1
        if self.changes_left == 0:
            if self.interrupt is None:
                raise BrokeOff
            self.interrupt()

    def write(self, key: str, content: bytes) -> None:
        self._count()
        super().write(key, content)

    def claim(self, key: str, content: bytes) -> bool:
        self._count()
        return super().claim(key, content)

    def replace(self, key: str, content: bytes, *, stamp: str) -> bool:
        self._count()
        return super().replace(key, content, stamp=stamp)

    def move(self, keys: Mapping[str, str]) -> None:
        self._count()
        super().move(keys)

    def remove(self, keys: Sequence[str]) -> None:
        self._count()
        super().remove(keys)


@dataclass
class WatchedLake(InterruptedLake):
    """Counts what is read as well."""

    def read(self, key: str, *, version_id: str | None = None) -> bytes:
        self._count()
        return super().read(key, version_id=version_id)

    def keys(self, prefix: str) -> list[str]:
        self._count()
        return super().keys(prefix)
