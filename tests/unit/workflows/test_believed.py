"""What was believed on a day has one answer, whatever comes later and however many rows there are."""

import re
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courtside.contracts import lake_keys, scoring_keys
from courtside.core.archive_schemas import LABELS, PREDICTIONS
from courtside.core.dataset import Dataset
from courtside.core.drift.reading import ALL_DAYS, Days
from courtside.core.labels.believed import BELIEVED
from courtside.datasets.catalog import load_dataset
from courtside.workflows.archive_log import ArchiveLog
from courtside.workflows.believed import Beliefs
from tests.fakes.ports import InMemoryLake
from tests.fakes.predicting import DAY, LoansStage, loans

CHURN = load_dataset("courtside/datasets/examples/churn.yaml")
FIRST = date(2026, 3, 1)
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def predict(lake: InMemoryLake, as_of: int, *rows: tuple[str, int, float], revision: int = 1) -> None:
    said = [
        {"id": row, "time": datetime.combine(day(at), datetime.min.time(), UTC), "as_of": day(as_of), "made_at": NOW,
         "version": "1", "sha256": "", "role": "champion", "prediction": value, "features_hash": "",
         "revision": revision, "segments": [("plan", row[:1])]}
        for row, at, value in rows
    ]  # fmt: skip
    table = pa.Table.from_pylist(said, PREDICTIONS)
    ArchiveLog(lake, lake_keys.predictions("churn"), PREDICTIONS).append(day(as_of), lambda _: table)


def label(lake: InMemoryLake, known_on: int, *rows: tuple[str, str | None]) -> None:
    said = [
        {"id": row, "label": each, "known_on": day(known_on), "recorded_at": NOW, "source": "table", "revision": 1}
        for row, each in rows
    ]
    table = pa.Table.from_pylist(said, LABELS)
    ArchiveLog(lake, lake_keys.labels("churn"), LABELS).append(day(known_on), lambda _: table)


def asked(lake: InMemoryLake, as_of: int, days: Days = ALL_DAYS, *, dataset: Dataset = CHURN) -> list[tuple[Any, ...]]:
    parts = pa.concat_tables(Beliefs(lake, dataset, day(as_of)).parts(days))
    assert parts.schema.equals(BELIEVED)
    return [(row["id"], row["prediction"], row["label"]) for row in parts.to_pylist()]


def test_what_was_believed_on_a_day_does_not_change_with_what_comes_later() -> None:
    lake = InMemoryLake()
    predict(lake, 0, ("a", 2, 0.1), ("b", 2, 0.2))
    label(lake, 3, ("a", "0"))
    assert asked(lake, 3) == [("a", 0.1, "0"), ("b", 0.2, None)]
    label(lake, 4, ("a", "1"), ("b", "1"))
    predict(lake, 4, ("c", 4, 0.3))
    label(lake, 5, ("b", None))
    assert asked(lake, 3) == [("a", 0.1, "0"), ("b", 0.2, None)]
    assert asked(lake, 4) == [("a", 0.1, "1"), ("b", 0.2, "1"), ("c", 0.3, None)]
    assert asked(lake, 5) == [("a", 0.1, "1"), ("b", 0.2, None), ("c", 0.3, None)]


def test_of_a_day_the_later_file_counts() -> None:
    lake = InMemoryLake()
    predict(lake, 0, ("a", 2, 0.1))
    predict(lake, 0, ("a", 2, 0.2), revision=2)
    for each in ("0", "1", "0", "1"):
        label(lake, 3, ("a", each))
    assert asked(lake, 3) == [("a", 0.2, "1")]


def test_labels_may_come_before_predictions() -> None:
    lake = InMemoryLake()
    label(lake, 1, ("a", "1"))
    assert asked(lake, 1) == []
    predict(lake, 2, ("a", 2, 0.1))
    assert asked(lake, 2) == [("a", 0.1, "1")]


def test_only_rows_of_the_days_that_are_asked_for_come() -> None:
    lake = InMemoryLake()
    predict(lake, 0, ("a", 1, 0.1), ("b", 2, 0.2), ("c", 3, 0.3))
    assert asked(lake, 9, Days(day(2), day(3))) == [("b", 0.2, None)]
    assert asked(lake, 9, Days(day(8))) == []


def test_a_label_may_be_known_long_before_its_row() -> None:
    lake = InMemoryLake()
    label(lake, 1, ("a", "1"))
    predict(lake, 30, ("a", 37, 0.1))
    assert asked(lake, 38, Days(day(37))) == [("a", 0.1, "1")]


def test_files_that_cannot_say_anything_about_the_days_are_not_read() -> None:
    lake = InMemoryLake()
    predict(lake, 0, ("a", 1, 0.1))
    predict(lake, 30, ("b", 31, 0.1))
    lake.write(scoring_keys.file_of_log(lake_keys.predictions("churn"), day(0), 1), b"not read")
    assert asked(lake, 40, Days(day(30))) == [("b", 0.1, None)]


@pytest.mark.parametrize("most_in_memory", [0, 10_000, 10**9])
def test_windows_hold_the_same_rows_in_the_same_order_however_much_fits_into_memory(most_in_memory: int) -> None:
    lake = InMemoryLake()
    for at in range(30):
        predict(lake, at, *((f"{at}-{each}", at + each % 3, each / 10) for each in range(10)))
        label(lake, at, *((f"{at}-{each}", str(each % 2)) for each in range(0, 10, 2)))
    whole = Beliefs(lake, CHURN, day(40))
    starts = [day(2), day(9), day(10), day(17), day(24)]
    windows = [Days(*each) for each in pairwise(starts) if each != (day(9), day(10))]  # there is a gap
    expected = {
        window: [
            row
            for row in pa.concat_tables(whole.parts(ALL_DAYS)).to_pylist()
            if window.start <= row["day"] < window.end
        ]
        for window in windows
    }
    found = list(Beliefs(lake, CHURN, day(40), most_in_memory=most_in_memory).windows(windows))
    assert [window for window, _ in found] == windows
    assert {window: table.to_pylist() for window, table in found} == expected
    assert all(table.num_rows == 70 and table.schema.equals(BELIEVED) for _, table in found)


def test_more_windows_than_files_may_be_open_are_no_trouble() -> None:
    lake = InMemoryLake()
    for at in range(0, 400, 7):
        predict(lake, at, (str(at), at, 0.5))
    windows = [Days(day(at), day(at + 1)) for at in range(400)]
    found = list(Beliefs(lake, CHURN, day(400), most_in_memory=0).windows(windows))
    assert [table.column("id").to_pylist() for _, table in found] == [
        [str(at)] if at % 7 == 0 else [] for at in range(400)
    ]
    assert list(Beliefs(lake, CHURN, day(400)).windows([])) == []
    assert [table.num_rows for _, table in Beliefs(InMemoryLake(), CHURN, day(1)).windows(windows[:2])] == [0, 0]


CHANGE = st.tuples(
    st.booleans(), st.integers(0, 9), st.sampled_from("abc"), st.integers(0, 9), st.sampled_from(["0", "1", None])
)


@given(st.lists(CHANGE, max_size=12), st.integers(0, 9))
def test_every_day_keeps_its_answer(changes: list[tuple[bool, int, str, int, str | None]], as_of: int) -> None:
    lake, then = InMemoryLake(), None
    for is_label, on, row, at, said in sorted(changes, key=lambda each: each[1]):
        if on > as_of and then is None:
            then = asked(lake, as_of)
        if is_label:
            label(lake, on, (row, said))
        else:
            predict(lake, on, (row, at, at / 10))
    assert then is None or asked(lake, as_of) == then


@settings(max_examples=25)
@given(st.lists(CHANGE, max_size=12), st.integers(0, 9))
def test_the_query_on_the_page_finds_the_same(
    changes: list[tuple[bool, int, str, int, str | None]], as_of: int
) -> None:
    lake = InMemoryLake()
    predict(lake, 0, ("z", 3, 0.5))
    label(lake, 0, ("z", "1"))
    for is_label, on, row, at, said in changes:
        if is_label:
            label(lake, on, (row, said))
        else:
            predict(lake, on, (row, at, at / 10))
    (query,) = re.findall(r"```sql\n(.*?)```", Path("docs/predictions.md").read_text(), re.DOTALL)
    with TemporaryDirectory() as folder:
        for key, content in lake.objects.items():
            path = Path(folder, key)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        with duckdb.connect() as con:
            found = con.sql(
                query.replace("archive/", f"{folder}/archive/").replace("2026-03-03", str(day(as_of)))
            ).fetchall()
    table = pa.concat_tables(Beliefs(lake, CHURN, day(as_of)).parts(ALL_DAYS))
    names = ("id", "day", "version", "role", "prediction", "label")
    assert sorted(found, key=repr) == sorted(
        (tuple(row[name] for name in names) for row in table.to_pylist()), key=repr
    )


def test_the_first_row_of_a_window_is_found_in_whatever_zone_its_times_are() -> None:
    for zone, hour in (("America/New_York", 2), ("Asia/Tokyo", 20), ("UTC", 0)):
        stage = LoansStage()
        stage.promote("1", 0.5)
        moment = datetime.combine(DAY, datetime.min.time(), UTC) + timedelta(hours=hour)
        times = pa.array([moment], pa.timestamp("us", tz=zone))
        stage.put("march", loans(1, [0.4]).set_column(1, "asked_on", times))
        for before in range(12, -2, -1):
            stage.predict(DAY - timedelta(days=before))
        beliefs = Beliefs(stage.lake, stage.dataset, DAY + timedelta(days=9))
        ((_, served),) = beliefs.windows([Days(DAY, DAY + timedelta(days=1))])
        assert served.column("day").to_pylist() == [DAY], zone
