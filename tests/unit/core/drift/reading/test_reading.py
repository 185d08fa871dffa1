from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import fs

from courtside.core.dataset import Feature, FeatureKind
from courtside.core.drift import ClassicPolicy, Profile, Verdict, check, fit
from courtside.core.drift.errors import DuplicateColumns, EmptyWindow, MissingColumns, WrongType
from courtside.core.drift.reading import (
    Days,
    FeatureTable,
    FileDiffers,
    NothingReadable,
    TableMissing,
    UnreadableFile,
    fit_table,
    open_table,
    summarize_table,
)
from courtside.core.drift.reading.days import DaysInvalid
from courtside.core.drift.reading.partitions import days_of

FEATURES = [Feature("points", FeatureKind.NUMERIC), Feature("venue", FeatureKind.CATEGORICAL)]
FIRST = date(2019, 1, 1)
ROWS = 300


def rows(day: date, *, seed: int = 0, shift: float = 0.0, **columns: Any) -> pa.Table:
    rng = np.random.default_rng(day.toordinal() * 100 + seed)
    made: dict[str, Any] = {
        "game_date": pa.array([day] * ROWS, pa.date32()),
        "points": rng.normal(104 + shift, 6, ROWS),
        "venue": rng.choice(["home", "away"], ROWS),
        "other": np.zeros(ROWS),
    }
    return pa.table({name: pa.array(value) for name, value in (made | columns).items() if value is not None})


def write(path: Path, table: pa.Table, **options: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path, **options)
    return path


def opened(path: Path) -> FeatureTable:
    return open_table(fs.LocalFileSystem(), str(path), name=path.name)


def require_same(profile: Profile, other: Profile) -> None:
    """Equal but for the last bits of sums, which depend on what is added first."""
    assert (profile.rows, profile.period) == (other.rows, other.period)
    for mine, theirs in zip(profile.columns, other.columns, strict=True):
        assert mine.counts.tolist() == theirs.counts.tolist()
        assert (mine.tally, mine.dtypes) == (theirs.tally, theirs.dtypes)
    assert profile.merge(other).rows == 2 * profile.rows


def within(table: FeatureTable, start: date | None, end: date | None) -> FeatureTable:
    return replace(table, days=Days(start, end))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "features"
    for number in range(10):
        day = FIRST + timedelta(days=number)
        write(root / "season=2019" / f"dt={day}" / "part-0.parquet", rows(day))
    return root


@pytest.fixture
def reference(folder: Path) -> Profile:
    return fit_table(opened(folder), FEATURES, time_column="game_date").profile


def test_a_folder_is_the_same_table_as_one_file(folder: Path, reference: Profile, tmp_path: Path) -> None:
    whole = pa.concat_tables(rows(FIRST + timedelta(days=number)) for number in range(10))
    single = fit_table(opened(write(tmp_path / "all.parquet", whole)), FEATURES, time_column="game_date").profile
    for same in (
        fit(whole, FEATURES, time_column="game_date"),
        single,
        summarize_table(reference, opened(folder)).profile,
    ):
        require_same(same, reference)


def test_row_groups_and_batches_do_not_matter(folder: Path, reference: Profile, tmp_path: Path) -> None:
    whole = pa.concat_tables(rows(FIRST + timedelta(days=number)) for number in range(10))
    small = write(tmp_path / "groups.parquet", whole, row_group_size=77)
    require_same(summarize_table(reference, opened(small)).profile, summarize_table(reference, opened(folder)).profile)


def test_only_the_wanted_columns_are_read(folder: Path) -> None:
    table = opened(folder).of(["points"])
    assert next(iter(table)).schema.names == ["points"]


def test_days_prune_files_by_partition_without_opening_them(folder: Path, reference: Profile) -> None:
    (folder / "season=2019" / "dt=2019-01-03" / "part-0.parquet").write_bytes(b"never opened")
    table = within(opened(folder), date(2019, 1, 5), date(2019, 1, 8))
    seen = summarize_table(reference, table)
    assert seen.profile.period == (date(2019, 1, 5), date(2019, 1, 7))
    assert (seen.profile.rows, seen.quarantined) == (3 * ROWS, ())


def test_days_filter_rows_where_no_partition_tells(reference: Profile, tmp_path: Path) -> None:
    whole = pa.concat_tables(rows(FIRST + timedelta(days=number)) for number in range(10))
    path = write(tmp_path / "all.parquet", whole, row_group_size=ROWS)
    seen = summarize_table(reference, within(opened(path), date(2019, 1, 9), None))
    assert (seen.profile.rows, seen.profile.period) == (2 * ROWS, (date(2019, 1, 9), date(2019, 1, 10)))
    with pytest.raises(EmptyWindow):
        summarize_table(reference, within(opened(path), date(2020, 1, 1), None))


@pytest.mark.parametrize("zone", [None, "UTC", "America/New_York"])
def test_timestamps_are_of_the_day_in_their_own_zone(reference: Profile, tmp_path: Path, zone: str | None) -> None:
    moments = [datetime(2019, 1, 1, 12, tzinfo=UTC) + timedelta(hours=hour) for hour in range(ROWS)]
    stamps = pa.array([moment.replace(tzinfo=None) for moment in moments], pa.timestamp("us")).cast(
        pa.timestamp("us", tz=zone)
    )
    path = write(tmp_path / "stamps.parquet", rows(FIRST, game_date=stamps))
    seen = summarize_table(reference, within(opened(path), date(2019, 1, 3), date(2019, 1, 5)))
    assert seen.profile.rows == 48
    assert seen.profile.period == (date(2019, 1, 3), date(2019, 1, 4))


def test_sub_windows_add_up_and_lie_in_the_wanted_days(folder: Path, reference: Profile) -> None:
    seen = summarize_table(reference, within(opened(folder), date(2019, 1, 4), None))
    assert [part.start for part in seen.parts] == [date(2019, 1, day) for day in range(4, 11)]
    assert sum(part.profile.rows for part in seen.parts) == seen.profile.rows == 7 * ROWS


def test_rows_without_a_date_count_in_the_whole_but_in_no_part(folder: Path, reference: Profile) -> None:
    day = date(2019, 1, 2)
    gaps = pa.array([None] * 50 + [day] * (ROWS - 50), pa.date32())
    write(folder / "season=2019" / f"dt={day}" / "part-0.parquet", rows(day, game_date=gaps))
    seen = summarize_table(reference, opened(folder))
    assert seen.profile.rows == 10 * ROWS
    assert sum(part.profile.rows for part in seen.parts) == 10 * ROWS - 50


def test_hive_keys_stand_in_for_columns_the_files_lack(tmp_path: Path) -> None:
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
def test_partitions_say_which_days_their_rows_can_be_of(
    partitions: dict[str, str | None], start: date | None, end: date | None
) -> None:
    assert days_of(partitions, time_column="played") == Days(start, end)


def test_hidden_files_and_other_formats_are_not_the_table(folder: Path, reference: Profile) -> None:
    (folder / "_SUCCESS").write_text("")
    (folder / "notes.csv").write_text("points\n1\n")
    write(folder / "_delta_log" / "x.parquet", rows(FIRST))
    write(folder / ".staging" / "x.parquet", rows(FIRST))
    assert summarize_table(reference, opened(folder)).profile.rows == 10 * ROWS


def broken(kind: str, path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(
        {"cut": content[: len(content) // 2], "empty": b"", "text": b"not parquet", "tail": content[:-9]}[kind]
    )


@pytest.mark.parametrize("kind", ["cut", "empty", "text", "tail"])
def test_one_bad_file_is_named_and_hides_no_drift_in_the_others(folder: Path, reference: Profile, kind: str) -> None:
    for number in range(10):
        day = FIRST + timedelta(days=number)
        write(folder / "season=2019" / f"dt={day}" / "part-0.parquet", rows(day, seed=1, shift=6))
    broken(kind, folder / "season=2019" / "dt=2019-01-04" / "part-0.parquet")
    seen = summarize_table(reference, opened(folder))
    (bad,) = seen.quarantined
    assert bad.file == "features/season=2019/dt=2019-01-04/part-0.parquet"
    assert bad.reason.startswith("unreadable: ")
    assert seen.profile.rows == 9 * ROWS
    assert "points" in check(reference, seen.profile, ClassicPolicy()).features_drifted


def test_a_page_that_is_damaged_in_the_middle_takes_its_whole_file_out(folder: Path, reference: Profile) -> None:
    path = folder / "season=2019" / "dt=2019-01-04" / "part-0.parquet"
    pq.write_table(rows(date(2019, 1, 4)), path, write_page_checksum=True, row_group_size=50)
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 64] = bytes(64)
    path.write_bytes(content)
    seen = summarize_table(reference, opened(folder))
    assert len(seen.quarantined) == 1
    assert seen.profile.rows == 9 * ROWS


def test_a_bad_file_in_the_reference_is_named_too(folder: Path) -> None:
    broken("cut", folder / "season=2019" / "dt=2019-01-04" / "part-0.parquet")
    fitted = fit_table(opened(folder), FEATURES, time_column="game_date")
    assert fitted.profile.rows == 9 * ROWS
    assert [bad.side for bad in fitted.quarantined] == ["reference"]


def test_when_every_file_is_bad_the_error_names_them(folder: Path, reference: Profile) -> None:
    for path in folder.rglob("*.parquet"):
        broken("cut", path)
    with pytest.raises(NothingReadable, match="none of the 10 files of features"):
        summarize_table(reference, opened(folder))
    with pytest.raises(NothingReadable):
        fit_table(opened(folder), FEATURES, time_column="game_date")


def test_a_single_bad_file_is_an_error_not_a_quarantine(reference: Profile, tmp_path: Path) -> None:
    path = tmp_path / "cut.parquet"
    path.write_bytes(b"PAR1")
    with pytest.raises(UnreadableFile, match=r"cut\.parquet"):
        summarize_table(reference, opened(path))
    with pytest.raises(UnreadableFile):
        fit_table(opened(path), FEATURES, time_column=None)


def test_a_missing_table_says_what_to_give(tmp_path: Path) -> None:
    with pytest.raises(TableMissing, match="no such file or folder"):
        opened(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(TableMissing, match="no parquet file below it"):
        opened(tmp_path / "empty")


def evolved(folder: Path, **columns: Any) -> None:
    day = date(2019, 1, 4)
    write(folder / "season=2019" / f"dt={day}" / "part-0.parquet", rows(day, **columns))


def test_a_column_gone_from_some_files_is_missing_in_their_rows(folder: Path, reference: Profile) -> None:
    evolved(folder, points=None)
    seen = summarize_table(reference, opened(folder))
    assert not seen.quarantined
    tally = seen.profile.by_name["points"].tally
    assert (tally.absent, tally.valid, seen.profile.rows) == (ROWS, 9 * ROWS, 10 * ROWS)
    assert check(reference, seen.profile, ClassicPolicy()).features[0].missing_rate == pytest.approx(0.1)


def test_a_column_of_another_type_in_some_files_is_mistyped_in_their_rows(folder: Path, reference: Profile) -> None:
    evolved(folder, points=pa.array(["104"] * ROWS))
    seen = summarize_table(reference, opened(folder))
    tally = seen.profile.by_name["points"].tally
    assert (tally.mistyped, tally.valid) == (ROWS, 9 * ROWS)


def test_a_column_of_another_type_in_all_files_is_a_verdict(reference: Profile, tmp_path: Path) -> None:
    path = write(tmp_path / "texts.parquet", rows(FIRST, points=pa.array(["104"] * ROWS)))
    features = check(reference, summarize_table(reference, opened(path)).profile, ClassicPolicy()).features
    assert [feature.verdict for feature in features] == [Verdict.WRONG_TYPE, Verdict.NO_DRIFT]


def test_an_added_column_changes_nothing(folder: Path, reference: Profile) -> None:
    evolved(folder, brand_new=np.ones(ROWS))
    assert summarize_table(reference, opened(folder)).profile == reference


def test_a_file_that_names_a_feature_twice_is_set_aside(folder: Path, reference: Profile) -> None:
    day = date(2019, 1, 4)
    doubled = pa.Table.from_arrays(
        [*rows(day).columns, rows(day).column("points")], [*rows(day).column_names, "points"]
    )
    path = write(folder / "season=2019" / f"dt={day}" / "part-0.parquet", doubled)
    (bad,) = summarize_table(reference, opened(folder)).quarantined
    assert "more than one column 'points'" in bad.reason
    with pytest.raises(DuplicateColumns):
        summarize_table(reference, opened(path))


def test_a_file_of_another_table_is_set_aside(folder: Path, reference: Profile) -> None:
    write(folder / "stray.parquet", pa.table({"game_date": pa.array([FIRST], pa.date32()), "weather": ["rain"]}))
    (bad,) = summarize_table(reference, opened(folder)).quarantined
    assert bad.file == "features/stray.parquet"
    assert "no column 'points', 'venue'" in bad.reason


def test_a_file_without_dates_counts_unless_days_are_wanted(folder: Path, reference: Profile) -> None:
    write(folder / "undated.parquet", rows(FIRST, game_date=None))
    assert summarize_table(reference, opened(folder)).profile.rows == 11 * ROWS
    seen = summarize_table(reference, within(opened(folder), date(2019, 1, 1), None))
    assert seen.profile.rows == 10 * ROWS
    assert "no column 'game_date'" in seen.quarantined[0].reason


def test_a_file_whose_time_column_holds_no_dates_is_set_aside(folder: Path, reference: Profile) -> None:
    evolved(folder, game_date=pa.array(["2019-01-04"] * ROWS))
    (bad,) = summarize_table(reference, opened(folder)).quarantined
    assert "expected a timestamp or date" in bad.reason


@pytest.mark.parametrize(
    ("columns", "error"),
    [({"points": None}, MissingColumns), ({"points": pa.array(["x"] * ROWS)}, WrongType)],
)
def test_a_reference_must_be_whole_and_the_error_names_the_file(
    folder: Path, columns: dict[str, Any], error: type[Exception]
) -> None:
    evolved(folder, **columns)
    with pytest.raises(FileDiffers, match="dt=2019-01-04/part-0") as raised:
        fit_table(opened(folder), FEATURES, time_column="game_date")
    assert isinstance(raised.value.cause, error)


def test_days_the_wrong_way_round_are_named() -> None:
    with pytest.raises(DaysInvalid, match="must be after the start"):
        Days(date(2019, 2, 1), date(2019, 1, 1))


def test_texts_are_read_as_dictionaries_and_no_type_has_changed(folder: Path, reference: Profile) -> None:
    in_memory = fit(rows(FIRST), FEATURES, time_column="game_date")
    assert summarize_table(in_memory, opened(folder)).profile.by_name["venue"].dtypes == {"string"}
    assert reference.by_name["venue"].dtypes == {"string"}
