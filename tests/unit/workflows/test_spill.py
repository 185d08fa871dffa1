from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courtside.workflows.spill import Spill

TABLES = st.lists(st.lists(st.integers(0, 4), max_size=6), max_size=5)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TABLES, st.sampled_from([1, 4, 500_000]))
def test_a_part_holds_its_rows_in_the_order_in_which_they_were_added(
    tmp_path: Path, tables: list[list[int]], at_once: int
) -> None:
    rows = [(part, at) for at, part in enumerate(part for table in tables for part in table)]
    schema, coming = pa.schema([("at", pa.int64())]), iter(rows)
    spill = Spill(tmp_path, schema)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("courtside.workflows.spill._AT_ONCE", at_once)
        for parts in tables:
            own = [next(coming)[1] for _ in parts]
            spill.add(pa.table({"at": pa.array(own, pa.int64())}), np.array(parts, np.int64))
    for part in range(6):
        assert spill.taken(part).column("at").to_pylist() == [at for of, at in rows if of == part]
    assert list(tmp_path.iterdir()) == []
