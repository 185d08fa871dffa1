"""Parquet is written in one documented format that can be read back without loss."""

import io
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from courtside.adapters.files import write_table
from courtside.core.parquet import COMPRESSION, FORMAT_VERSION, parquet_content, read_parquet_content

TABLE = pa.table({"day": pa.array([0, 1, None], pa.date32()), "x": [0.5, None, 1.5], "level": ["a", "b", None]})


def test_a_written_table_is_read_back_and_written_to_the_same_bytes() -> None:
    content = parquet_content(TABLE)
    assert read_parquet_content(content).equals(TABLE)
    assert parquet_content(read_parquet_content(content)) == content


@pytest.mark.parametrize("rows", [0, 3])
def test_written_files_have_the_documented_format_version_and_compression(rows: int) -> None:
    metadata = pq.read_metadata(io.BytesIO(parquet_content(TABLE.slice(0, rows))))
    assert (metadata.format_version, metadata.num_rows) == (FORMAT_VERSION, rows)
    chunks = [metadata.row_group(g).column(c) for g in range(metadata.num_row_groups) for c in range(3)]
    assert {chunk.compression.lower() for chunk in chunks if chunk.num_values} <= {COMPRESSION}


def test_a_local_file_has_the_same_bytes_as_an_object_in_the_lake(tmp_path: Path) -> None:
    write_table(TABLE, tmp_path / "table.parquet")
    assert (tmp_path / "table.parquet").read_bytes() == parquet_content(TABLE)
