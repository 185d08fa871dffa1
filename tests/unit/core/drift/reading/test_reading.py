import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from courtside.core.dataset import Feature, FeatureKind
from courtside.core.drift import Profile, fit
from courtside.core.drift.errors import EmptyWindow
from courtside.core.drift.reading import (
    ALL_DAYS,
    Days,
    fit_table,
    parquet,
    summarize_table,
)
from courtside.core.drift.reading.partitions import days_of
from tests.unit.core.drift.reading.tables import FEATURES, FIRST, ROWS, opened, require_same, rows, within, write


def test_a_folder_is_the_same_table_as_one_file(folder: Path, reference: Profile, tmp_path: Path) -> None:
    whole = pa.concat_tables(rows(FIRST + timedelta(days=number)) for number in range(10))
    single = fit_table(opened(write(tmp_path / "all.parquet", whole)), FEATURES, time_column="game_date").profile
    for same in (
        fit(whole, FEATURES, time_column="game_date"),
        single,
        summarize_table(reference, opened(folder)).profile,
    ):
        require_same(same, reference)


def test_row_groups_and_batches_change_nothing(folder: Path, reference: Profile, tmp_path: Path) -> None:
    whole = pa.concat_tables(rows(FIRST + timedelta(days=number)) for number in range(10))
    small = write(tmp_path / "groups.parquet", whole, row_group_size=77)
    require_same(summarize_table(reference, opened(small)).profile, summarize_table(reference, opened(folder)).profile)


def test_only_the_requested_columns_are_read(folder: Path) -> None:
    table = opened(folder).of(["points"])
    assert next(iter(table)).schema.names == ["points"]


def test_files_of_other_days_are_skipped_by_their_partition_without_being_opened(
    folder: Path, reference: Profile
) -> None:
    (folder / "season=2019" / "dt=2019-01-03" / "part-0.parquet").write_bytes(b"never opened")
    table = within(opened(folder), date(2019, 1, 5), date(2019, 1, 8))
    seen = summarize_table(reference, table)
    assert seen.profile.period == (date(2019, 1, 5), date(2019, 1, 7))
    assert (seen.profile.rows, seen.quarantined) == (3 * ROWS, ())


def test_rows_are_filtered_by_day_where_partitions_do_not_name_it(reference: Profile, tmp_path: Path) -> None:
    whole = pa.concat_tables(rows(FIRST + timedelta(days=number)) for number in range(10))
    path = write(tmp_path / "all.parquet", whole, row_group_size=ROWS)
    seen = summarize_table(reference, within(opened(path), date(2019, 1, 9), None))
    assert (seen.profile.rows, seen.profile.period) == (2 * ROWS, (date(2019, 1, 9), date(2019, 1, 10)))
    with pytest.raises(EmptyWindow):
        summarize_table(reference, within(opened(path), date(2020, 1, 1), None))


@pytest.mark.parametrize("zone", [None, "UTC", "America/New_York"])
def test_a_timestamp_belongs_to_the_day_in_its_own_time_zone(
    reference: Profile, tmp_path: Path, zone: str | None
) -> None:
    moments = [datetime(2019, 1, 1, 12, tzinfo=UTC) + timedelta(hours=hour) for hour in range(ROWS)]
    stamps = pa.array([moment.replace(tzinfo=None) for moment in moments], pa.timestamp("us")).cast(
        pa.timestamp("us", tz=zone)
    )
    path = write(tmp_path / "stamps.parquet", rows(FIRST, game_date=stamps))
    seen = summarize_table(reference, within(opened(path), date(2019, 1, 3), date(2019, 1, 5)))
    assert seen.profile.rows == 48
    assert seen.profile.period == (date(2019, 1, 3), date(2019, 1, 4))


def test_sub_windows_add_up_and_lie_within_the_selected_days(folder: Path, reference: Profile) -> None:
    seen = summarize_table(reference, within(opened(folder), date(2019, 1, 4), None))
    assert [part.start for part in seen.parts] == [date(2019, 1, day) for day in range(4, 11)]
    assert sum(part.profile.rows for part in seen.parts) == seen.profile.rows == 7 * ROWS


def test_rows_without_a_date_count_in_the_whole_but_in_no_sub_window(folder: Path, reference: Profile) -> None:
    day = date(2019, 1, 2)
    gaps = pa.array([None] * 50 + [day] * (ROWS - 50), pa.date32())
    write(folder / "season=2019" / f"dt={day}" / "part-0.parquet", rows(day, game_date=gaps))
    seen = summarize_table(reference, opened(folder))
    assert seen.profile.rows == 10 * ROWS
    assert sum(part.profile.rows for part in seen.parts) == 10 * ROWS - 50


def test_hive_partition_keys_replace_columns_that_the_files_lack(tmp_path: Path) -> None:
    features = [*FEATURES, Feature("season", FeatureKind.NUMERIC), Feature("league", FeatureKind.CATEGORICAL)]
    for season, league in ((2018, "nba"), (2019, "nba"), (2019, "wnba")):
        day = date(season, 3, 1)
        path = tmp_path / f"season={season}" / f"league={league}" / f"game_date={day}" / "p.parquet"
        write(path, rows(day, game_date=None))
    profile = fit_table(opened(tmp_path), features, time_column="game_date").profile
    assert profile.period == (date(2018, 3, 1), date(2019, 3, 1))
    assert profile.by_name["season"].tally.valid == 3 * ROWS
    assert profile.by_name["league"].counts.tolist() == [2 * ROWS, ROWS, 0]
    seen = summarize_table(profile, within(opened(tmp_path), date(2019, 1, 1), None))
    assert seen.profile.by_name["season"].counts.sum() == 2 * ROWS
    assert [part.profile.rows for part in seen.parts] == [2 * ROWS]


@pytest.mark.parametrize(
    ("partitions", "start", "end"),
    [
        ({"dt": "2019-03-05"}, date(2019, 3, 5), date(2019, 3, 6)),
        ({"played": "2019-03-05", "dt": "2020-01-01"}, date(2019, 3, 5), date(2019, 3, 6)),
        ({"date": "2019-12"}, date(2019, 12, 1), date(2020, 1, 1)),
        ({"year": "2019"}, date(2019, 1, 1), date(2020, 1, 1)),
        ({"year": "2019", "month": "02"}, date(2019, 2, 1), date(2019, 3, 1)),
        ({"year": "2019", "month": "12", "day": "31"}, date(2019, 12, 31), date(2020, 1, 1)),
        ({"season": "2019"}, date(2018, 1, 1), date(2021, 1, 1)),
        ({"dt": "soon"}, None, None),
        ({"dt": "2019-02-31"}, None, None),
        ({"year": "2019", "month": "13"}, None, None),
        ({"dt": None}, None, None),
        ({}, None, None),
    ],
)
def test_partitions_limit_the_days_that_their_rows_can_have(
    partitions: dict[str, str | None], start: date | None, end: date | None
) -> None:
    assert days_of(partitions, time_column="played") == Days(start, end)


def test_hidden_files_and_other_formats_are_not_part_of_the_table(folder: Path, reference: Profile) -> None:
    (folder / "_SUCCESS").write_text("")
    (folder / "notes.csv").write_text("points\n1\n")
    write(folder / "_delta_log" / "x.parquet", rows(FIRST))
    write(folder / ".staging" / "x.parquet", rows(FIRST))
    assert summarize_table(reference, opened(folder)).profile.rows == 10 * ROWS


class CountedStore:
    """A filesystem of one file that counts how often bytes are requested from it."""

    def __init__(self, content: bytes, type_name: str) -> None:
        self.type_name = type_name
        self.asked = 0
        self._content = content

    def open_input_file(self, _: str) -> pa.NativeFile:
        store = self

        class Counted(io.BytesIO):
            def read(self, size: int | None = -1, /) -> bytes:
                store.asked += 1
                return super().read(size)

        return pa.PythonFile(Counted(self._content), mode="r")


def test_a_remote_store_is_read_in_few_requests() -> None:
    file = io.BytesIO()
    columns = {f"x{place}": np.random.default_rng(place).normal(size=400_000) for place in range(4)}
    pq.write_table(pa.table(columns), file, row_group_size=200_000)
    asked, found = {}, {}
    for name in ("local", "s3"):
        store = CountedStore(file.getvalue(), name)
        batches = list(parquet.stream(store, "x.parquet", parquet.Scope(list(columns), ALL_DAYS, None), name="x"))  # type: ignore[arg-type]
        asked[name], found[name] = store.asked, pa.Table.from_batches(batches)
    assert found["s3"] == found["local"] == pa.table(columns)
    assert asked["s3"] <= 20
    assert asked["local"] > 100
