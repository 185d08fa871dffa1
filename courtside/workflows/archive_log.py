"""A day of an archive is a log of numbered files: each is written once, by somebody who has read all before it.

Number n is put only where there is no n yet, so of two that run at once one sees what the other has written and
decides again. Nothing is doubled by a repetition, nothing is lost by a kill, and a query needs no clean-up.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from courtside.contracts import lake_keys, scoring_keys
from courtside.contracts.errors import BadInput, CourtsideError
from courtside.core.archive_schemas import ESTIMATES, EVIDENCE, LABELS, PERFORMANCE, PREDICTIONS, PROMISE_TESTS
from courtside.core.parquet import parquet_content, read_parquet_content
from courtside.workflows.ports import Lake

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
    """The log of each day below a prefix of the lake, such as `lake_keys.predictions` or `labels`."""

    lake: Lake
    prefix: str
    schema: pa.Schema

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
            key = scoring_keys.file_of_log(self.prefix, day, (numbers[-1] if numbers else 0) + 1)
            content = parquet_content(table.select(self.schema.names).cast(self.schema))
            if self.lake.claim(key, content):
                return table
        raise LogBusy(scoring_keys.day_of_log(self.prefix, day))

    def days(self, start: date | None = None, end: date | None = None) -> dict[date, list[int]]:
        """Return the days from `start` to `end`, `end` not included, with the numbers of their files, in order."""
        found: dict[date, list[int]] = {}
        for key in self.lake.keys(self.prefix):
            named = scoring_keys.log_file_of(key)
            if named is not None and (start is None or named[0] >= start) and (end is None or named[0] < end):
                found.setdefault(named[0], []).append(named[1])
        return {day: sorted(numbers) for day, numbers in sorted(found.items())}

    def numbers(self, day: date) -> list[int]:
        """Return the numbers of a day's files, in order."""
        named = [scoring_keys.log_file_of(key) for key in self.lake.keys(scoring_keys.day_of_log(self.prefix, day))]
        return sorted(each[1] for each in named if each is not None)

    def read(self, day: date, number: int, *, columns: Collection[str] | None = None) -> pa.Table:
        """Return one file's rows with these columns (None: all), those that came later as null.

        Raises `LogDamaged` and `ObjectMissing`.
        """
        key = scoring_keys.file_of_log(self.prefix, day, number)
        schema = pa.schema([field for field in self.schema if columns is None or field.name in columns])
        try:
            table = read_parquet_content(self.lake.read(key), columns=schema.names)
            missing = [field for field in schema if field.name not in table.column_names]
            for field in missing:
                table = table.append_column(field, pa.nulls(table.num_rows, field.type))
            return table.select(schema.names).cast(schema)
        except (pa.ArrowException, ValueError) as error:
            raise LogDamaged(key, str(error).splitlines()[0]) from error


@dataclass(frozen=True, slots=True)
class Since:
    """The tables of a day that came since `append` asked last, read one after the other."""

    log: ArchiveLog
    day: date
    numbers: list[int]

    def __iter__(self) -> Iterator[pa.Table]:
        return (self.log.read(self.day, number) for number in self.numbers)


def predictions_log(model: str, *, lake: Lake) -> ArchiveLog:
    """Return the archive of a model's predictions."""
    return ArchiveLog(lake, lake_keys.predictions(model), PREDICTIONS)


def labels_log(model: str, *, lake: Lake) -> ArchiveLog:
    """Return the archive of a model's labels."""
    return ArchiveLog(lake, lake_keys.labels(model), LABELS)


def performance_log(model: str, *, lake: Lake) -> ArchiveLog:
    """Return the archive of what was stated about a model's performance."""
    return ArchiveLog(lake, lake_keys.performance(model), PERFORMANCE)


def evidence_log(model: str, *, lake: Lake) -> ArchiveLog:
    """Return the archive of what the promise tests of a model count."""
    return ArchiveLog(lake, lake_keys.evidence(model), EVIDENCE)


def promise_tests_log(model: str, *, lake: Lake) -> ArchiveLog:
    """Return the archive of what the promise tests of a model said."""
    return ArchiveLog(lake, lake_keys.promise_tests(model), PROMISE_TESTS)


def estimates_log(model: str, *, lake: Lake) -> ArchiveLog:
    """Return the archive of what a model's performance was estimated to be before its labels were in."""
    return ArchiveLog(lake, lake_keys.estimates(model), ESTIMATES)
