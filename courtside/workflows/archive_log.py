"""A day of an archive is a log of numbered files: each is written once, by somebody who has read all before it.

Number n is put only where there is no n yet, so of two that run at once one sees what the other has written and
decides again. Nothing is doubled by a repetition, nothing is lost by a kill, and a query needs no clean-up.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa

from courtside.contracts import scoring_keys
from courtside.contracts.archive import ArchiveTable, table_named
from courtside.contracts.errors import BadInput, CourtsideError
from courtside.core.archive.schema import fitted, schema_of
from courtside.core.parquet import parquet_content, read_parquet_content, read_parquet_group
from courtside.workflows.ports import Lake, ObjectMissing

MOST_ROWS = 250_000
"""How many rows a file holds at most."""

_MOST_TRIES = 50


class LogBusy(CourtsideError):
    """Others kept writing to a log."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        super().__init__(f"others kept writing to {prefix}, so nothing more was written; run the same command again")


class LogDamaged(BadInput):
    """A file of a log is not what was written there."""

    def __init__(self, key: str, detail: str) -> None:
        self.key = key
        super().__init__(
            f"{key} cannot be read ({detail}): somebody changed or removed it by hand; restore its earlier version in "
            "the lake"
        )


@dataclass(frozen=True, slots=True)
class ArchiveLog:
    """The log of each day below a prefix of the lake, such as `lake_keys.predictions` or `labels`.

    Of a log that `merges`, several files of a day may have been merged into one, in which each keeps its number.
    """

    lake: Lake
    prefix: str
    schema: pa.Schema
    merges: bool = False
    _merged: dict[date, list[tuple[int, int]]] = field(default_factory=dict, init=False, repr=False, compare=False)
    """The first and last numbers of each day's merged files, as they were listed last."""

    def append(
        self, day: date, news: Callable[["Since"], pa.Table | None], *, known: list[int] | None = None
    ) -> pa.Table | None:
        """Write what `news` makes of the day's tables so far, in one file; return it, None where there is no news.

        `news` is asked again when somebody else has written meanwhile, and is then given only the tables that it has
        not seen; it may return at most `MOST_ROWS` rows. `known` are the numbers of the day's files where they have
        been listed already, which saves a request for each day. Raises `LogBusy` and `LogDamaged`.
        """
        seen = 0
        for attempt in range(_MOST_TRIES):
            numbers = self.numbers(day) if known is None or attempt else known
            table = news(Since(self, day, numbers[seen:]))
            seen = len(numbers)
            if table is None or not table.num_rows:
                return None
            if table.num_rows > MOST_ROWS:
                raise ValueError(f"{table.num_rows} rows are too many for one file")
            number = (numbers[-1] if numbers else 0) + 1
            key = scoring_keys.file_of_log(self.prefix, day, number)
            content = parquet_content(table.select(self.schema.names).cast(self.schema))
            if self.lake.claim(key, content) and not self._was_taken(day, number):
                return table
        raise LogBusy(scoring_keys.day_of_log(self.prefix, day))

    def _was_taken(self, day: date, number: int) -> bool:
        """Tell whether another file had a number that was free only because that file was merged since the listing."""
        if not self.merges:
            return False
        self.numbers(day)
        return self._file_of(day, number) != scoring_keys.file_of_log(self.prefix, day, number)

    def days(self, start: date | None = None, end: date | None = None) -> dict[date, list[int]]:
        """Return the days from `start` to `end`, `end` not included, with the numbers of their files, in order."""
        found = self._listed(self.prefix)
        return {
            day: numbers
            for day, numbers in sorted(found.items())
            if (start is None or day >= start) and (end is None or day < end)
        }

    def numbers(self, day: date) -> list[int]:
        """Return the numbers of a day's files, in order."""
        return self._listed(scoring_keys.day_of_log(self.prefix, day)).get(day, [])

    def _listed(self, prefix: str) -> dict[date, list[int]]:
        """Return the numbers of each day's files below a prefix, and remember which of them were merged."""
        plain: dict[date, set[int]] = {}
        merged: dict[date, list[tuple[int, int]]] = {}
        for key in self.lake.keys(prefix):
            if (found := scoring_keys.log_file_of(key)) is not None:
                plain.setdefault(found[0], set()).add(found[1])
            elif (several := scoring_keys.merged_log_file_of(key)) is not None:
                day, first, last = several
                merged.setdefault(day, []).append((first, last))
                plain.setdefault(day, set()).update(range(first, last + 1))
        self._merged.update(merged)
        return {day: sorted(numbers) for day, numbers in plain.items()}

    def _file_of(self, day: date, number: int) -> str:
        """Return the key of the file that holds what has a number, by the newest listing."""
        holding = [each for each in self._merged.get(day, []) if each[0] <= number <= each[1]]
        if not holding:
            return scoring_keys.file_of_log(self.prefix, day, number)
        return scoring_keys.merged_file_of_log(self.prefix, day, *max(holding, key=lambda each: each[1] - each[0]))

    def read(self, day: date, number: int, *, columns: Collection[str] | None = None) -> pa.Table:
        """Return one file's rows with these columns (None: all), those that came later as null.

        Raises `LogDamaged` and `ObjectMissing`.
        """
        key = self._file_of(day, number)
        try:
            content = self.lake.read(key)
        except ObjectMissing:
            self.numbers(day)  # it may have been merged since it was listed
            if self._file_of(day, number) == key:
                raise
            return self.read(day, number, columns=columns)
        schema = pa.schema([each for each in self.schema if columns is None or each.name in columns])
        try:
            return fitted(self._rows(key, content, number, schema.names), schema)
        except (pa.ArrowException, ValueError) as error:
            raise LogDamaged(key, str(error).splitlines()[0]) from error

    def _rows(self, key: str, content: bytes, number: int, columns: list[str]) -> pa.Table:
        merged = scoring_keys.merged_log_file_of(key)
        if merged is None:
            return read_parquet_content(content, columns=columns)
        return read_parquet_group(content, number - merged[1], columns=columns)


@dataclass(frozen=True, slots=True)
class Since:
    """The tables of a day that came since `append` asked last, read one after the other."""

    log: ArchiveLog
    day: date
    numbers: list[int]

    def __iter__(self) -> Iterator[pa.Table]:
        return (self.log.read(self.day, number) for number in self.numbers)


def log_of(table: ArchiveTable, model: str, *, lake: Lake) -> ArchiveLog:
    """Return the log of a model's rows of a table."""
    return ArchiveLog(lake, table.of(model), schema_of(table), table.merges)


def predictions_log(model: str, *, lake: Lake) -> ArchiveLog:
    """Return the archive of a model's predictions."""
    return log_of(table_named("predictions"), model, lake=lake)


def labels_log(model: str, *, lake: Lake) -> ArchiveLog:
    """Return the archive of a model's labels."""
    return log_of(table_named("labels"), model, lake=lake)


def performance_log(model: str, *, lake: Lake) -> ArchiveLog:
    """Return the archive of what was stated about a model's performance."""
    return log_of(table_named("performance"), model, lake=lake)


def evidence_log(model: str, *, lake: Lake) -> ArchiveLog:
    """Return the archive of what the promise tests of a model count."""
    return log_of(table_named("evidence"), model, lake=lake)


def promise_tests_log(model: str, *, lake: Lake) -> ArchiveLog:
    """Return the archive of what the promise tests of a model said."""
    return log_of(table_named("promise_tests"), model, lake=lake)


def estimates_log(model: str, *, lake: Lake) -> ArchiveLog:
    """Return the archive of what a model's performance was estimated to be before its labels were in."""
    return log_of(table_named("estimates"), model, lake=lake)
