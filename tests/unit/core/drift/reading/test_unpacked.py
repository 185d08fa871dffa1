"""Rows are counted as they lie in memory once their texts are written out, and refused before they are."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtside.core.drift.reading.unpacked import Room, RowsTooLarge, plain_bytes

texts = st.lists(st.none() | st.text(), min_size=1)


@given(texts, st.sampled_from([pa.string(), pa.binary()]))
def test_a_dictionary_counts_as_its_texts_written_out(values: list[str | None], kind: pa.DataType) -> None:
    plain = pa.array(values, pa.string()).cast(kind)
    batch = pa.RecordBatch.from_arrays([plain.dictionary_encode()], names=["a"])
    written = sum(len(each.encode()) for each in values if each is not None)
    assert plain_bytes(batch) == written + 4 * len(values)


def test_rows_are_kept_up_to_the_room_and_refused_beyond_it() -> None:
    batch = pa.RecordBatch.from_arrays([pa.array([1, 2, 3], pa.int64())], names=["a"])
    assert Room("rows.csv", 48).kept([batch, batch]) == [batch, batch]
    room = Room("rows.csv", 47)
    assert room.kept([batch]) == [batch]
    with pytest.raises(RowsTooLarge, match=r"rows.csv holds more than 0 MiB .* split it into files with fewer rows"):
        room.kept([batch])


def test_a_long_text_in_many_rows_is_refused_although_it_lies_there_once() -> None:
    rows = pa.DictionaryArray.from_arrays(pa.repeat(pa.scalar(0, pa.int32()), 10_000), pa.array(["x" * 2**20]))
    batch = pa.RecordBatch.from_arrays([rows], names=["a"])
    with pytest.raises(RowsTooLarge):
        Room("rows.parquet").kept([batch])
