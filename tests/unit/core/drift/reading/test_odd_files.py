"""Files that are not tables, impossible times, zones without a midnight and machine limits are named precisely."""

import builtins
import errno
import gzip
import json
import sys
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import fs

from courtside.contracts.machine_limits import MachineLimit, OutOfMemory
from courtside.core.dataset import Feature, FeatureKind
from courtside.core.drift.errors import NotATimeColumn, TimeOutOfRange, WrongType
from courtside.core.drift.reading import (
    Days,
    UnreadableFile,
    fit_table,
    open_table,
    summarize_table,
    unreadable,
)
from courtside.core.drift.reading.foreign import Ends, described

FEATURES = (Feature("x", FeatureKind.NUMERIC),)


def _parquet(path: Path, table: pa.Table) -> Path:
    pq.write_table(table, path)
    return path


def _dated(path: Path, times: "pa.Array[Any]") -> Path:
    return _parquet(path, pa.table({"ts": times, "x": [float(row) for row in range(len(times))]}))


def _rows(path: Path, days: Days) -> int:
    table = open_table(fs.LocalFileSystem(), str(path), name=path.name)
    reference = fit_table(table, FEATURES, time_column="ts").profile
    return summarize_table(reference, table.of((), time_column="ts", days=days)).profile.rows


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "it is empty"),
        (b"id,ts,x\n1,2024-01-01,0.5\n", "it is text, such as CSV; rename it to end in .csv"),
        ("id;Größe\n".encode() * 30, "it is text, such as CSV"),
        (b'{"a": 1}\n{"a": 2}\n', "it is JSON"),
        (b"<html><body>403</body></html>", "it is a page or XML"),
        (gzip.compress(b"id,ts,x\n", mtime=0), "compressed with gzip"),
        (b"PK\x03\x04rest", "it is a ZIP archive"),
        (b"ARROW1\0\0", "Arrow or Feather"),
        (b"SQLite format 3\0", "SQLite"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n", "git lfs pull"),
        (b"PAR1" + bytes(2000), "its end is missing"),
        (b"\x00\x01\x02\x03" * 40, "it is of no format that is known here"),
    ],
)
def test_a_file_that_is_not_parquet_is_described_by_its_content(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "table.parquet"
    path.write_bytes(content)
    with pytest.raises(UnreadableFile, match=says):
        fit_table(open_table(fs.LocalFileSystem(), str(path), name="table"), FEATURES, time_column=None)


def test_a_file_damaged_inside_is_not_called_truncated(tmp_path: Path) -> None:
    path = _dated(tmp_path / "t.parquet", pa.array([0, 1, 2], pa.timestamp("us")))
    content = bytearray(path.read_bytes())
    content[8:40] = bytes(32)
    assert described(Ends.of(bytes(content))) is None
    path.write_bytes(content)
    with pytest.raises(UnreadableFile, match="damaged"):
        fit_table(open_table(fs.LocalFileSystem(), str(path), name="t"), FEATURES, time_column="ts")


@pytest.mark.parametrize(
    "kind", [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string())]
)
def test_text_that_is_not_utf8_is_reported_with_its_column(tmp_path: Path, kind: Any) -> None:
    drinks: Any = pa.array([b"tea", b"caf\xe9", None]).view(pa.string())
    if pa.types.is_dictionary(kind):
        drinks = pa.DictionaryArray.from_arrays(pa.array([1, 0, None], pa.int32()), drinks.slice(0, 2))
    else:
        drinks = pc.cast(drinks, kind)
    path = _parquet(tmp_path / "t.parquet", pa.table({"drink": drinks, "x": [0.0, 1.0, 2.0]}))
    table = open_table(fs.LocalFileSystem(), str(path), name="t")
    with pytest.raises(UnreadableFile, match="column 'drink' holds bytes that are no UTF-8 text"):
        fit_table(table, (Feature("drink", FeatureKind.CATEGORICAL),), time_column=None)
    assert fit_table(table, FEATURES, time_column=None).profile.rows == 3  # the bad column is not a feature


@given(content=st.binary(max_size=100))
def test_any_bytes_that_are_not_parquet_are_described(content: bytes) -> None:
    assert described(Ends.of(content)) is not None or content.startswith(b"PAR1")


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE, errno.ENOSPC, errno.EDQUOT])
def test_a_limit_of_the_machine_is_not_blamed_on_the_file(number: int) -> None:
    told = unreadable("t.parquet", OSError(number, "limit"), ends=Ends.of(b""))
    assert isinstance(told, MachineLimit)
    assert "The file itself may be right" in str(told)
    for full in (pa.ArrowMemoryError("malloc"), OSError(errno.ENOMEM, "full")):
        with pytest.raises(OutOfMemory):
            unreadable("t.parquet", full)
    assert "you may not read it" in str(unreadable("t.parquet", PermissionError(errno.EACCES, "denied")))


@pytest.mark.parametrize(
    ("count", "kind", "shown"),
    [
        (253_402_214_400_000_000, pa.timestamp("us"), "9999-12-31"),
        (-62_135_596_800_000_000, pa.timestamp("us"), "0001-01-01"),
        (568_971_820_800, pa.timestamp("s"), "of about the year 20000"),
        (568_971_820_800, pa.timestamp("s", "Asia/Tokyo"), "of about the year 20000"),
        (-62_198_755_200_000, pa.timestamp("ms"), "of about the year -1"),
        (2**63 - 1, pa.timestamp("ms"), "of about the year"),
        (6_585_322, pa.date32(), "of about the year 20000"),
    ],
)
def test_a_time_outside_the_calendar_is_reported_with_its_column(
    tmp_path: Path, count: int, kind: pa.DataType, shown: str
) -> None:
    whole = pa.int32() if kind == pa.date32() else pa.int64()
    path = _dated(tmp_path / "t.parquet", pa.array([0, 1, count], whole).cast(kind))
    for days in (Days(), Days(date(1970, 1, 1), date(1970, 2, 1))):
        with pytest.raises(TimeOutOfRange, match=f"column 'ts' holds the moment {shown}"):
            _rows(path, days)


@pytest.mark.parametrize("days", [Days(), Days(date(2024, 1, 1), date(2024, 1, 2))])
@pytest.mark.parametrize(
    "times",
    [
        ["2024-01-01", "2024-01-02"],
        ["2024-01-01T10:00", "2024-01-02T00:00:00.5"],
        ["2024-01-01T10:00:00Z", "2024-01-02T10:00:00+02:00"],
        [1_704_103_200, 1_704_153_600],
        [1_704_103_200_000, 1_704_153_600_000],
        [20240101, 20240102],
    ],
)
def test_times_are_read_in_every_common_notation(tmp_path: Path, days: Days, times: list[Any]) -> None:
    assert _rows(_dated(tmp_path / "t.parquet", pa.array(times)), days) == (2 if days.unlimited else 1)


@pytest.mark.parametrize("times", [["01/02/2024"], ["2024-02-30"], [12], ["soon"]])
def test_a_value_that_is_not_a_time_is_refused_with_an_example_of_one(tmp_path: Path, times: list[Any]) -> None:
    with pytest.raises(WrongType, match=r"column 'ts' is .*, expected times such as 2024-03-01"):
        _rows(_dated(tmp_path / "t.parquet", pa.array(times)), Days())


def test_a_column_type_that_cannot_hold_times_is_refused_with_the_conversion(tmp_path: Path) -> None:
    with pytest.raises(NotATimeColumn, match=r"df\['ts'\] = pd.to_datetime"):
        _rows(_dated(tmp_path / "t.parquet", pa.array([True])), Days())


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("America/Sao_Paulo", date(2018, 11, 4)),  # this day has no midnight
        ("Africa/Cairo", date(2024, 4, 26)),  # this day has no midnight
        ("America/Havana", date(2018, 11, 4)),  # this day has two midnights
        ("Asia/Beirut", date(2022, 3, 27)),
        ("Pacific/Apia", date(2011, 12, 30)),  # this day was skipped
        ("Europe/Berlin", date(2024, 3, 31)),
    ],
)
def test_in_every_time_zone_a_day_begins_at_its_first_moment(tmp_path: Path, zone: str, day: date) -> None:
    start = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo("UTC")) - timedelta(days=4)
    moments = [start + timedelta(hours=hours) for hours in range(24 * 12)]
    times = pa.array([int(each.timestamp()) for each in moments]).cast(pa.timestamp("s", zone))
    path = _dated(tmp_path / "t.parquet", times)
    local = [each.astimezone(ZoneInfo(zone)).date() for each in moments]
    for first, end in ((day, day + timedelta(days=5)), (day - timedelta(days=2), day)):
        expected = sum(first <= each < end for each in local)
        assert _rows(path, Days(first, end)) == expected


def test_nanoseconds_are_read_without_pandas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hours = np.arange(100, dtype=np.int64) * 3_600_000_000_123
    path = _dated(tmp_path / "t.parquet", pa.array(hours).cast(pa.timestamp("ns")))
    load: Callable[..., Any] = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name.partition(".")[0] == "pandas":
            raise ImportError(name)
        return load(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    for name in [name for name in sys.modules if name.partition(".")[0] == "pandas"]:
        monkeypatch.delitem(sys.modules, name)
    assert _rows(path, Days()) == 100
    assert _rows(path, Days(date(1970, 1, 2))) == 76
    assert _rows(path, Days(date(1970, 1, 2), date(9999, 1, 1))) == 76


@pytest.mark.parametrize("names", [("s", "s.k"), ("s.k", "s")])
def test_a_column_with_a_dot_in_its_name_is_no_field_of_another_column(tmp_path: Path, names: tuple[str, str]) -> None:
    """Parquet calls the field k of a column s by the same name."""
    values = {"s": pa.array([{"k": 100.0 + row, "z": 1} for row in range(50)]), "s.k": pa.array(np.arange(50.0))}
    path = _parquet(tmp_path / "t.parquet", pa.table({name: values[name] for name in names}))
    table = open_table(fs.LocalFileSystem(), str(path), name="t")
    batch = next(iter(table.of(["s.k"])))
    assert batch.to_pydict() == {"s.k": values["s.k"].to_pylist()}


def test_a_string_view_column_is_read_as_text(tmp_path: Path) -> None:
    table = pa.table({"c": pa.array(["u", "v"] * 10, pa.string_view())})
    path = _parquet(tmp_path / "t.parquet", table)
    features = (Feature("c", FeatureKind.CATEGORICAL),)
    profile = fit_table(open_table(fs.LocalFileSystem(), str(path), name="t"), features, time_column=None).profile
    assert json.dumps(profile.by_name["c"].bin_counts.tolist()) == "[10, 10, 0]"
