"""A machine without free memory is not mistaken for a broken file, whichever library noticed it."""

import errno
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from courtside.contracts.machine_limits import OutOfMemory, refuse_out_of_memory
from courtside.core.drift.reading.errors import unreadable
from courtside.core.games.read import read_games
from courtside.workflows.tables import checked_table
from tests.datasets.churn import DATASET, churn_table
from tests.unit.core.games.game_rows import season_rows
from tests.unit.workflows.churn_lake import parquet

FULL = [MemoryError(), pa.ArrowMemoryError("malloc of size 8 failed"), OSError(errno.ENOMEM, "Cannot allocate memory")]


@pytest.mark.parametrize("error", FULL)
def test_a_lack_of_memory_is_named_as_such(error: Exception) -> None:
    with pytest.raises(OutOfMemory, match="not have enough memory to read march"):
        unreadable("march.parquet", error)


@pytest.mark.parametrize("error", [pa.ArrowInvalid("cut"), OSError(errno.EIO, "Input/output error"), ValueError()])
def test_a_broken_file_is_still_reported_as_broken(error: Exception) -> None:
    refuse_out_of_memory(error, "to read it")
    assert "write it again" in str(unreadable("march.parquet", error))


def test_every_reader_of_loaded_files_reports_a_lack_of_memory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    games = tmp_path / "games.parquet"
    pq.write_table(pa.Table.from_pylist(season_rows()), games)
    content = parquet(churn_table(100))

    def full(*_: object, **__: object) -> None:
        raise pa.ArrowMemoryError("malloc of size 8 failed")

    monkeypatch.setattr(pq.ParquetFile, "read", full)
    with pytest.raises(OutOfMemory):
        read_games(games)
    with pytest.raises(OutOfMemory):
        checked_table(content, name="churn.parquet", dataset=DATASET)
