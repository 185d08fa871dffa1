"""A table of the archive is read whole, whatever its files have and whenever they were written."""

from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import pytest

from courtside.contracts import lake_keys, scoring_keys
from courtside.contracts.archive import table_named
from courtside.core.archive_schemas import LABELS
from courtside.core.parquet import parquet_content
from courtside.workflows.archive.read import Archive
from courtside.workflows.archive_log import LogDamaged, labels_log
from courtside.workflows.ports import ObjectMissing
from tests.fakes.ports import InMemoryLake

TABLE = table_named("labels")
FIRST, SECOND = date(2026, 3, 1), date(2026, 3, 2)


def labels(*ids: str, day: date = FIRST) -> pa.Table:
    moment = datetime(2026, 3, 1, tzinfo=UTC)
    rows: list[dict[str, Any]] = [
        {"id": each, "label": "1", "known_on": day, "recorded_at": moment, "source": "table", "revision": 1}
        for each in ids
    ]
    return pa.Table.from_pylist(rows, schema=LABELS)


def filled() -> InMemoryLake:
    lake = InMemoryLake()
    for day, ids in ((SECOND, "c"), (FIRST, "ab"), (FIRST, "d")):
        table = labels(*ids, day=day)
        labels_log("churn", lake=lake).append(day, lambda _, table=table: table)  # type: ignore[misc]
    lake.write(f"{lake_keys.labels('churn')}_progress.json", b"{}")
    labels_log("other", lake=lake).append(FIRST, lambda _: labels("x"))
    return lake


def test_rows_come_in_order_with_the_model_and_the_day_of_their_keys() -> None:
    found = Archive(filled()).read(TABLE, "churn", columns=["id", "dt", "model"])
    assert found.to_pydict() == {
        "id": ["a", "b", "d", "c"],
        "model": ["churn"] * 4,
        "dt": ["2026-03-01"] * 3 + ["2026-03-02"],
    }


def test_only_the_days_that_are_asked_for_are_read() -> None:
    lake = filled()
    lake.write(scoring_keys.file_of_log(lake_keys.labels("churn"), SECOND, 2), b"not read")
    assert Archive(lake).read(TABLE, "churn", end=SECOND, columns=["id"]).num_rows == 3
    assert Archive(lake).read(TABLE, "churn", start=date(2026, 3, 3)).num_rows == 0
    assert Archive(lake).read(TABLE, "nobody").column_names == [*LABELS.names, "model", "dt"]
    assert Archive(lake).read(TABLE, "churn", end=SECOND, columns=["dt"]).to_pydict() == {"dt": ["2026-03-01"] * 3}


def test_a_file_from_before_a_column_is_read_with_null() -> None:
    lake = filled()
    older = labels("old").drop_columns(["source"])
    lake.write(scoring_keys.file_of_log(lake_keys.labels("churn"), FIRST, 3), parquet_content(older))
    found = Archive(lake).read(TABLE, "churn", end=SECOND)
    assert found.column("source").to_pylist() == ["table", "table", "table", None]


def test_a_damaged_file_is_named() -> None:
    lake = filled()
    key = scoring_keys.file_of_log(lake_keys.labels("churn"), SECOND, 1)
    lake.write(key, b"nothing of the kind")
    with pytest.raises(LogDamaged, match=key):
        Archive(lake).read(TABLE, "churn")


def test_rows_of_a_model_keep_their_own_columns() -> None:
    lake, arrivals = InMemoryLake(), table_named("arrivals")
    common: dict[str, Any] = {
        "arrived_at": [datetime(2026, 3, 1, tzinfo=UTC)],
        "arrived_load": ["l"],
        "dt": ["its own"],
    }
    lake.write(f"{arrivals.day_of('churn', FIRST)}a.parquet", parquet_content(pa.table({**common, "age": [1]})))
    lake.write(f"{arrivals.day_of('churn', SECOND)}b.parquet", parquet_content(pa.table({**common, "age": [1.5]})))
    found = Archive(lake).read(arrivals, "churn")
    assert (found.column("age").to_pylist(), found.column("dt").to_pylist()) == ([1, 1.5], ["2026-03-01", "2026-03-02"])
    some = Archive(lake).read(arrivals, "churn", columns=["arrived_load", "age", "weight"])
    assert some.to_pylist() == [
        {"arrived_load": "l", "age": 1, "weight": None},
        {"arrived_load": "l", "age": 1.5, "weight": None},
    ]


class Merging(InMemoryLake):
    """A lake in which somebody merges the files of a day between the listing and the reading."""

    def read(self, key: str, *, version_id: str | None = None) -> bytes:
        own = [scoring_keys.file_of_log(lake_keys.labels("churn"), FIRST, number) for number in (1, 2)]
        if key == own[1] and key in self.objects:
            merged = pa.concat_tables([labels("a", "b"), labels("d")])
            self.write(scoring_keys.merged_file_of_log(lake_keys.labels("churn"), FIRST, 1, 2), parquet_content(merged))
            self.remove(own)
        return super().read(key, version_id=version_id)


def test_files_that_are_merged_meanwhile_are_read_where_they_are_then() -> None:
    lake = Merging(filled().objects)
    assert Archive(lake).read(TABLE, "churn", columns=["id"]).column("id").to_pylist() == ["a", "b", "d", "c"]


class Losing(InMemoryLake):
    """A lake that lists what it does not hold."""

    def read(self, key: str, *, version_id: str | None = None) -> bytes:
        return super().read(f"gone/{key}", version_id=version_id)


def test_files_that_keep_vanishing_are_an_error() -> None:
    with pytest.raises(ObjectMissing):
        Archive(Losing(filled().objects)).read(TABLE, "churn")
