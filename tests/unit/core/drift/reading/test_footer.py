"""Parquet that is nested too deep is refused by its footer, before a library follows it on its stack."""

import io
import random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtside.core.drift.reading.formats.errors import UnreadableFile
from courtside.core.drift.reading.formats.footer import DEEPEST, require_shallow
from tests.faults.input.bombs import deep


def refused(content: bytes) -> bool:
    source = pa.BufferReader(content)
    try:
        require_shallow(source, "rows.parquet")
    except UnreadableFile as error:
        return "nested more than 500 deep" in error.detail
    assert source.tell() == 0
    return False


@given(st.integers(1, 2 * DEEPEST))
def test_only_what_is_deeper_is_refused(levels: int) -> None:
    # The file's own root is a group, too.
    assert refused(deep(levels)) == (levels + 1 > DEEPEST)


def test_tables_as_libraries_write_them_are_read() -> None:
    nested: pa.DataType = pa.float64()
    for level in range(60):
        nested = pa.list_(nested) if level % 2 else pa.struct({"x": nested, "y": pa.string()})
    columns = {f"c{number}": pa.array([number]) for number in range(2_000)}
    columns |= {"deep": pa.nulls(1, nested), "at": pa.array([0], pa.timestamp("us", "UTC"))}
    content = io.BytesIO()
    pq.write_table(pa.table(columns), content)
    assert not refused(content.getvalue())
    assert pq.read_table(content).num_columns == 2_002


@pytest.mark.parametrize("seed", range(20))
def test_a_damaged_footer_is_left_to_its_reader(seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 — the same bytes each time
    content = bytearray(deep(DEEPEST - 1))
    for _ in range(10):
        content[rng.randrange(4, len(content) - 8)] = rng.randrange(256)
    refused(bytes(content))  # it ends, without an error of its own
    assert not refused(b"PAR1" + bytes(rng.randbytes(5_000)) + (5_000).to_bytes(4, "little") + b"PAR1")
    assert not refused(b"")
