"""A bucket's objects come back as they were at a moment, and nothing that others rely on goes."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtside.contracts import forget_keys, lake_keys
from courtside.contracts.records import ForgottenRecord
from courtside.workflows.ports import ObjectMissing
from courtside.workflows.restore.errors import MomentNotKept
from courtside.workflows.restore.objects import Objects
from tests.fakes.dying_lake import BrokeOff
from tests.fakes.versioned_lake import BEGAN, VersionedInMemoryLake

KEYS = ("tables/churn/a.parquet", "models/churn/reference/champion.json", "archive/decisions/model=churn/d.json")
WRITES = st.lists(st.tuples(st.sampled_from(KEYS), st.sampled_from([b"one", b"two", b"three", None])), max_size=12)


def after(lake: VersionedInMemoryLake) -> datetime:
    """Return the moment of a lake's newest write."""
    return BEGAN + timedelta(seconds=lake.written)


def objects(lake: VersionedInMemoryLake) -> Objects:
    return Objects("lake", lake, after(lake))


def contents(lake: VersionedInMemoryLake) -> dict[str, bytes]:
    return {key: lake.read(key) for key in lake.keys("")}


def write(lake: VersionedInMemoryLake, writes: list[tuple[str, bytes | None]]) -> None:
    for key, content in writes:
        if content is None:
            lake.remove([key])
        else:
            lake.write(key, content)


@given(before=WRITES, since=WRITES)
def test_every_object_is_as_it_was_and_a_second_time_changes_nothing(
    before: list[tuple[str, bytes | None]], since: list[tuple[str, bytes | None]]
) -> None:
    lake = VersionedInMemoryLake()
    write(lake, before)
    then, moment = contents(lake), after(lake)
    write(lake, since)
    objects(lake).look(moment).make()
    assert contents(lake) == then
    again = objects(lake).look(moment)
    assert (again.written, again.removed) == (0, 0)


@given(before=WRITES, since=WRITES, changes=st.integers(0, 5))
def test_what_broke_off_is_finished_by_doing_it_again(
    before: list[tuple[str, bytes | None]], since: list[tuple[str, bytes | None]], changes: int
) -> None:
    lake = VersionedInMemoryLake()
    write(lake, before)
    then, moment = contents(lake), after(lake)
    write(lake, since)
    lake.changes_left = changes
    try:
        objects(lake).look(moment).make()
    except BrokeOff:
        lake.changes_left = -1
        objects(lake).look(moment).make()
    assert contents(lake) == then


@given(before=WRITES, since=WRITES)
def test_no_content_is_lost_for_good(
    before: list[tuple[str, bytes | None]], since: list[tuple[str, bytes | None]]
) -> None:
    lake = VersionedInMemoryLake()
    write(lake, before)
    moment = after(lake)
    write(lake, since)
    kept = {(key, version) for key, found in lake.history.items() for version, content in found if content is not None}
    objects(lake).look(moment).make()
    assert kept <= {(key, version) for key, found in lake.history.items() for version, _ in found}


def test_what_is_written_before_and_after_all_is_back() -> None:
    lake = VersionedInMemoryLake()
    lake.write(KEYS[1], b"version 1")
    then, moment = contents(lake), after(lake)
    change = objects(lake).look(moment)
    lake.write(KEYS[1], b"version 2")
    change.make()
    assert contents(lake) == then
    assert not change.differs()
    lake.write(KEYS[1], b"version 3")
    assert change.differs()


def test_an_object_that_was_only_removed_keeps_the_id_of_its_version() -> None:
    lake = VersionedInMemoryLake()
    lake.write(KEYS[0], b"rows")
    version, moment = lake.list_objects(KEYS[0])[0].version_id, after(lake)
    lake.remove([KEYS[0]])
    objects(lake).look(moment).make()
    assert lake.list_objects(KEYS[0])[0].version_id == version


def test_files_that_arrived_and_backups_stay_and_come_back_if_they_were_removed() -> None:
    lake = VersionedInMemoryLake()
    early, late = f"{lake_keys.incoming('churn')}early.csv", f"{lake_keys.incoming('churn')}late.csv"
    lake.write(early, b"1")
    gone = f"{lake_keys.incoming('churn')}gone.csv"
    lake.write(gone, b"1")
    lake.remove([gone])
    moment = after(lake)
    lake.write(late, b"1")
    backup = f"{lake_keys.TRACKING_BACKUPS_PREFIX}2026-01-01T000000Z.zip"
    lake.write(backup, b"zip")
    objects(lake).look(moment).make()
    assert lake.keys("") == sorted([early, late, backup])
    lake.remove([early, late, backup])
    objects(lake).look(moment).make()
    assert lake.keys("") == sorted([early, late, backup])


@pytest.mark.parametrize("behind", [timedelta(0), timedelta(minutes=4)], ids=["right clock", "clock behind"])
def test_what_was_erased_since_stays_erased_and_the_rows_beside_it_stay(behind: timedelta) -> None:
    lake, key = VersionedInMemoryLake(), KEYS[0]
    lake.write(key, b"Ann and Bob")
    moment = after(lake)
    lake.write(key, b"Bob")
    lake.remove_versions([each for each in lake.versions(key) if not each.newest])
    said = after(lake) - behind
    erased = ForgottenRecord(
        model="churn", by="me", began_at=said, ended_at=said, ids=1, columns=("id",), rewritten=(key,)
    )
    record = forget_keys.forgotten_record("churn", "2026-01-01T000002")
    lake.write(record, erased.model_dump_json().encode())
    lake.write(forget_keys.erased_of_table("churn"), b"{}")
    change = objects(lake).look(moment)
    change.make()
    assert lake.read(key) == b"Bob"
    assert lake.read(record)
    assert "courtside forget --model churn" in change.notes[0]
    lake.remove(lake.keys(""))
    objects(lake).look(moment).make()
    assert lake.read(key) == b"Bob"
    assert lake.read(forget_keys.erased_of_table("churn")) == b"{}"


def test_a_moment_of_which_versions_have_expired_is_refused() -> None:
    lake = VersionedInMemoryLake()
    lake.write(KEYS[0], b"rows")
    for moment in (after(lake) - timedelta(days=31), after(lake) + timedelta(seconds=1)):
        with pytest.raises(MomentNotKept, match="lake cannot be brought back"):
            objects(lake).look(moment)
    lake.kept_days = None
    objects(lake).look(after(lake) - timedelta(days=31)).make()
    with pytest.raises(ObjectMissing):
        lake.read(KEYS[0])
