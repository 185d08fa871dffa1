"""One piece of work asks a lake once for the same."""

from dataclasses import dataclass, field

import pytest

from courtside.workflows import seen_once
from courtside.workflows.ports import ObjectMissing, StampedObject
from courtside.workflows.seen_once import SeenOnce
from tests.fakes.ports import InMemoryLake


@dataclass
class CountingLake(InMemoryLake):
    asked: list[str] = field(default_factory=list)

    def keys(self, prefix: str) -> list[str]:
        self.asked.append(f"list {prefix}")
        return super().keys(prefix)

    def read(self, key: str, *, version_id: str | None = None) -> bytes:
        self.asked.append(f"read {key}")
        return super().read(key, version_id=version_id)

    def stamped(self, key: str) -> StampedObject | None:
        self.asked.append(f"stamp {key}")
        return super().stamped(key)


def test_what_was_seen_stays_as_it_was_and_is_not_asked_for_again() -> None:
    lake = CountingLake({"a/1": b"one"})
    once = SeenOnce(lake)

    def seen() -> object:
        return once.uri("a/1"), once.keys("a/"), once.read("a/1"), once.stamped("a/1"), once.stamped("a/2")

    first = seen()
    asked = list(lake.asked)
    lake.write("a/1", b"other")
    lake.write("a/2", b"two")
    assert seen() == first
    assert lake.asked == asked == ["list a/", "read a/1", "stamp a/1", "stamp a/2"]
    assert once.read("a/2") == b"two"
    assert SeenOnce(lake).read("a/1") == b"other"


def test_an_object_that_is_missing_is_looked_for_again() -> None:
    lake = CountingLake()
    once = SeenOnce(lake)
    with pytest.raises(ObjectMissing):
        once.read("a")
    lake.write("a", b"now")
    assert once.read("a") == b"now"


def test_what_is_too_much_to_keep_is_read_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seen_once, "MOST_BYTES", 3)
    lake = CountingLake({"a": b"12", "b": b"34", "c": b"5"})
    once = SeenOnce(lake)
    for _ in range(2):
        assert [once.read(key) for key in "abc"] == [b"12", b"34", b"5"]
    assert lake.asked == ["read a", "read b", "read c", "read b"]


def test_a_version_is_read_as_it_is_asked_for() -> None:
    lake = CountingLake({"a": b"1"})
    once = SeenOnce(lake)
    assert once.read("a", version_id="v1") == once.read("a", version_id="v1") == b"1"
    assert lake.asked == ["read a", "read a"]
