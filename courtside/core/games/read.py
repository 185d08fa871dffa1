"""Games from a file: csv, csv.gz or parquet."""

import csv
import gzip
import re
import zlib
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa

from courtside.contracts.machine_limits import refuse_out_of_memory
from courtside.core.drift.reading.foreign import HEAD_BYTES, Ends, described, foreign
from courtside.core.drift.reading.formats.footer import require_shallow
from courtside.core.drift.reading.unpacked import RowsTooLarge
from courtside.core.games.checks import Positions
from courtside.core.games.columns import require_columns
from courtside.core.games.errors import (
    GamesEmpty,
    GamesFileCorrupt,
    GamesFileForeign,
    GamesFileMissing,
    GamesFileUnsupported,
    GamesRowsMalformed,
)
from courtside.core.games.schema import CANCELLED, GAME_COLUMNS
from courtside.core.games.validation import MIN_SEASON_GAMES, ReadGames, validate_games

MOST_UNPACKED_BYTES = 2**28
"""Five million games; a file that unpacks to more holds something else."""


@dataclass(frozen=True, slots=True)
class WrittenGames:
    """Games as their file holds them, before any cell is looked at.

    `rows` number the rows of `table` as a person sees them in the file, and `malformed` those that are not in it
    because they do not have the header's number of cells, which is `width`.
    """

    table: pa.Table
    source: str
    malformed: tuple[int, ...] = ()
    width: int = 0

    @property
    def rows(self) -> Positions:
        """The number of each row of the table."""
        numbers = np.arange(1, self.table.num_rows + len(self.malformed) + 1)
        return numbers[~np.isin(numbers, self.malformed)]

    def refuse_malformed(self) -> None:
        """Raise `GamesRowsMalformed` unless every row has the header's number of cells."""
        if self.malformed:
            raise GamesRowsMalformed(self.source, rows=self.malformed, expected=self.width)


def read_games(path: str | Path, *, min_season_games: int = MIN_SEASON_GAMES) -> ReadGames:
    """Read and validate a games file; extra columns are dropped, the order of columns and rows is free.

    Args:
        path: a ``.csv``, ``.csv.gz`` or ``.parquet`` file with the columns `GAME_COLUMNS`.
        min_season_games: see `validate_games`.

    Raises:
        GamesInvalid: a named subclass that says which rows are wrong and what to do.
    """
    written = read_written(path)
    written.refuse_malformed()
    return validate_games(written.table, source=written.source, min_season_games=min_season_games)


def read_written(path: str | Path) -> WrittenGames:
    """Read a games file as `read_games` does, without a look at its cells; raises `GamesInvalid` for a wrong file."""
    file = Path(path)
    source = str(path)
    if not file.is_file():
        raise GamesFileMissing(source)
    name = file.name.lower()
    with file.open("rb") as stream:
        _refuse_foreign(stream.read(HEAD_BYTES), source)
    if not name.endswith((".csv", ".csv.gz", ".parquet")):
        raise GamesFileUnsupported(source)
    if file.stat().st_size == 0:
        raise GamesEmpty(source)
    return _read_parquet(file, source) if name.endswith(".parquet") else _read_csv(file, source)


def _refuse_foreign(head: bytes, source: str) -> None:
    if (words := foreign(head, source)) is not None:
        raise GamesFileForeign(source, words)


def _read_parquet(file: Path, source: str) -> WrittenGames:
    import pyarrow.parquet as pq

    try:
        with pa.OSFile(source, "rb") as opened:
            require_shallow(opened, source)
        with pq.ParquetFile(file) as parquet:
            require_columns(parquet.schema_arrow.names, source)
            return WrittenGames(parquet.read(columns=_wanted(parquet.schema_arrow.names)), source)
    except (pa.ArrowException, OSError) as error:
        refuse_out_of_memory(error, f"to read {source}")
        detail = described(Ends.of(file.read_bytes()), source) or _first_line(error)
        raise GamesFileCorrupt(source, expected="parquet", detail=detail) from error


def _read_csv(file: Path, source: str) -> WrittenGames:
    content = _gunzip(file, source) if file.name.lower().endswith(".gz") else file.read_bytes()
    _refuse_foreign(content[:HEAD_BYTES], source)
    _refuse_other_encodings(content, source)
    header, *body = re.split(rb"\r\n|\n|\r", content.lstrip(b"\r\n"), maxsplit=1)
    names = _header_names(header, source)
    require_columns(names, source)
    if not body or not body[0].strip():
        raise GamesEmpty(source)
    return _parse_csv(content, source, names)


def _wanted(names: list[str]) -> list[str]:
    return [*GAME_COLUMNS, CANCELLED] if names.count(CANCELLED) == 1 else list(GAME_COLUMNS)


def _gunzip(file: Path, source: str) -> bytes:
    try:
        with gzip.open(file) as stream:
            content = stream.read(MOST_UNPACKED_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        refuse_out_of_memory(error, f"to read {source}")
        raise GamesFileCorrupt(source, expected="gzip", detail=_first_line(error)) from error
    if len(content) > MOST_UNPACKED_BYTES:
        raise RowsTooLarge(source, MOST_UNPACKED_BYTES)
    if not content.strip():
        raise GamesEmpty(source)
    return content


def _refuse_other_encodings(content: bytes, source: str) -> None:
    """Refuse bytes that are not UTF-8 first, because Arrow would silently skip a row that is malformed as well."""
    try:
        content.decode()
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start)
        raise GamesFileCorrupt(source, expected="UTF-8 csv", detail=f"row {row}: {error.reason}") from error


def _header_names(header: bytes, source: str) -> list[str]:
    try:
        return next(csv.reader([header.decode("utf-8-sig")]), [])
    except csv.Error as error:
        raise GamesFileCorrupt(source, expected="UTF-8 csv", detail=_first_line(error)) from error


def _parse_csv(content: bytes, source: str, names: list[str]) -> WrittenGames:
    """Read every cell as text, so that a value of the wrong type can be named with its row."""
    from pyarrow import csv as arrow_csv

    malformed: list[int] = []

    def note(row: arrow_csv.InvalidRow) -> Literal["skip"]:
        malformed.append((row.number or 1) - 1)  # arrow counts the header as row 1
        return "skip"

    wanted = _wanted(names)
    try:
        table = arrow_csv.read_csv(
            BytesIO(content),
            read_options=arrow_csv.ReadOptions(use_threads=False),  # else rows have no numbers
            parse_options=arrow_csv.ParseOptions(invalid_row_handler=note),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(wanted, pa.string()),
                include_columns=wanted,
                null_values=[""],
                strings_can_be_null=True,
            ),
        )
    except pa.ArrowException as error:
        refuse_out_of_memory(error, f"to read {source}")
        raise GamesFileCorrupt(source, expected="UTF-8 csv", detail=_first_line(error)) from error
    return WrittenGames(table, source, malformed=tuple(malformed), width=len(names))


def _first_line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]
