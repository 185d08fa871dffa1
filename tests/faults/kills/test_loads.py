"""Commands that load rows and labels, and the function that takes in what arrives, are killed between their writes."""

import resource
import signal
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import count
from pathlib import Path

import psutil
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from courtside.cli.entry import EXIT_INTERRUPTED
from courtside.contracts import lake_keys
from courtside.contracts.names import StackOutput
from courtside.contracts.records import ArrivalOutcome
from courtside.core.parquet import read_parquet_content
from tests.faults.fault import fault
from tests.faults.kills.killing import ARRIVALS, Moment, called, end_command, kill, standing, worked
from tests.faults.model import Model, rows
from tests.faults.processes import OWN_INTERPRETER, environment
from tests.faults.truths.rows import labels

FIRST, LAST_DAY, MANY = 500_000, date(2026, 1, 31), 20
FRESH = count()
"""Every case has rows of its own."""
LOADS, ROWS, ARRIVING = "/_loads.json", r"/tables/\w+/[0-9a-f-]+\.parquet", "/_arriving/"
TABLES = [
    Moment("before it writes anything", f"PUT .*{ARRIVING}"),
    Moment("before it records the load", f"PUT .*{LOADS}"),
    Moment("after it recorded the load and before the rows are there", f"PUT .*{LOADS}", after=True),
    Moment("after the rows are there", f"PUT .*{ROWS}", after=True),
    Moment("by SIGTERM before it records that it is done", f"PUT .*{LOADS}", skip=1, number=signal.SIGTERM),
    Moment("by Ctrl-C before the rows are there", f"PUT .*{ROWS}", number=signal.SIGINT),
]
LABELS = [
    Moment("after it noted which labels it adds to", "PUT .*/labels/_begun/", after=True),
    Moment("before it adds the labels", "PUT .*/archive/labels/"),
    Moment("after it added the labels", "PUT .*/archive/labels/", after=True),
    Moment("by SIGTERM before it records the load", r"PUT .*/labels/[0-9a-f]+\.json", number=signal.SIGTERM),
]
TAKING_IN = [
    Moment("after it noted that it begins with a file", "TransactWriteItems", body="/begun", after=True),
    Moment("while it reads the file", "GET .*/incoming/"),
    Moment("before it records the load", f"PUT .*{LOADS}"),
    Moment("after it recorded the load and before the rows are merged", f"PUT .*{LOADS}", after=True),
    Moment("after the rows are merged", f"PUT .*{ROWS}", after=True),
    Moment(
        "by SIGTERM before it records what became of the file", r"PUT .*/models/\w+/arrivals/", number=signal.SIGTERM
    ),
    Moment("after it recorded what became of the file", r"PUT .*/models/\w+/arrivals/", after=True),
]


def own_rows(*, many: int = MANY) -> pa.Table:
    """Return rows that nobody has loaded yet."""
    return rows(first=FIRST + next(FRESH) * 10_000, start=LAST_DAY, days=1, a_day=many)


def times_there(model: Model, table: pa.Table) -> set[int]:
    """Return how often the rows of a table are among those that readers of the model's table find."""
    lake, prefix = model.stage.lake, lake_keys.tables(model.name)
    keys = [key for key in lake.keys(prefix) if "/_" not in key]
    found = [read_parquet_content(lake.read(key)).column("parcel").to_pylist() for key in keys]
    times = Counter(each for some in found for each in some)
    return {times[each] for each in table.column("parcel").to_pylist()}


@fault(
    "A command that loads rows is ended {moment}.",
    promise="Readers find all of its rows or none, and the same command again ends what was begun.",
)
@pytest.mark.parametrize("moment", TABLES, ids=str)
def test_an_ended_load_of_rows_is_ended_by_the_same_command(model: Model, moment: Moment, tmp_path: Path) -> None:
    table, file = own_rows(), tmp_path / "rows.parquet"
    pq.write_table(table, file)
    code, said = end_command(model, moment, "tables", "load", "--table", f"{file}")
    assert code == (EXIT_INTERRUPTED if moment.number == signal.SIGINT else -moment.number), said
    assert "Traceback" not in said
    assert len(times_there(model, table)) == 1
    model.command("tables", "load", "--table", f"{file}")
    assert times_there(model, table) == {1}
    assert model.stage.lake.keys(f"{lake_keys.tables(model.name)}_arriving/") == []
    assert model.command("tables", "load", "--table", f"{file}")["repeated"]


@fault(
    "A command that loads labels is killed {moment}.",
    promise="The same command again adds those labels that are missing, and says of all what it would have said.",
)
@pytest.mark.parametrize("moment", LABELS, ids=str)
def test_a_killed_load_of_labels_is_ended_by_the_same_command(model: Model, moment: Moment, tmp_path: Path) -> None:
    table, file = own_rows().select(["parcel", "at", "late"]), tmp_path / "labels.parquet"
    pq.write_table(table, file)
    code, said = end_command(model, moment, "labels", "load", f"{file}")
    assert code == -moment.number, said
    done = model.command("labels", "load", f"{file}")
    assert (done["new"], done["changed"], done["same"]) == (MANY, 0, 0)
    known = Counter(row for row, _ in labels(model))
    assert {known[f"{each}|{LAST_DAY}"] for each in table.column("parcel").to_pylist()} == {1}


def arrived(model: Model, table: pa.Table) -> str:
    """Put a file where rows arrive, and return its name."""
    name, content = f"rows-{table.column('parcel')[0]}.csv", pa.BufferOutputStream()
    pyarrow.csv.write_csv(table, content)
    model.stage.lake.write(f"{lake_keys.incoming(model.name)}{name}", content.getvalue().to_pybytes())
    return name


def outcomes(model: Model, name: str) -> list[str]:
    """Return what the stage says became of a file that arrived."""
    listed = model.command("tables", "arrivals")
    return [each["outcome"] for each in listed if each["file"].endswith(f"/{name}")]


@fault(
    "The function that takes in arrived files is killed {moment}.",
    promise="The next round takes the file in: each of its rows is there once.",
)
@pytest.mark.parametrize("moment", TAKING_IN, ids=str)
def test_a_file_whose_function_was_killed_is_taken_in_once(model: Model, moment: Moment) -> None:
    table, event = own_rows(), {"model": model.name}
    name = arrived(model, table)
    kill(model, ARRIVALS, event, moment)
    assert len(times_there(model, table)) == 1
    worked(model, ARRIVALS, event)
    assert times_there(model, table) == {1}
    assert outcomes(model, name) == [ArrivalOutcome.LOADED.value]
    assert worked(model, ARRIVALS, event)["rows"] == 0


@fault(
    "The function that takes in arrived files runs out of memory while it reads one.",
    promise="Nothing of the file is loaded, and the next round takes it in.",
)
def test_a_file_whose_function_ran_out_of_memory_is_taken_in_by_the_next_round(model: Model) -> None:
    table, event = own_rows(many=9_000), {"model": model.name}
    name = arrived(model, table)
    reading = Moment("", "GET .*/incoming/")
    with (
        environment(model, StackOutput.RECEIVE_ROWS, **OWN_INTERPRETER),
        standing(model, ARRIVALS, reading) as rule,
        ThreadPoolExecutor(1) as pool,
    ):
        running = pool.submit(called, model, ARRIVALS, event)
        process = model.faults.caller(model.faults.wait_held(rule))
        limits = process.rlimit(psutil.RLIMIT_AS)
        process.rlimit(psutil.RLIMIT_AS, (process.memory_info().vms, limits[1]))
        model.faults.release(rule)
        body, error = running.result()
    assert error, body
    if process.is_running():  # the platform ends the process of such a function
        process.rlimit(psutil.RLIMIT_AS, (resource.RLIM_INFINITY, limits[1]))
        process.kill()
    assert times_there(model, table) == {0}
    worked_at_last(model, event)
    assert times_there(model, table) == {1}
    assert outcomes(model, name) == [ArrivalOutcome.LOADED.value]


def worked_at_last(model: Model, event: dict[str, str]) -> None:
    """Run a round; a call may meet the process that was ended."""
    _, error = called(model, ARRIVALS, event)
    if error:
        worked(model, ARRIVALS, event)
