"""Which of the files below a table's prefix hold its rows."""

from collections.abc import Iterable
from datetime import date

from courtside.contracts.archive.table import day_of_file
from courtside.contracts.scoring_keys import log_file_of, merged_log_file_of


def files_that_count(keys: Iterable[str]) -> dict[str, date]:
    """Return the keys of the files whose rows count, with their days, sorted by key.

    Notes, whose names begin with ``_``, are none of them. While files are being merged, those that were merged already
    may still be there beside the file that holds their rows; they do not count.
    """
    known = list(keys)
    held = files_held_by_others(known)
    return {key: day for key in sorted(known) if (day := day_of_file(key)) is not None and key not in held}


def files_held_by_others(keys: Iterable[str]) -> set[str]:
    """Return the keys of those files whose rows another one of them holds, so that they can be removed."""
    days = {key: day for key in keys if (day := day_of_file(key)) is not None}
    merged: dict[date, list[tuple[int, int]]] = {}
    for day, first, last in filter(None, map(merged_log_file_of, days)):
        merged.setdefault(day, []).append((first, last))
    return {key for key, day in days.items() if day in merged and _is_within(key, merged[day])}


def _is_within(key: str, merged: Iterable[tuple[int, int]]) -> bool:
    """Tell whether one of the day's merged files holds the rows of this file."""
    if (plain := log_file_of(key)) is not None:
        return any(first <= plain[1] <= last for first, last in merged)
    _, own_first, own_last = merged_log_file_of(key) or (None, 0, -1)
    return any(first <= own_first <= own_last < last or first < own_first <= own_last <= last for first, last in merged)
