"""The lake: objects under keys."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from courtside.contracts.errors import CourtsideError


class ObjectMissing(CourtsideError):
    """The lake holds no object under a key."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(f"the lake holds nothing under {key}")


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One object as the lake holds it now: its version (None if the store keeps none) and size in bytes."""

    key: str
    version_id: str | None
    size: int


@dataclass(frozen=True, slots=True)
class StampedObject:
    """An object's content, and a stamp that distinguishes it from any other content of that key."""

    content: bytes
    stamp: str


def lies_between(key: str, first: str, last: str) -> bool:
    """Tell whether a key is one of those that `Lake.stamps` lists from `first` to `last`."""
    return key > first and (not last or key[: len(last)] <= last)


class LakeRead(Protocol):
    """What reading objects under keys takes."""

    def uri(self, key: str) -> str:
        """Return where a person finds the object."""
        ...

    def keys(self, prefix: str) -> list[str]:
        """Return the keys under `prefix`, sorted."""
        ...

    def read(self, key: str, *, version_id: str | None = None) -> bytes:
        """Return an object's content, or that of one of its versions; raises `ObjectMissing`."""
        ...

    def stamped(self, key: str) -> StampedObject | None:
        """Return an object with its stamp, or None if there is none."""
        ...


class Lake(LakeRead, Protocol):
    """Objects under keys."""

    def stamps(self, prefix: str, *, first: str = "", last: str = "") -> dict[str, str]:
        """Return the keys under `prefix`, sorted, each with the stamp that `stamped` would return with its content.

        Only those are listed that come after `first`, and not after those that begin with `last`.
        """
        ...

    def list_objects(self, prefix: str) -> list[StoredObject]:
        """Return the objects under `prefix` as they are now, sorted by key."""
        ...

    def write(self, key: str, content: bytes) -> None:
        """Write an object, replacing what was there."""
        ...

    def claim(self, key: str, content: bytes) -> bool:
        """Write an object only if there is none yet; return whether this call wrote it."""
        ...

    def replace(self, key: str, content: bytes, *, stamp: str) -> bool:
        """Write an object only if what is there still has this stamp; return whether this call wrote it."""
        ...

    def move(self, keys: Mapping[str, str]) -> None:
        """Move objects (old key → new key) as nearly at once as the store can; if that breaks off, none is lost."""
        ...

    def remove(self, keys: Sequence[str]) -> None:
        """Remove objects; those that are not there are no error."""
        ...
