"""Games from a file: csv, csv.gz or parquet."""

import csv
import gzip
import re
import zlib
from io import BytesIO
from pathlib import Path
from typing import Literal

import pyarrow as pa

from courtside.contracts.machine_limits import refuse_out_of_memory
from courtside.core.games.columns import require_columns
from courtside.core.games.errors import (
    GamesEmpty,
    GamesFileCorrupt,
    GamesFileMissing,
    GamesFileUnsupported,
    GamesRowsMalformed,
)
from courtside.core.games.schema import CANCELLED, GAME_COLUMNS
from courtside.core.games.validation import MIN_SEASON_GAMES, ReadGames, validate_games


def read_games(path: str | Path, *, min_season_games: int = MIN_SEASON_GAMES) -> ReadGames:
    """Read and validate a games file; extra columns are dropped, the order of columns and rows is free.

    Args:
        path: a ``.csv``, ``.csv.gz`` or ``.parquet`` file with the columns `GAME_COLUMNS`.
        min_season_games: see `validate_games`.

    Raises:
        GamesInvalid: a named subclass that says which rows are wrong and what to do.
    """
    file = Path(path)
    source = str(path)
    if not file.is_file():
        raise GamesFileMissing(source)
    name = file.name.lower()
    if not name.endswith((".csv", ".csv.gz", ".parquet")):
        raise GamesFileUnsupported(source)
    if file.stat().st_size == 0:
        raise GamesEmpty(source)
    table = _read_parquet(file, source) if name.endswith(".parquet") else _read_csv(file, source)
    return validate_games(table, source=source, min_season_games=min_season_games)


def _read_parquet(file: Path, source: str) -> pa.Table:
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(file) as parquet:
            require_columns(parquet.schema_arrow.names, source)
            return parquet.read(columns=_wanted(parquet.schema_arrow.names))
    except (pa.ArrowException, OSError) as error:
        refuse_out_of_memory(error, f"to read {source}")
        raise GamesFileCorrupt(source, expected="parquet", detail=_first_line(error)) from error


def _read_csv(file: Path, source: str) -> pa.Table:
    content = _gunzip(file, source) if file.name.lower().endswith(".gz") else file.read_bytes()
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
            content = stream.read()
    except (OSError, EOFError, zlib.error) as error:
        refuse_out_of_memory(error, f"to read {source}")
        raise GamesFileCorrupt(source, expected="gzip", detail=_first_line(error)) from error
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


def _parse_csv(content: bytes, source: str, names: list[str]) -> pa.Table:
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
    if malformed:
        raise GamesRowsMalformed(source, rows=malformed, expected=len(names))
    return table


def _first_line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]
