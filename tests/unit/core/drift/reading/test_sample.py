"""A sample takes a bounded number of rows from all over a table, with the columns of its partitions."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import fs

from courtside.core.drift.errors import DuplicateColumns
from courtside.core.drift.reading import FeatureTable, NothingReadable, TypesDiffer, UnreadableFile, open_table
from courtside.core.drift.reading.parquet import Budget

SMALL = Budget(rows=400, bytes=2**20)


def opened(path: Path) -> FeatureTable:
    return open_table(fs.LocalFileSystem(), str(path), name=path.name)


def test_a_small_table_is_sampled_whole(tmp_path: Path) -> None:
    pq.write_table(pa.table({"n": np.arange(300)}), tmp_path / "t.parquet")
    sample = opened(tmp_path / "t.parquet").sample(SMALL)
    assert sample.whole
    assert sample.rows["n"].to_pylist() == list(range(300))


def test_a_large_table_is_sampled_in_order_from_its_first_to_its_last_row_group(tmp_path: Path) -> None:
    pq.write_table(pa.table({"n": np.arange(10_000)}), tmp_path / "t.parquet", row_group_size=100)
    sample = opened(tmp_path / "t.parquet").sample(SMALL)
    seen = sample.rows["n"].to_numpy()
    assert (sample.total, sample.whole, len(seen)) == (10_000, False, 400)
    assert (seen[0], seen.max() // 100) == (0, 99)
    assert (np.diff(seen) > 0).all()


def test_a_sample_of_long_texts_is_bounded_by_its_bytes(tmp_path: Path) -> None:
    pq.write_table(pa.table({"text": ["x" * 10_000] * 20_000}), tmp_path / "t.parquet", row_group_size=5_000)
    assert opened(tmp_path / "t.parquet").sample(Budget(rows=20_000, bytes=2**20)).rows.num_rows < 20_000


def test_a_folder_is_sampled_with_its_partitions_and_without_damaged_files(tmp_path: Path) -> None:
    for year in (2019, 2020):
        (tmp_path / f"year={year}").mkdir()
        pq.write_table(pa.table({"n": np.arange(10)}), tmp_path / f"year={year}" / "part.parquet")
    damaged = tmp_path / "year=2019" / "a.parquet"
    damaged.write_bytes(b"PAR1 and then nothing")
    sample = opened(tmp_path).sample(SMALL)
    assert sample.rows.column_names == ["n", "year"]
    assert set(sample.rows["year"].to_pylist()) == {2019, 2020}
    assert not sample.whole
    with pytest.raises(UnreadableFile):
        opened(damaged).sample(SMALL)


def test_floats_of_16_bits_are_widened(tmp_path: Path) -> None:
    pq.write_table(pa.table({"n": np.arange(10, dtype=np.float16)}), tmp_path / "t.parquet")
    assert opened(tmp_path / "t.parquet").sample(SMALL).rows["n"].type == pa.float32()


def test_files_that_cannot_form_one_table_are_refused(tmp_path: Path) -> None:
    pq.write_table(pa.table({"n": [1]}), tmp_path / "a.parquet")
    pq.write_table(pa.table({"n": ["one"]}), tmp_path / "b.parquet")
    with pytest.raises(TypesDiffer, match="differ in a column's type"):
        opened(tmp_path).sample(SMALL)
    doubled = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["n", "n"])
    pq.write_table(doubled, tmp_path / "doubled.parquet")
    with pytest.raises(DuplicateColumns, match=r"the table .*doubled\.parquet has more than one column 'n'"):
        opened(tmp_path / "doubled.parquet").sample(SMALL)


@pytest.mark.parametrize("large", [0, 1])
@pytest.mark.parametrize("whole", [2**53 + 1, 2**63 - 1, -(2**63)])
def test_whole_numbers_that_fractions_of_another_file_would_round_are_refused(
    tmp_path: Path, large: int, whole: int
) -> None:
    for number in range(2):
        column = pa.array([whole], pa.int64()) if number == large else pa.array([0.5])
        pq.write_table(pa.table({"n": column}), tmp_path / f"{number}.parquet")
    with pytest.raises(TypesDiffer, match=rf"{large}\.parquet: its column 'n' holds whole numbers that are too large"):
        opened(tmp_path).sample(SMALL)
    pq.write_table(pa.table({"n": pa.array([2**53], pa.int64())}), tmp_path / f"{large}.parquet")
    assert set(opened(tmp_path).sample(SMALL).rows["n"].to_pylist()) == {0.5, 2.0**53}


def test_a_folder_without_a_single_readable_file_names_the_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.parquet").write_bytes(b"PAR1 and then nothing")
    with pytest.raises(NothingReadable, match=r"none of the 2 files of .* can be used: .*a\.parquet: .*b\.parquet: "):
        opened(tmp_path).sample(SMALL)
