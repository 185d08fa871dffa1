import os
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from courtside.core.drift import ClassicPolicy, Profile, Verdict, check, fit
from courtside.core.drift.errors import DuplicateColumns, MissingColumns, WrongType
from courtside.core.drift.reading import (
    Days,
    FileDiffers,
    NothingReadable,
    TableMissing,
    UnreadableFile,
    fit_table,
    summarize_table,
)
from courtside.core.drift.reading.days import DaysInvalid
from tests.unit.core.drift.reading.tables import FEATURES, FIRST, ROWS, opened, rows, within, write


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


def test_a_file_with_one_damaged_page_is_set_aside_whole(folder: Path, reference: Profile) -> None:
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


def test_the_error_for_a_missing_table_says_what_to_give_instead(tmp_path: Path) -> None:
    with pytest.raises(TableMissing, match="no such file or folder"):
        opened(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(TableMissing, match="write it to a file first"):
        opened(tmp_path / "pipe")
    (tmp_path / "empty").mkdir()
    with pytest.raises(TableMissing, match="no parquet, CSV or Feather file below it"):
        opened(tmp_path / "empty")


def evolved(folder: Path, **columns: Any) -> None:
    day = date(2019, 1, 4)
    write(folder / "season=2019" / f"dt={day}" / "part-0.parquet", rows(day, **columns))


def test_a_column_absent_from_some_files_counts_as_missing_in_their_rows(folder: Path, reference: Profile) -> None:
    evolved(folder, points=None)
    seen = summarize_table(reference, opened(folder))
    assert not seen.quarantined
    tally = seen.profile.by_name["points"].tally
    assert (tally.absent, tally.valid, seen.profile.rows) == (ROWS, 9 * ROWS, 10 * ROWS)
    assert check(reference, seen.profile, ClassicPolicy()).features[0].missing_rate == pytest.approx(0.1)


def test_a_column_of_another_type_in_some_files_counts_as_mistyped_in_their_rows(
    folder: Path, reference: Profile
) -> None:
    evolved(folder, points=pa.array(["104"] * ROWS))
    seen = summarize_table(reference, opened(folder))
    tally = seen.profile.by_name["points"].tally
    assert (tally.mistyped, tally.valid) == (ROWS, 9 * ROWS)


def test_a_column_of_another_type_in_all_files_gets_the_verdict_wrong_type(reference: Profile, tmp_path: Path) -> None:
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
    with pytest.raises(DuplicateColumns, match=r"the table .*part-0\.parquet has more than one"):
        summarize_table(reference, opened(path))


def test_a_file_of_another_table_is_set_aside(folder: Path, reference: Profile) -> None:
    write(folder / "stray.parquet", pa.table({"game_date": pa.array([FIRST], pa.date32()), "weather": ["rain"]}))
    (bad,) = summarize_table(reference, opened(folder)).quarantined
    assert bad.file == "features/stray.parquet"
    assert "no columns 'points', 'venue'" in bad.reason


def test_a_file_without_dates_is_read_unless_days_are_selected(folder: Path, reference: Profile) -> None:
    write(folder / "undated.parquet", rows(FIRST, game_date=None))
    assert summarize_table(reference, opened(folder)).profile.rows == 11 * ROWS
    seen = summarize_table(reference, within(opened(folder), date(2019, 1, 1), None))
    assert seen.profile.rows == 10 * ROWS
    assert "no column 'game_date'" in seen.quarantined[0].reason


def test_a_file_whose_time_column_holds_no_dates_is_set_aside(folder: Path, reference: Profile) -> None:
    evolved(folder, game_date=pa.array(["January"] * ROWS))
    (bad,) = summarize_table(reference, opened(folder)).quarantined
    assert "expected times such as 2024-03-01" in bad.reason


@pytest.mark.parametrize(
    ("columns", "error"),
    [({"points": None}, MissingColumns), ({"points": pa.array(["x"] * ROWS)}, WrongType)],
)
def test_every_file_of_a_reference_must_have_every_feature(
    folder: Path, columns: dict[str, Any], error: type[Exception]
) -> None:
    evolved(folder, **columns)
    with pytest.raises(FileDiffers, match="dt=2019-01-04/part-0") as raised:
        fit_table(opened(folder), FEATURES, time_column="game_date")
    assert isinstance(raised.value.cause, error)


def test_an_end_before_the_start_is_refused() -> None:
    with pytest.raises(DaysInvalid, match="must be after the start"):
        Days(date(2019, 2, 1), date(2019, 1, 1))


def test_reading_texts_as_dictionaries_does_not_change_their_type(folder: Path, reference: Profile) -> None:
    in_memory = fit(rows(FIRST), FEATURES, time_column="game_date")
    assert summarize_table(in_memory, opened(folder)).profile.by_name["venue"].dtypes == {"string"}
    assert reference.by_name["venue"].dtypes == {"string"}
