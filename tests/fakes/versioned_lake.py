"""A lake in memory that keeps every version, as a bucket does, and can break off at a change that a test chooses."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from courtside.workflows.ports import ObjectMissing, ObjectVersion, StampedObject, StoredObject, lies_between
from tests.fakes.dying_lake import BrokeOff

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
"""Each write takes a second from then on."""


@dataclass
class VersionedInMemoryLake:
    """Versions by key, the oldest first; None is a mark that the object was removed."""

    history: dict[str, list[tuple[str, bytes | None]]] = field(default_factory=dict)
    changes_left: int = -1
    """How many changes are made before the lake breaks off; less than none: it never does."""
    meanwhile: Callable[[], None] | None = None
    """What somebody else does once, right before the next conditional write."""
    changed: list[str] = field(default_factory=list)
    """The keys of all changes, in their order."""
    written: int = 0
    kept_days: int | None = 30

    def uri(self, key: str) -> str:
        return f"s3://lake/{key}"

    def keys(self, prefix: str) -> list[str]:
        return [each.key for each in self.list_objects(prefix)]

    def stamps(self, prefix: str, *, first: str = "", last: str = "") -> dict[str, str]:
        newest = (each for each in self.versions(prefix) if each.newest and not each.removed)
        return {each.key: each.stamp for each in newest if lies_between(each.key, first, last)}

    def list_objects(self, prefix: str) -> list[StoredObject]:
        found = [each for each in self.versions(prefix) if each.newest and not each.removed]
        return [StoredObject(each.key, each.version_id, each.size) for each in found]

    def versions(self, prefix: str) -> list[ObjectVersion]:
        return [
            ObjectVersion(
                key,
                version,
                len(content or b""),
                newest=place == 0,
                written_at=BEGAN + timedelta(seconds=int(version.removeprefix("v"))),
                stamp="" if content is None else sha256(content).hexdigest(),
                removed=content is None,
            )
            for key in sorted(self.history)
            if key.startswith(prefix)
            for place, (version, content) in enumerate(reversed(self.history[key]))
        ]

    def remove_versions(self, versions: Sequence[ObjectVersion]) -> None:
        for gone in versions:
            self._count(gone.key)
            self.history[gone.key] = [each for each in self.history.get(gone.key, []) if each[0] != gone.version_id]

    def write_again(self, versions: Sequence[ObjectVersion]) -> None:
        for each in versions:
            self.write(each.key, self.read(each.key, version_id=each.version_id))

    def old_versions_days(self) -> int | None:
        return self.kept_days

    def read(self, key: str, *, version_id: str | None = None) -> bytes:
        kept = self.history.get(key, [])
        found = [each for each in kept if version_id in {None, each[0]}]
        if not found or found[-1][1] is None:
            raise ObjectMissing(key)
        return found[-1][1]

    def write(self, key: str, content: bytes) -> None:
        self._count(key)
        self._put(key, content)

    def claim(self, key: str, content: bytes) -> bool:
        self._count(key)
        if self.stamped(key) is not None:
            return False
        self._put(key, content)
        return True

    def stamped(self, key: str) -> StampedObject | None:
        try:
            content = self.read(key)
        except ObjectMissing:
            return None
        return StampedObject(content, sha256(content).hexdigest())

    def replace(self, key: str, content: bytes, *, stamp: str) -> bool:
        happens, self.meanwhile = self.meanwhile, None
        if happens is not None:
            happens()
        self._count(key)
        found = self.stamped(key)
        if found is None or found.stamp != stamp:
            return False
        self._put(key, content)
        return True

    def move(self, keys: Mapping[str, str]) -> None:
        for old, new in keys.items():
            self.write(new, self.read(old))
        self.remove(list(keys))

    def remove(self, keys: Sequence[str]) -> None:
        for key in keys:
            if self.stamped(key) is not None:
                self._count(key)
                self._put(key, None)

    def _put(self, key: str, content: bytes | None) -> None:
        self.written += 1
        self.history.setdefault(key, []).append((f"v{self.written}", content))

    def _count(self, key: str) -> None:
        if self.changes_left == 0:
            raise BrokeOff
        self.changes_left -= 1
        self.changed.append(key)
