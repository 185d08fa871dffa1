"""Rows and labels arrive twice at once, and the events that predict and judge them many times."""

import io
import subprocess
import sys
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from courtside.contracts import lake_keys
from courtside.contracts.names import StackOutput
from courtside.core.parquet import read_parquet_content
from tests.faults.deliveries.at_once import all_at_once, at_once, few
from tests.faults.fault import fault
from tests.faults.model import COMING, TO_COME, Model, load, rows
from tests.faults.truths.rows import labels, predictions

ARRIVED = 500_000
MANY = {5: TO_COME, 50: TO_COME + timedelta(1)}
ORDERED = [TO_COME + timedelta(each) for each in (4, 3, 2)]
KNOWN, CORRECTED, JUDGED = TO_COME + timedelta(4), TO_COME + timedelta(6), TO_COME + timedelta(14)
"""The days on which labels become known and are corrected, and as of which the model is judged."""


@pytest.fixture(scope="module", autouse=True)
def coming(model: Model) -> None:
    """Load the rows of the days after those that every model has."""
    load(model.name, rows(first=200_000, start=TO_COME + timedelta(1), days=4, a_day=COMING, labelled=False))


def invoked(model: Model, output: StackOutput, **event: Any) -> dict[str, Any]:
    body, error = model.invoked(output, {"model": model.name, **event})
    assert not error, body
    return dict(body)


def stored(model: Model) -> list[int]:
    """Return the ids of all rows of the model's table."""
    keys = [key for key in model.stage.lake.keys(lake_keys.tables(model.name)) if key.endswith(".parquet")]
    read = (pq.read_table(io.BytesIO(model.stage.lake.read(key)), columns=["parcel"]) for key in keys)
    return [parcel for table in read for parcel in parcels(table)]


def parcels(table: pa.Table) -> list[int]:
    found: list[Any] = parcels(table)
    return found


def put(model: Model, name: str, table: pa.Table) -> None:
    content = io.BytesIO()
    pq.write_table(table, content)
    model.stage.lake.write(f"{lake_keys.incoming(model.name)}{name}", content.getvalue())


def processes(model: Model, *commands: tuple[str, ...]) -> list[str]:
    """Run commands about a model, each in a process of its own, all at once; return what they print."""
    program = "from courtside.cli.main import app; app()"
    begun = [
        subprocess.Popen(
            [sys.executable, "-c", program, *words, "--model", model.name, "--stage", "dev", "--json"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for words in commands
    ]  # fmt: skip
    said = [each.communicate() for each in begun]
    assert [each.returncode for each in begun] == [0] * len(begun), said
    return [out for out, _ in said]


@fault(
    "The event that takes in arrived files comes {times} times at once, and one of the files has two names.",
    promise="Each row is in the table once.",
)
@pytest.mark.parametrize("times", [8])
def test_files_are_taken_in_many_times_at_once(model: Model, times: int) -> None:
    tables = [rows(first=ARRIVED + 100 * each, start=TO_COME - timedelta(1), days=1) for each in range(3)]
    for name, table in zip(("a", "b", "c", "again"), (*tables, tables[0]), strict=True):
        put(model, f"{name}.parquet", table)
    with few(model, model.loop.output(StackOutput.RECEIVE_ROWS)):
        at_once(times, lambda: invoked(model, StackOutput.RECEIVE_ROWS))
    arrived = sorted(each for each in stored(model) if each >= ARRIVED)
    assert arrived == parcels(pa.concat_tables(tables))
    assert invoked(model, StackOutput.RECEIVE_ROWS)["files"] == 0


@fault(
    "One file of rows is loaded by {times} people at once.",
    promise="Each row is in the table once, and all are told the same.",
)
@pytest.mark.parametrize("times", [3])
def test_a_table_is_loaded_by_several_at_once(model: Model, times: int, tmp_path: Path) -> None:
    first = 2 * ARRIVED
    table = rows(first=first, start=TO_COME - timedelta(2), days=1)
    file = tmp_path / "rows.parquet"
    pq.write_table(table, file)
    processes(model, *[("tables", "load", "--table", str(file))] * times)
    assert sorted(each for each in stored(model) if each >= first) == parcels(table)


@fault("The event that predicts a day comes {times} times at once.", promise="Each row is predicted once.")
@pytest.mark.parametrize("times", MANY)
def test_a_day_is_predicted_many_times_at_once(model: Model, times: int) -> None:
    before, as_of = len(predictions(model)), MANY[times].isoformat()
    with few(model, model.loop.output(StackOutput.PREDICT)):
        answers = at_once(times, lambda: invoked(model, StackOutput.PREDICT, as_of=as_of))
    assert {each["predicted"] + each["unchanged"] for each in answers} == {COMING}
    assert sum(each["predicted"] for each in answers) == COMING
    assert len(predictions(model)) == before + COMING


@fault(
    "The events that predict {days} days come at once, the newest first and each of them twice.",
    promise="Each row is predicted once.",
)
@pytest.mark.parametrize("days", [len(ORDERED)])
def test_days_are_predicted_in_the_wrong_order(model: Model, days: int) -> None:
    before = len(predictions(model))
    events = [partial(invoked, model, StackOutput.PREDICT, as_of=day.isoformat()) for day in ORDERED]
    with few(model, model.loop.output(StackOutput.PREDICT)):
        answers = all_at_once(*events, *events)
    assert [each["predicted"] + each["unchanged"] for each in answers] == [COMING] * 2 * days
    assert len(predictions(model)) == before + days * COMING


def labels_file(folder: Path, name: str, *, late: bool) -> str:
    known = rows(first=100_000, start=TO_COME, days=1, a_day=COMING)
    every_other = pa.array([late is bool(each % 2) for each in range(COMING)])
    file = folder / name
    pa.csv.write_csv(known.select(["parcel", "at"]).append_column("late", every_other), file)
    return str(file)


def newest(model: Model) -> set[str]:
    """Return by which loads the newest label of each row was said."""
    logged = lake_keys.labels(model.name)
    keys = [key for key in model.stage.lake.keys(logged) if key.endswith(".parquet")]
    said = [each for key in keys for each in read_parquet_content(model.stage.lake.read(key)).to_pylist()]
    last = {each["id"]: each for each in sorted(said, key=lambda each: (each["known_on"], each["recorded_at"]))}
    assert len(last) == COMING
    return {each["source"] for each in last.values()}


@fault("One file of labels is loaded by {times} people at once.", promise="Each label is known once.")
@pytest.mark.parametrize("times", [3])
def test_labels_are_loaded_by_several_at_once(model: Model, times: int, tmp_path: Path) -> None:
    file = labels_file(tmp_path, "labels.csv", late=False)
    processes(model, *[("labels", "load", file, "--as-of", KNOWN.isoformat())] * times)
    assert len(labels(model)) == COMING
    (loaded,) = model.command("labels", "list")
    assert newest(model) == {loaded["id"]}


@fault(
    "A model is judged {times} times at once when its labels have come.",
    promise="Each window is stated once.",
)
@pytest.mark.parametrize("times", [20])
def test_a_model_is_judged_many_times_at_once(model: Model, times: int) -> None:
    judge = partial(invoked, model, StackOutput.CHECK_PERFORMANCE, as_of=JUDGED.isoformat())
    with few(model, model.loop.output(StackOutput.CHECK_PERFORMANCE)):
        answers = at_once(times, judge)
    stated = [str(window["window"]) for each in answers for window in each["windows"] if window["state"] == "stated"]
    assert stated
    assert len(stated) == len(set(stated))
    last = judge()
    assert (last["stated"], last["restated"]) == (0, 0)


@fault(
    "Labels and a correction of all of them are loaded at once by {times} people.",
    promise="The correction counts for every row, and no label is lost.",
)
@pytest.mark.parametrize("times", [2])
def test_labels_and_their_correction_are_loaded_at_once(model: Model, times: int, tmp_path: Path) -> None:
    (known,) = model.command("labels", "list")
    files = [labels_file(tmp_path, f"{late}.csv", late=late) for late in (False, True)]
    assert len(files) == times
    processes(model, *[("labels", "load", file, "--as-of", CORRECTED.isoformat()) for file in files])
    (corrected,) = newest(model)
    assert corrected != known["id"]
