"""Merge the small files of past days, of tables whose days are stated again and again.

The file that holds the others' rows is written first, and they are removed when it is there: whoever reads a table
here takes a file that holds others in their place, so every row is read once, wherever a merger was killed. Athena
knows nothing of that, and may see the rows of a day twice between the two, or until the next merger removes what one
that was killed left behind.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from courtside.contracts import scoring_keys
from courtside.contracts.archive import TABLES, day_of_file
from courtside.contracts.archive.files import files_held_by_others, files_that_count
from courtside.core.parquet import parquet_groups
from courtside.workflows.archive_log import ArchiveLog, log_of
from courtside.workflows.ports import Lake, ObjectMissing

FEWEST = 8
"""A day with fewer files is left as it is: merging it would cost more than it saves."""

MOST_ROWS_MERGED = 1_000_000
"""How many rows one file holds at most."""


@dataclass(frozen=True, slots=True)
class Compacted:
    """How many days' files were merged, and how many files were removed because others hold their rows."""

    days: int = 0
    removed: int = 0


def compact(model: str, *, before: date, lake: Lake) -> Compacted:
    """Merge the files of a model's days before a day; what cannot be merged now is left for the next time.

    It may be repeated, killed and run twice at once. Raises `LogDamaged`.
    """
    done = [_compact(log_of(table, model, lake=lake), before) for table in TABLES.values() if table.merges]
    return Compacted(sum(each.days for each in done), sum(each.removed for each in done))


def _compact(log: ArchiveLog, before: date) -> Compacted:
    keys = log.lake.keys(log.prefix)
    files = Counter(files_that_count(keys).values())
    merged = {day for day, count in files.items() if day < before and count >= FEWEST and _merge(log, day)}
    left = {day for key in files_held_by_others(keys) if (day := day_of_file(key)) is not None}
    return Compacted(len(merged), sum(_tidy(log, day) for day in sorted(merged | left)))


def _merge(log: ArchiveLog, day: date) -> bool:
    """Write one file with the rows of a day's files from the first on; return whether it was written here."""
    numbers, tables, rows = log.numbers(day), [], 0
    for expected, number in enumerate(numbers, numbers[0]):
        if number != expected:
            break  # somebody removed a file by hand: what follows keeps its number
        try:
            table = log.read(day, number)
        except ObjectMissing:
            return False
        rows += table.num_rows
        if rows > MOST_ROWS_MERGED:
            break
        tables.append(table)
    if len(tables) < FEWEST:
        return False
    key = scoring_keys.merged_file_of_log(log.prefix, day, numbers[0], numbers[0] + len(tables) - 1)
    return log.lake.claim(key, parquet_groups(tables))


def _tidy(log: ArchiveLog, day: date) -> int:
    """Remove those files of a day whose rows another one holds, and return how many those were."""
    held = files_held_by_others(log.lake.keys(scoring_keys.day_of_log(log.prefix, day)))
    log.lake.remove(sorted(held))
    return len(held)
