"""People load files that unpack to more than any memory holds."""

from pathlib import Path

import pytest

from tests.faults.fault import fault
from tests.faults.input.arriving import loaded_rows
from tests.faults.input.bombs import DEEP, GROUP, LABELS, LINES, TEXTS, WIDE, WIDE_TEXT
from tests.faults.input.programs import command
from tests.faults.model import Model

TABLES = LINES | TEXTS | DEEP | WIDE_TEXT
OF_LABELS = LINES | LABELS | DEEP
LARGE = {
    **{what: (made, 1) for what, made in WIDE.items()},
    **{what: (made, 10_000_000) for what, made in GROUP.items()},
}
"""What is large but no bomb, and how many rows it has."""
MOST_MIB = 1024
"""What the program may take with its libraries, however much it was given."""
MOST_OF_LARGE_MIB = 2048
"""What it may take with rows of 300 MB."""


def written(folder: Path, name: str, content: bytes) -> Path:
    file = folder / name
    file.write_bytes(content)
    return file


@fault(
    "Somebody loads a table that holds {what}.",
    promise="The command refuses it within 1 GiB of memory and says why, and the table stays as it was.",
)
@pytest.mark.parametrize("what", TABLES)
def test_a_table_that_becomes_very_large_is_loaded(model: Model, tmp_path: Path, what: str) -> None:
    name, content = TABLES[what]
    before = loaded_rows(model)
    ended = command("tables", "load", "--table", written(tmp_path, name, content()), "--model", model.name)
    ended.refused(name)
    assert ended.peak_mib < MOST_MIB, ended.said
    assert loaded_rows(model) == before


@fault(
    "Somebody loads a table that holds {what}.",
    promise="Its rows are taken in within 2 GiB of memory, and once they are taken back the table is as it was.",
)
@pytest.mark.parametrize("what", LARGE)
def test_a_table_that_is_very_large_is_loaded(model: Model, tmp_path: Path, what: str) -> None:
    (name, content), count = LARGE[what]
    before = loaded_rows(model)
    ended = command("tables", "load", "--table", written(tmp_path, name, content()), "--model", model.name)
    assert ended.code == 0, ended.said
    assert ended.peak_mib < MOST_OF_LARGE_MIB
    assert loaded_rows(model) == before + count
    (load,) = (each["id"] for each in model.command("tables", "loads") if each["file"].endswith(name))
    model.command("tables", "unload", load)
    assert loaded_rows(model) == before


@fault(
    "Somebody loads labels in a file that holds {what}.",
    promise="The command refuses it within 1 GiB of memory and says why, and the labels stay as they were.",
)
@pytest.mark.parametrize("what", OF_LABELS)
def test_labels_that_become_very_large_are_loaded(model: Model, tmp_path: Path, what: str) -> None:
    name, content = OF_LABELS[what]
    ended = command("labels", "load", written(tmp_path, name, content()), "--model", model.name)
    ended.refused(name)
    assert ended.peak_mib < MOST_MIB, ended.said
    assert model.command("labels", "list") == []
