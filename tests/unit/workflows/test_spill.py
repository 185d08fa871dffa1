import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courtside.workflows.spill import NoRoomToJoin, Spill, folder_to_spill

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


@pytest.mark.parametrize("rooms", [0, 1])
def test_a_full_disk_is_told_in_words_and_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rooms: int
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    rows = pa.table({"at": pa.array(np.random.default_rng(0).random(100_000))})

    def spilled() -> None:
        with folder_to_spill() as folder:
            (folder / str(rooms)).symlink_to("/dev/full")
            spill = Spill(folder, rows.schema)
            for part in range(2):
                spill.add(rows, np.full(rows.num_rows, part))
                assert spill.taken(part).equals(rows)

    with pytest.raises(NoRoomToJoin, match=f"^{tmp_path} has no room left .* set TMPDIR"):
        spilled()
    assert list(tmp_path.iterdir()) == []


def test_where_nothing_can_be_written_that_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", lambda: ["/dev/null/none"])
    with pytest.raises(NoRoomToJoin, match="the temporary folder has no room left"), folder_to_spill():
        pass


def test_what_a_killed_process_left_is_removed_and_no_folder_in_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    left = (
        "import os, signal\nfrom courtside.workflows.spill import folder_to_spill\n"
        "with folder_to_spill() as folder:\n"
        "    (folder / '0').write_bytes(b'rows')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", left], env={"TMPDIR": str(tmp_path)}, check=False, timeout=120)
    (killed,) = tmp_path.iterdir()
    assert (killed / "0").read_bytes() == b"rows"
    with folder_to_spill() as outer:
        assert not killed.exists()
        (outer / "0").write_bytes(b"rows")
        with folder_to_spill() as inner:
            assert set(tmp_path.iterdir()) == {outer, inner}
    assert list(tmp_path.iterdir()) == []
