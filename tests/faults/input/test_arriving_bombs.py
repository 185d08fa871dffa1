"""Files arrive among those of a model that unpack to more than any memory holds, or whose rows are unusual."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from courtside.core.parquet import parquet_content
from tests.faults.fault import fault
from tests.faults.input.arriving import FUNCTION_MIB, Peak, loaded_rows, new_rows, put, removed, taken_in
from tests.faults.input.bombs import DEEP, GROUP, LINES, ROWS, TEXTS, WIDE, WIDE_TEXT
from tests.faults.input.harm import messages
from tests.faults.model import BEGINS, Model, rows

A_FILE = 40
"""So many rows each of the unusual files has."""
BOMBS = LINES | ROWS | TEXTS | GROUP | DEEP | WIDE_TEXT


@fault(
    "A file arrives that holds {what}.",
    promise="It is set aside within the function's memory and told once, and the file after it is taken in.",
)
@pytest.mark.parametrize("what", BOMBS)
def test_a_file_that_becomes_very_large_arrives(model: Model, what: str) -> None:
    name, content = BOMBS[what]
    number = list(BOMBS).index(what)
    before, peak = loaded_rows(model), Peak(model)
    bomb = put(model, name, content())
    good = put(model, f"{number}.parquet", new_rows(1_000 * number + 1_000_000))
    done = taken_in(model)
    assert (done[bomb]["outcome"], done[bomb]["new"]) == ("quarantined", 0)
    assert (done[good]["outcome"], done[good]["new"]) == ("loaded", 20)
    assert loaded_rows(model) == before + 20
    assert 0 < peak.mib() < FUNCTION_MIB, done[bomb]["reason"]
    assert len(model.told(bomb)) == 1
    removed(model, bomb)


@fault(
    "A file arrives that holds {what}.",
    promise="Its rows are taken in within the function's memory.",
)
@pytest.mark.parametrize("what", WIDE)
def test_a_file_with_very_many_columns_arrives(model: Model, what: str) -> None:
    name, content = WIDE[what]
    before, peak = loaded_rows(model), Peak(model)
    wide = put(model, name, content())
    assert taken_in(model)[wide]["outcome"] == "loaded"
    assert loaded_rows(model) == before + 1
    assert 0 < peak.mib() < FUNCTION_MIB


Change = Callable[[pa.ChunkedArray], Any]


def unusual(number: int, column: str, change: Change) -> bytes:
    """Return new parcels, one of whose columns is made of what it holds otherwise."""
    table = rows(first=5_000_000 + 1_000 * number, start=BEGINS, days=2)
    place = table.schema.get_field_index(column)
    return parquet_content(table.set_column(place, column, change(table.column(column))))


def nanoseconds(column: pa.ChunkedArray) -> pa.Array:
    micro = column.cast(pa.timestamp("us")).cast(pa.int64()).to_numpy()
    return pa.array(micro * 1_000 + 123).cast(pa.timestamp("ns"))


TAKEN: dict[str, tuple[str, Change]] = {
    "times in dictionaries": ("at", lambda column: column.cast(pa.date32()).dictionary_encode()),
    "ids beyond 2^53": ("parcel", lambda column: pa.array([2**60 + each for each in column.to_pylist()])),
    "decimals": ("weight", lambda column: column.cast(pa.float32()).cast(pa.decimal128(38, 9), safe=False)),
    "16-bit floats": ("weight", lambda column: pa.array(column.to_numpy().astype(np.float16))),
    "no label": ("late", lambda column: pa.nulls(len(column), pa.bool_())),
}
"""What each file has whose rows can all be used: the column, and what it is made into."""
ASIDE: dict[str, tuple[str, Change]] = {
    "times as text, which were days before": ("at", lambda column: column.cast(pa.string())),
    "times with fractions, which were days before": ("at", nanoseconds),
    "times beyond the calendar": (
        "at",
        lambda column: pa.array([568_971_820_800 + n for n in range(len(column))], pa.timestamp("s")),
    ),
    "lists": ("weight", lambda column: pa.array([[each] for each in column.to_pylist()])),
    "bytes": ("weight", lambda column: pa.array([b"\xff"] * len(column))),
    "labels of three kinds": ("late", lambda column: pa.array([n % 3 for n in range(len(column))])),
    "fractions as labels": ("late", lambda column: pa.array([n % 2 / 2 for n in range(len(column))])),
    "ids that were rounded": ("parcel", lambda column: pa.array([2.0**60 + n for n in range(len(column))])),
}
"""What each file has that cannot be used."""


@fault(
    "{count} files arrive whose times, ids, numbers or labels are of unusual types.",
    promise="All of their rows are taken in.",
)
@pytest.mark.parametrize("count", [len(TAKEN)])
def test_unusual_rows_that_can_be_read_arrive(model: Model, count: int) -> None:
    before = loaded_rows(model)
    files = {
        put(model, f"taken {number}.parquet", unusual(number, *change)): what
        for number, (what, change) in enumerate(TAKEN.items())
    }
    done = taken_in(model)
    found = {what: (done[file]["outcome"], done[file]["new"], done[file]["wrong"]) for file, what in files.items()}
    assert found == dict.fromkeys(TAKEN, ("loaded", A_FILE, 0))
    assert loaded_rows(model) == before + count * A_FILE


@fault(
    "{count} files with long names arrive, of which none can be used.",
    promise="The one message names some, says how many more there are, and its command lists all of them.",
)
@pytest.mark.parametrize("count", [25])
def test_very_many_files_cannot_be_used(model: Model, count: int) -> None:
    since = len(model.stage.slack.messages)
    files = [put(model, f"{'long' * 40}/{number}.csv", f"a,b\n1,{number}\n".encode()) for number in range(count)]
    taken_in(model)
    (text,) = messages(model, since)
    named = text.count("•")
    assert 1 < named < count
    command = f"courtside tables arrivals --quarantine --model {model.name}"
    assert f"*And {count - named} more*: `{command}` lists all." in text
    listed = {each["file"] for each in model.command("tables", "arrivals", "--quarantine")}
    assert set(files) <= listed
    model.stage.lake.remove([file.removeprefix(model.stage.lake.uri("")) for file in files])
    taken_in(model)


@fault(
    "{count} files arrive with a column that nobody can use, between good ones.",
    promise="Each is set aside with the name of the column, people are told once, and the good ones are taken in.",
)
@pytest.mark.parametrize("count", [len(ASIDE)])
def test_rows_that_cannot_be_read_arrive(model: Model, count: int) -> None:
    before, told = loaded_rows(model), len(model.stage.slack.messages)
    files = {
        put(model, f"aside-{number}.parquet", unusual(100 + number, *change)): change[0]
        for number, change in enumerate(ASIDE.values())
    }
    good = [put(model, f"{name}.parquet", new_rows(first)) for name, first in (("a", 6_000_000), ("z", 6_001_000))]
    done = taken_in(model)
    assert len(files) == count
    assert [done[file]["outcome"] for file in good] == ["loaded"] * 2
    for file, column in files.items():
        assert (done[file]["outcome"], done[file]["new"]) == ("quarantined", 0), done[file]
        assert column in done[file]["reason"]
    (text,) = messages(model, told)
    assert f"{count} files of {model.name} cannot be used" in text
    assert loaded_rows(model) == before + 40
    for file in files:
        model.stage.lake.remove([file.removeprefix(model.stage.lake.uri(""))])
    taken_in(model)
