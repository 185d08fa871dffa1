"""A lake that is read where it is, while everything that is written stays in this process."""

from collections.abc import Mapping, Sequence
from hashlib import sha256

from courtside.workflows.ports import Lake, StampedObject, StoredObject, lies_between


class LakeWrittenHere:
    """What was written here covers what the other lake holds, which nothing here changes."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self._written: dict[str, bytes] = {}

    def uri(self, key: str) -> str:
        """Return where a person finds the object of the other lake."""
        return self._lake.uri(key)

    def keys(self, prefix: str) -> list[str]:
        """Return the keys under `prefix` in both, sorted."""
        return sorted({*self._lake.keys(prefix), *(key for key in self._written if key.startswith(prefix))})

    def stamps(self, prefix: str, *, first: str = "", last: str = "") -> dict[str, str]:
        """Return the keys under `prefix` in both, sorted, each with its stamp; what was written here has its hash."""
        keys = [key for key in self._written if key.startswith(prefix) and lies_between(key, first, last)]
        here = {key: _stamp(self._written[key]) for key in keys}
        return dict(sorted((self._lake.stamps(prefix, first=first, last=last) | here).items()))

    def list_objects(self, prefix: str) -> list[StoredObject]:
        """Return the objects under `prefix` in both, sorted by key; those written here have no version."""
        found = {each.key: each for each in self._lake.list_objects(prefix)}
        here = {key: StoredObject(key, None, len(content)) for key, content in self._written.items()}
        found |= {key: each for key, each in here.items() if key.startswith(prefix)}
        return [found[key] for key in sorted(found)]

    def read(self, key: str, *, version_id: str | None = None) -> bytes:
        """Return what was written here, or else the other lake's object or version of it; raises `ObjectMissing`."""
        if version_id is None and (written := self._written.get(key)) is not None:
            return written
        return self._lake.read(key, version_id=version_id)

    def write(self, key: str, content: bytes) -> None:
        """Keep an object here."""
        self._written[key] = content

    def claim(self, key: str, content: bytes) -> bool:
        """Keep an object here unless either has one; return whether this call kept it."""
        if self.stamped(key) is not None:
            return False
        self.write(key, content)
        return True

    def stamped(self, key: str) -> StampedObject | None:
        """Return an object with its stamp, or None if neither has one."""
        written = self._written.get(key)
        return self._lake.stamped(key) if written is None else StampedObject(written, _stamp(written))

    def replace(self, key: str, content: bytes, *, stamp: str) -> bool:
        """Keep an object here if what it covers has this stamp; return whether this call kept it."""
        found = self.stamped(key)
        if found is None or found.stamp != stamp:
            return False
        self.write(key, content)
        return True

    def move(self, keys: Mapping[str, str]) -> None:
        """Keep each object under its new key; the other lake keeps its own where it was."""
        for old, new in keys.items():
            self.write(new, self.read(old))
        self.remove(list(keys))

    def remove(self, keys: Sequence[str]) -> None:
        """Forget what was written here; what it covered is seen again."""
        for key in keys:
            self._written.pop(key, None)


def _stamp(content: bytes) -> str:
    return sha256(content).hexdigest()
