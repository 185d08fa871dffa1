"""Rows, labels and rounds come twice at once and late, and so do the events that predict and judge."""

import io
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from courtside.contracts import lake_keys, ledger_keys
from courtside.contracts.names import StackOutput
from courtside.contracts.records import ModelRound
from courtside.contracts.rounds import WatchRequest
from courtside.core.parquet import parquet_content, read_parquet_content
from courtside.workflows.ledger_documents import read
from tests.faults.deliveries.at_once import all_at_once, at_once, called, few, function
from tests.faults.fault import fault
from tests.faults.input.arriving import put
from tests.faults.model import COMING, TO_COME, Model, load, rows
from tests.faults.state.operators import all_at_once as typed_at_once
from tests.faults.truths.rows import labels, predictions
from tests.integration.stage.steps import ledger

ARRIVED, LOADED, TOMORROW = 500_000, 1_000_000, 2_000_000
"""The first ids of what each test brings."""
KNOWN, CORRECTED, JUDGED = TO_COME + timedelta(4), TO_COME + timedelta(6), TO_COME + timedelta(14)
"""The days on which labels become known and are corrected, and as of which the model is judged."""
EARLIER, LATER = date(2025, 12, 10), date(2025, 12, 12)


def invoked(model: Model, output: StackOutput, **event: Any) -> dict[str, Any]:
    body, error = model.invoked(output, {"model": model.name, **event})
    assert not error, body
    return dict(body)


def stored(model: Model, first: int, end: int) -> list[int]:
    """Return the ids between two of all rows of the model's table."""
    keys = [key for key in model.stage.lake.keys(lake_keys.tables(model.name)) if key.endswith(".parquet")]
    read = (pq.read_table(io.BytesIO(model.stage.lake.read(key)), columns=["parcel"]) for key in keys)
    return sorted(parcel for table in read for parcel in parcels(table) if first <= parcel < end)


def parcels(table: pa.Table) -> list[int]:
    found: list[int] = table.column("parcel").to_pylist()
    return found


def typed(model: Model, *commands: tuple[str, ...]) -> None:
    """Let people type commands at once, all of which must succeed."""
    ended = typed_at_once(model, *commands)
    assert {each.code for each in ended} == {0}, ended


@fault(
    "The event that takes in arrived files comes {times} times at once, and one of the files has two names.",
    promise="Each row is in the table once.",
)
@pytest.mark.parametrize("times", [4])
def test_files_are_taken_in_many_times_at_once(model: Model, times: int) -> None:
    tables = [rows(first=ARRIVED + 100 * each, start=TO_COME - timedelta(1), days=1) for each in range(3)]
    for name, table in zip(("a", "b", "c", "again"), (*tables, tables[0]), strict=True):
        put(model, f"{name}.parquet", parquet_content(table))
    with few(model, model.loop.output(StackOutput.RECEIVE_ROWS)):
        at_once(times, lambda: invoked(model, StackOutput.RECEIVE_ROWS))
    assert stored(model, ARRIVED, LOADED) == parcels(pa.concat_tables(tables))
    assert invoked(model, StackOutput.RECEIVE_ROWS)["files"] == 0


@fault("One file of rows is loaded by {times} people at once.", promise="Each row is in the table once.")
@pytest.mark.parametrize("times", [2])
def test_a_table_is_loaded_by_several_at_once(model: Model, times: int, tmp_path: Path) -> None:
    table, file = rows(first=LOADED, start=TO_COME - timedelta(2), days=1), tmp_path / "rows.parquet"
    pq.write_table(table, file)
    typed(model, *[("tables", "load", "--table", str(file))] * times)
    assert stored(model, LOADED, TOMORROW) == parcels(table)


@fault("The event that predicts a day comes {times} times at once.", promise="Each row is predicted once.")
@pytest.mark.parametrize("times", [4])
def test_a_day_is_predicted_many_times_at_once(model: Model, times: int) -> None:
    load(model.name, rows(first=TOMORROW, start=TO_COME + timedelta(1), days=1, a_day=COMING, labelled=False))
    predict = partial(invoked, model, StackOutput.PREDICT, as_of=TO_COME.isoformat())
    with few(model, model.loop.output(StackOutput.PREDICT)):
        answers = at_once(times, predict)
    assert {each["predicted"] + each["unchanged"] for each in answers} == {2 * COMING}
    assert sum(each["predicted"] for each in answers) == len(predictions(model)) == 2 * COMING
    assert predict()["unchanged"] == 2 * COMING


@fault(
    "The event that builds the pages of a model comes {times} times at once.",
    promise="All deliveries answer alike, and each page is whole.",
)
@pytest.mark.parametrize("times", [6])
def test_the_pages_are_built_many_times_at_once(model: Model, times: int) -> None:
    publish, lake = function(model, "PublishingFunction"), model.stage.lake
    event = {"round": "at-once", "model": model.name}
    with few(model, publish):
        answers = at_once(times, lambda: called(model, publish, event))
    again = called(model, publish, event)
    assert again[0]["pages"] > 0, again
    assert answers == [again] * times
    keys = [key for prefix in lake_keys.all_of(model.name) for key in lake.keys(prefix) if key.endswith(".html")]
    assert all(lake.read(key).rstrip().endswith(b"</html>") for key in keys)


def labels_file(folder: Path, name: str, *, late: bool) -> str:
    known = rows(first=100_000, start=TO_COME, days=1, a_day=COMING)
    every_other = pa.array([late is bool(each % 2) for each in range(COMING)])
    file = folder / name
    pa.csv.write_csv(known.select(["parcel", "at"]).append_column("late", every_other), file)
    return str(file)


def newest(model: Model) -> set[str]:
    """Return by which loads the newest label of each row was said."""
    keys = [key for key in model.stage.lake.keys(lake_keys.labels(model.name)) if key.endswith(".parquet")]
    said = [each for key in keys for each in read_parquet_content(model.stage.lake.read(key)).to_pylist()]
    last = {each["id"]: each for each in sorted(said, key=lambda each: (each["known_on"], each["recorded_at"]))}
    assert len(last) == COMING
    return {each["source"] for each in last.values()}


@fault("One file of labels is loaded by {times} people at once.", promise="Each label is known once.")
@pytest.mark.parametrize("times", [2])
def test_labels_are_loaded_by_several_at_once(model: Model, times: int, tmp_path: Path) -> None:
    file = labels_file(tmp_path, "labels.csv", late=False)
    typed(model, *[("labels", "load", file, "--as-of", KNOWN.isoformat())] * times)
    assert len(labels(model)) == COMING
    (loaded,) = model.command("labels", "list")
    assert newest(model) == {loaded["id"]}


@pytest.fixture
def known(model: Model, tmp_path: Path) -> str:
    """Return the load of the labels, which the fault before makes; without it they are loaded and the day predicted."""
    if not model.command("labels", "list"):
        invoked(model, StackOutput.PREDICT, as_of=TO_COME.isoformat())
        file = labels_file(tmp_path, "labels.csv", late=False)
        typed(model, ("labels", "load", file, "--as-of", KNOWN.isoformat()))
    (loaded,) = model.command("labels", "list")
    return str(loaded["id"])


@fault(
    "A model is judged {times} times at once when its labels have come.",
    promise="Each window is stated once.",
)
@pytest.mark.usefixtures("known")
@pytest.mark.parametrize("times", [4])
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
def test_labels_and_their_correction_are_loaded_at_once(model: Model, times: int, tmp_path: Path, known: str) -> None:
    files = [labels_file(tmp_path, f"{late}.csv", late=late) for late in (False, True)]
    assert len(files) == times
    typed(model, *[("labels", "load", file, "--as-of", CORRECTED.isoformat()) for file in files])
    (corrected,) = newest(model)
    assert corrected != known


def moment(day: date) -> datetime:
    return datetime.combine(day, time(6), UTC)


def started(model: Model, name: str, as_of: datetime) -> str:
    """Start a round of the model as its schedule does and return its execution's ARN."""
    begun = model.stage.aws.client("stepfunctions").start_execution(
        stateMachineArn=model.loop.output(StackOutput.WATCH),
        name=f"{model.name}-{name}"[-80:],
        input=WatchRequest(as_of=as_of, model=model.name, everything=True).model_dump_json(),
    )
    return str(begun["executionArn"])


def decisions(model: Model) -> int:
    return len(model.stage.lake.keys(lake_keys.decisions(model.name)))


def round_of(model: Model) -> ModelRound:
    """Return what the newest round left of the model."""
    found, _ = read(ledger(model.stage), ledger_keys.model_round(model.name), ModelRound)
    assert found is not None
    return found


@fault(
    "One round of the watch is started {times} times at once, and a round that is days older after it.",
    promise="One decision about its day is logged, and the record of the newest round stays.",
)
@pytest.mark.parametrize("times", [2])
def test_a_round_comes_many_times_at_once(model: Model, times: int) -> None:
    before = decisions(model)
    arns = all_at_once(*(partial(started, model, f"at-once-{each}", moment(LATER)) for each in range(times)))
    assert {model.stage.end(arn) for arn in arns} == {"SUCCEEDED"}
    newest = round_of(model)
    assert (newest.last_round_at, newest.failing) == (moment(LATER), ())
    assert decisions(model) == before + 1
    assert model.stage.end(started(model, "late", moment(EARLIER))) == "SUCCEEDED"
    assert round_of(model) == newest


@fault(
    "The event that settles a round comes {times} times at once, and then that of an older round as often.",
    promise="The record of the newest round stays.",
)
@pytest.mark.parametrize("times", [6])
def test_a_round_is_settled_many_times_at_once(model: Model, times: int) -> None:
    if read(ledger(model.stage), ledger_keys.model_round(model.name), ModelRound)[0] is None:
        assert model.stage.end(started(model, "before", moment(LATER))) == "SUCCEEDED"
    settle, newest = function(model, "SettleFunction"), round_of(model)

    def event(as_of: datetime, outcome: str) -> dict[str, Any]:
        return {
            "model": model.name,
            "round": f"settled-{outcome}",
            "as_of": as_of.isoformat(),
            "contract_sha256": newest.contract_sha256,
            "checked": {"decision": outcome, "reason": "a test"},
        }

    with few(model, settle):
        later = event(moment(LATER + timedelta(1)), "watch")
        answers = at_once(times, lambda: called(model, settle, later))
        assert {(body["outcome"], error) for body, error in answers} == {("watch", "")}
        kept = round_of(model)
        assert kept.last_outcome == "watch"
        older = event(moment(EARLIER), "alert")
        assert {error for _, error in at_once(times, lambda: called(model, settle, older))} == {""}
    assert round_of(model) == kept
