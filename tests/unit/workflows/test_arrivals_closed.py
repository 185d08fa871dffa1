"""A place or a file that cannot be read is named, and everything else that arrived is taken in."""

import pytest

from courtside.contracts import lake_keys
from courtside.workflows.ports import FileClosed, IncomingClosed
from tests.unit.workflows.arriving import NOW, ClosedPlace, Desk
from tests.unit.workflows.test_arrivals import FIRST


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
