"""A ledger in a file keeps what the ledgers of stages promise, whoever shares it."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtside.adapters.sqlite_ledger import LedgerFileUnusable, SqliteLedger
from courtside.workflows.ports import LedgerEntry, LedgerWrite
from tests.fakes.ports import InMemoryLedger

KEYS = ("a/", "a/b", "a/b/c", "a-b/c", "A/b", "a/ü", "a_/b", "a%/b")
WRITES = st.builds(LedgerWrite, st.sampled_from(KEYS), st.text(max_size=5), st.integers(0, 2))


@given(st.lists(st.lists(WRITES, min_size=1, max_size=3, unique_by=lambda each: each.key), max_size=12))
def test_it_answers_as_the_ledger_in_memory_does(batches: list[list[LedgerWrite]]) -> None:
    with TemporaryDirectory() as folder:
        ledger, memory = SqliteLedger(Path(folder) / "l.sqlite"), InMemoryLedger()
        for batch in batches:
            assert ledger.put(*batch) == memory.put(*batch)
        for key in KEYS:
            assert ledger.get(key) == memory.get(key)
        prefixes = ("a/", "a_/", "a%/", "b/")
        assert ledger.entries(*prefixes) == memory.entries(*prefixes)


def test_of_writers_that_read_the_same_revision_one_writes(tmp_path: Path) -> None:
    ledger = SqliteLedger(tmp_path / "new" / "l.sqlite")
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda each: ledger.put(LedgerWrite("k", str(each), 0)), range(24)))
    assert sum(done) == 1
    assert ledger.get("k") == LedgerEntry("k", str(done.index(True)), 1)


def test_what_is_removed_is_the_key_or_all_below_it(tmp_path: Path) -> None:
    ledger = SqliteLedger(tmp_path / "l.sqlite")
    for key in ("m/a", "m/b", "mm/a", "i/m.drift", "i/mm.drift", "s/m", "s/mm"):
        assert ledger.put(LedgerWrite(key, "", 0))
    ledger.remove("m/", "i/m.", "s/m", "none")
    assert [each.key for each in ledger.entries("m/", "mm/", "i/", "s/")] == ["mm/a", "i/mm.drift", "s/mm"]


def test_a_file_that_is_no_ledger_is_named(tmp_path: Path) -> None:
    path = tmp_path / "l.sqlite"
    path.write_text("name,price\n" * 200)
    with pytest.raises(LedgerFileUnusable, match="replay into an empty folder"):
        SqliteLedger(path).get("k")
