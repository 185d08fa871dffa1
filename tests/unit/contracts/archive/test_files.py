"""Each row of a log counts once, also while its files are being merged."""

from datetime import date

from courtside.contracts import lake_keys, scoring_keys
from courtside.contracts.archive.files import files_that_count

PREFIX = lake_keys.labels("churn")
DAY, NEXT = date(2026, 3, 1), date(2026, 3, 2)


def plain(number: int, day: date = DAY) -> str:
    return scoring_keys.file_of_log(PREFIX, day, number)


def merged(first: int, last: int, day: date = DAY) -> str:
    return scoring_keys.merged_file_of_log(PREFIX, day, first, last)


def test_files_of_a_log_count_with_their_days_and_notes_do_not() -> None:
    keys = [plain(2), plain(1), plain(1, NEXT), f"{PREFIX}_progress.json"]
    assert files_that_count(keys) == {plain(1): DAY, plain(2): DAY, plain(1, NEXT): NEXT}


def test_what_was_merged_does_not_count_beside_the_file_that_holds_it() -> None:
    keys = [plain(1), plain(2), plain(3), merged(1, 2), plain(1, NEXT)]
    assert list(files_that_count(keys)) == [merged(1, 2), plain(3), plain(1, NEXT)]


def test_a_merged_file_that_was_merged_again_does_not_count() -> None:
    assert list(files_that_count([merged(1, 2), plain(2), plain(3), merged(1, 3), plain(4)])) == [
        merged(1, 3),
        plain(4),
    ]
    assert list(files_that_count([merged(1, 2), merged(3, 4), merged(1, 4)])) == [merged(1, 4)]


def test_keys_of_merged_files_are_read_back() -> None:
    assert scoring_keys.merged_log_file_of(merged(1, 1_234_567)) == (DAY, 1, 1_234_567)
    assert scoring_keys.log_file_of(merged(1, 2)) is None
    for other in (plain(1), merged(1, 2).replace("03-01", "02-30"), merged(1, 2).replace(".parquet", ".json")):
        assert scoring_keys.merged_log_file_of(other) is None
