"""What was read of a lake is read again only when it changed."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtside.workflows.ports import ObjectMissing, StampedObject
from courtside.workflows.remembered_objects import RememberedObjects
from tests.fakes.ports import InMemoryLake


@dataclass
class CountingLake(InMemoryLake):
    asked: list[str] = field(default_factory=list)

    def stamped(self, key: str) -> StampedObject | None:
        self.asked.append(key)
        return super().stamped(key)


def read(objects: RememberedObjects, lake: InMemoryLake) -> dict[str, bytes]:
    return {key: objects.read(key, stamp, lake=lake) for key, stamp in lake.stamps("").items()}


def test_what_is_unchanged_is_read_once() -> None:
    lake, objects = CountingLake({"a": b"1", "b": b"2"}), RememberedObjects(100)
    assert read(objects, lake) == read(objects, lake) == lake.objects
    assert lake.asked == ["a", "b"]
    assert all(objects.knows(key, stamp, lake=lake) for key, stamp in lake.stamps("").items())
    assert not objects.knows("a", "another stamp", lake=lake)


def test_what_was_written_since_the_listing_is_not_taken_for_what_was_listed() -> None:
    lake, objects = CountingLake({"a": b"old"}), RememberedObjects(100)
    listed = lake.stamps("")["a"]
    lake.write("a", b"new")
    assert objects.read("a", listed, lake=lake) == b"new"
    lake.write("a", b"old")
    assert read(objects, lake) == {"a": b"old"}


def test_what_was_deleted_since_the_listing_is_missing() -> None:
    with pytest.raises(ObjectMissing):
        RememberedObjects(100).read("a", "stamp", lake=InMemoryLake())


@given(
    st.lists(st.tuples(st.sampled_from("abcde"), st.binary(max_size=9)), max_size=30),
    st.integers(min_value=0, max_value=20),
)
def test_each_listing_gives_what_the_lake_holds_however_little_is_kept(
    writes: list[tuple[str, bytes]], most: int
) -> None:
    lake, objects = InMemoryLake(), RememberedObjects(most)
    for key, content in writes:
        lake.write(key, content)
        assert read(objects, lake) == lake.objects


def test_what_was_asked_for_last_is_kept() -> None:
    lake, objects = CountingLake({"a": b"1", "b": b"2", "c": b"3"}), RememberedObjects(2)
    stamps = lake.stamps("")
    for key in "abac":
        objects.read(key, stamps[key], lake=lake)
    lake.asked.clear()
    for key in "acb":
        objects.read(key, stamps[key], lake=lake)
    assert lake.asked == ["b"]
