"""A place or a file that cannot be read is named, and everything else that arrived is taken in."""

from collections import Counter
from collections.abc import Callable

import pytest

from courtside.contracts import lake_keys
from courtside.core.dataset import Dataset
from courtside.workflows.ports import FileClosed, IncomingClosed
from tests.datasets.churn import DATASET
from tests.unit.workflows.arriving import NBA, NOW, ClosedPlace, Desk
from tests.unit.workflows.test_arrivals import FIRST, charged, charges
from tests.unit.workflows.test_arrivals_of_games import played, schedule, written


def test_an_unreadable_place_is_named_and_files_of_other_places_are_loaded() -> None:
    desk = Desk()
    desk.put("a.parquet", FIRST)
    both = desk.arrivals(ClosedPlace(), desk.place)
    with pytest.raises(IncomingClosed, match=r"s3://team-bucket/churn/.*incoming_prefixes"):
        both.round(now=NOW)
    assert len(desk.rows()) == 200
    assert len(desk.records()) == len(desk.lake.keys(lake_keys.arrived_rows("churn"))) == 1


def test_a_file_that_cannot_be_read_is_named_and_all_others_are_loaded() -> None:
    closed = True

    def deny(path: str) -> None:
        if closed and path.startswith("closed"):
            raise FileClosed(f"s3://team/incoming/{path}", "AccessDenied")

    desk = Desk()
    desk.place.before_reading = deny
    desk.put("closed.parquet", FIRST.slice(0, 50))
    desk.put("open.parquet", FIRST.slice(50))
    desk.put("closed.csv", b"a,b\n1,2\n")
    for _ in range(4):
        with pytest.raises(FileClosed, match=r"incoming/closed\.parquet and 1 more cannot be read \(AccessDenied\)"):
            desk.round()
    assert [record.file.rsplit("/", 1)[1] for record in desk.records()] == ["open.parquet"]
    closed = False
    assert (desk.round().files, len(desk.rows())) == (2, 200)


def test_rows_of_a_file_that_was_closed_do_not_replace_those_that_came_later() -> None:
    desk, opened = desk_with_a_closed_file(DATASET)
    desk.put("closed.parquet", charged(FIRST.slice(0, 60), 1.0))
    desk.put("later.parquet", charged(FIRST.slice(50), 2.0))
    with pytest.raises(FileClosed):
        desk.round()
    opened()
    done = desk.round()
    assert (done.files, done.rows, done.loaded) == (1, 50, 1)
    assert Counter(charges(desk).values()) == {1.0: 50, 2.0: 150}
    record = next(each for each in desk.records() if each.file.endswith("closed.parquet"))
    assert (record.new, record.changed, record.same) == (50, 0, 10)
    # A file that came after both changes what either said.
    assert desk.arrive("third.parquet", charged(FIRST.slice(40, 20), 3.0)).changed == 20
    assert Counter(charges(desk).values()) == {1.0: 40, 2.0: 140, 3.0: 20}


def test_games_of_a_file_that_was_closed_do_not_replace_those_that_came_later() -> None:
    desk, opened = desk_with_a_closed_file(NBA)
    games = schedule(12)
    desk.put("closed.csv", written([row | {"home_points": 50} for row in games[:8]], scored=8))
    desk.put("later.csv", written([row | {"home_points": 150} for row in games[6:]], scored=6))
    with pytest.raises(FileClosed):
        desk.round()
    opened()
    assert (desk.round().rows, Counter(played(desk).values())) == (6, {50: 6, 150: 6})
    record = next(each for each in desk.records() if each.file.endswith("closed.csv"))
    assert (record.new, record.changed, record.same) == (6, 0, 2)


def desk_with_a_closed_file(dataset: Dataset) -> tuple[Desk, Callable[[], None]]:
    """Return a desk at which files named "closed" cannot be read, and what makes them readable."""
    desk = Desk(dataset=dataset)
    usual = desk.place.before_reading

    def deny(path: str) -> None:
        if path.startswith("closed"):
            raise FileClosed(f"s3://team/incoming/{path}", "AccessDenied")

    def opened() -> None:
        desk.place.before_reading = usual

    desk.place.before_reading = deny
    return desk, opened
