"""Files of games are read in every format, and unusable files are refused before any row is examined."""

import gzip
from contextlib import suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courtside.contracts.errors import BadInput
from courtside.core.games import GAMES_SCHEMA, read_games
from courtside.core.games.errors import (
    GamesColumnsMissing,
    GamesColumnsRepeated,
    GamesEmpty,
    GamesFileCorrupt,
    GamesFileMissing,
    GamesFileUnsupported,
    GamesInvalid,
    GamesRowsMalformed,
)
from tests.unit.core.games.game_rows import rows_read, season_rows, write_csv

REAL_GAMES = Path(__file__).parents[5] / "shared" / "data" / "nba_games.csv.gz"


def test_the_three_formats_give_the_same_table(tmp_path: Path) -> None:
    rows = season_rows()
    plain = read_games(write_csv(tmp_path / "games.csv", rows))
    packed = read_games(write_csv(tmp_path / "games.csv.gz", rows))
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "games.parquet")
    columnar = read_games(tmp_path / "games.parquet")
    assert plain.table.schema == GAMES_SCHEMA
    assert plain.table.num_rows == len(rows)
    assert plain.table.equals(packed.table)
    assert plain.table.equals(columnar.table)


def test_extra_columns_another_order_and_a_byte_order_mark_are_accepted(tmp_path: Path) -> None:
    rows = season_rows()
    shuffled = [{"arena": "x", **dict(reversed(row.items()))} for row in rows]
    path = write_csv(tmp_path / "games.csv", shuffled)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes() + b"\n\n")
    assert read_games(path).table.equals(read_games(write_csv(tmp_path / "same.csv", rows)).table)


@pytest.mark.parametrize("newline", ["\n", "\r", "\r\n"])
def test_line_ends_of_any_system_are_read(tmp_path: Path, newline: str) -> None:
    path = write_csv(tmp_path / "games.csv", season_rows())
    path.write_bytes(newline.join(path.read_text().splitlines()).encode())
    assert read_games(path).table.num_rows == len(season_rows())


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(GamesFileMissing, match="check the path"):
        read_games(tmp_path / "games.csv")


def test_an_unknown_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "games.xlsx"
    path.write_bytes(b"PK")
    with pytest.raises(GamesFileUnsupported, match=r"\.csv, \.csv\.gz or \.parquet"):
        read_games(path)


@pytest.mark.parametrize("content", [b"", b"HEADER", b"HEADER\n", b"HEADER\n\n\n"])
def test_a_file_that_is_empty_or_has_only_a_header_is_refused(tmp_path: Path, content: bytes) -> None:
    header = ",".join(GAMES_SCHEMA.names).encode()
    plain, packed = tmp_path / "games.csv", tmp_path / "games.csv.gz"
    plain.write_bytes(content.replace(b"HEADER", header))
    packed.write_bytes(gzip.compress(content.replace(b"HEADER", header)))
    for path in (plain, packed):
        with pytest.raises(GamesEmpty):
            read_games(path)


@pytest.mark.parametrize("spoil", ["not gzip", "cut", "flipped"])
def test_a_corrupt_gzip_file_is_refused(tmp_path: Path, spoil: str) -> None:
    path = write_csv(tmp_path / "games.csv.gz", season_rows())
    good = path.read_bytes()
    flipped = good[:200] + bytes([good[200] ^ 0xFF]) + good[201:]
    path.write_bytes({"not gzip": b"game_id,game_date\n", "cut": good[:-50], "flipped": flipped}[spoil])
    with pytest.raises(GamesFileCorrupt, match="gzip") as caught:
        read_games(path)
    assert caught.value.source == str(path)
    assert isinstance(caught.value, BadInput)


def test_a_corrupt_parquet_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "games.parquet"
    path.write_bytes(b"PAR1 this is not it")
    with pytest.raises(GamesFileCorrupt, match="parquet"):
        read_games(path)


def test_bytes_that_are_not_text_are_refused_with_their_row(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "games.csv", season_rows())
    path.write_bytes(path.read_bytes().replace(b"CHI", b"\xff\xfe\xfd", 1))
    with pytest.raises(GamesFileCorrupt, match="row 3: invalid start byte"):
        read_games(path)


def test_a_renamed_column_is_guessed_and_a_missing_one_is_named(tmp_path: Path) -> None:
    rows = season_rows()
    names = [name.replace("home_points", "home_pts") for name in rows[0]]
    with pytest.raises(GamesColumnsMissing, match="'home_pts' looks like 'home_points'; rename it") as caught:
        read_games(write_csv(tmp_path / "renamed.csv", rows, names))
    assert caught.value.renamed == {"home_points": "home_pts"}
    without = [{name: row[name] for name in row if name != "season"} for row in rows]
    with pytest.raises(GamesColumnsMissing, match="missing column 'season'"):
        read_games(write_csv(tmp_path / "missing.csv", without))
    pq.write_table(pa.Table.from_pylist(without), tmp_path / "missing.parquet")
    with pytest.raises(GamesColumnsMissing, match="missing column 'season'"):
        read_games(tmp_path / "missing.parquet")


def test_semicolons_instead_of_commas_are_recognized(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "games.csv", season_rows())
    path.write_text(path.read_text().replace(",", ";"))
    with pytest.raises(GamesColumnsMissing, match="commas"):
        read_games(path)


def test_a_repeated_column_is_refused(tmp_path: Path) -> None:
    rows = [{**row, "extra": 1} for row in season_rows()]
    names = [*list(rows[0])[:-1], "season"]
    with pytest.raises(GamesColumnsRepeated, match="'season'"):
        read_games(write_csv(tmp_path / "games.csv", rows, names))


def test_rows_with_too_few_or_too_many_cells_are_named(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "games.csv", season_rows())
    lines = path.read_text().splitlines()
    lines[3] = lines[3].rsplit(",", 3)[0]  # the header is line 0, so this line is row 3
    lines[7] += ",extra"
    path.write_text("\n".join(lines))
    with pytest.raises(GamesRowsMalformed, match=r"rows 3, 7 \(2 rows\)") as caught:
        read_games(path)
    assert caught.value.rows == (3, 7)


@pytest.mark.filterwarnings("error")
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(["games.csv", "games.csv.gz", "games.parquet"]),
    at=st.integers(0, 8_000),
    put=st.binary(max_size=6) | st.sampled_from([b'"', b"\n", b"\r", b",", b"\x00", b"NaN", b"1e400", b"-"]),
    drop=st.integers(0, 400),
)
def test_a_damaged_file_is_either_read_or_refused_with_a_named_error(
    tmp_path: Path, name: str, at: int, put: bytes, drop: int
) -> None:
    path = tmp_path / name
    rows = season_rows()
    pq.write_table(pa.Table.from_pylist(rows), path) if name.endswith("parquet") else write_csv(path, rows)
    content = path.read_bytes()
    at %= len(content)
    path.write_bytes(content[:at] + put + content[at + drop :])
    with suppress(GamesInvalid):
        assert 0 < rows_read(read_games(path)) <= len(rows) + len(put)


@pytest.mark.skipif(not REAL_GAMES.exists(), reason="the real games are not beside this checkout")
def test_all_real_games_are_accepted() -> None:
    games = read_games(REAL_GAMES)
    assert games.table.num_rows == 55_015
    assert games.quarantined.num_rows == 0
    assert games.notes == ()
