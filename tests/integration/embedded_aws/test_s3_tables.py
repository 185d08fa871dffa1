"""Counting a table in S3 takes constant memory: fresh processes count one table and another of ten times the rows."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from courtside.core.dataset import Feature, FeatureKind
from courtside.core.drift import fit
from embedded_aws.aws import LocalAws, LocalOptions

BUCKET = "tables"
MOST_MORE, MOST = 40, 350
COUNT = """
import sys
from pathlib import Path
from courtside.adapters.feature_tables import open_address
from courtside.core.drift.reading import summarize_table
reference, table = map(open_address, sys.argv[1:])
rows = summarize_table(reference, table).profile.rows
peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:"))
print(rows, int(peak.split()[1]) / 2**10)
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    with LocalAws.start(LocalOptions(state_directory=tmp_path_factory.mktemp("state"))) as aws:
        aws.client("s3").create_bucket(Bucket=BUCKET)
        yield aws


class Shelf:
    """A writer of tables in the bucket, all of one width."""

    def __init__(self, store: LocalAws, folder: Path, columns: int, rows_a_group: int) -> None:
        self._store, self._folder, self._columns = store, folder, columns
        self._group = self._made(rows_a_group, seed=1)
        features = [Feature(name, FeatureKind.NUMERIC) for name in self._group.column_names]
        content = fit(self._made(20_000, seed=2), features).to_bytes()
        self._store.client("s3").put_object(Bucket=BUCKET, Key="reference.profile", Body=content)

    def put(self, groups: int) -> str:
        """Write a table of that many row groups and return its address."""
        path = self._folder / "part.parquet"
        with pq.ParquetWriter(path, self._group.schema) as writer:
            for _ in range(groups):
                writer.write_table(self._group, row_group_size=self._group.num_rows)
        key = f"{self._columns}/{groups}/part.parquet"
        self._store.client("s3").upload_file(str(path), BUCKET, key)
        path.unlink()
        return f"s3://{BUCKET}/{self._columns}/{groups}"

    def count(self, address: str) -> tuple[int, float]:
        """Count a table in a fresh process and return its rows and the process's peak memory in MiB."""
        instance = self._store.instance
        own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        done = subprocess.run(
            [sys.executable, "-c", COUNT, f"s3://{BUCKET}/reference.profile", address],
            env=own | instance.environment(),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        rows, peak = done.stdout.split()
        return int(rows), float(peak)

    def _made(self, rows: int, *, seed: int) -> pa.Table:
        rng = np.random.default_rng(seed)
        return pa.table({f"x{place}": rng.normal(size=rows) for place in range(self._columns)})


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from /proc")
@pytest.mark.parametrize(
    ("columns", "rows_a_group", "groups"),
    [(4, 1_000_000, (1, 10)), (16, 200_000, (1, 10))],
    ids=["1 and 10 million rows of 4", "200,000 and 2 million rows of 16"],
)
def test_memory_does_not_grow_with_a_table_in_s3(
    store: LocalAws, tmp_path: Path, columns: int, rows_a_group: int, groups: tuple[int, int]
) -> None:
    shelf = Shelf(store, tmp_path, columns, rows_a_group)
    (few, small), (many, large) = (shelf.count(shelf.put(count)) for count in groups)
    assert (few, many) == tuple(rows_a_group * count for count in groups)
    assert large - small <= MOST_MORE
    assert large <= MOST
