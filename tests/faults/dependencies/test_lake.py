"""S3 is busy, breaks off, forgets and answers late while a stage works."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow.parquet as pq
import pytest

from courtside.contracts.lake_keys import predictions
from courtside.contracts.names import StackOutput
from embedded_aws.faults.rules import Effect, Rule
from tests.faults.dependencies.answers import DENIED, GONE, SLOW_DOWN
from tests.faults.dependencies.days import day_to_come, event, require_predicted
from tests.faults.fault import fault
from tests.faults.input.arriving import loaded_rows, new_rows, put
from tests.faults.kills.test_loads import own_rows
from tests.faults.model import COMING, Model

REQUESTS = {
    "reads": r"^GET /[^?]*(\?(?!list-type).*)?$",
    "lists": r"^GET /[^?]*\?.*list-type",
    "writes": r"^PUT /",
}
"""The requests of a kind, by how the list of faults tells of them."""
FIRST = date(2025, 12, 8)
NEW = {"first": 2_000_000, "closed": 2_001_000, "last": 2_001_010}
"""The files that arrive, each with the first id of its 20 rows: the last one corrects half of those before it."""


def checked_twice(model: Model, day: date) -> None:
    """Check a window in which something is out of order, and again when all is well: it was checked once."""
    checked = model.loop.check_drift(model.day(day))
    again = model.loop.check_drift(model.day(day))
    assert not checked.duplicate
    assert (again.duplicate, again.check_id, again.decision) == (True, checked.check_id, checked.decision)


@fault(
    "S3 answers 503 Slow Down to three of the {requests} of a drift check.",
    promise="They are made again, and the check is as whole as any.",
)
@pytest.mark.parametrize("requests", REQUESTS)
def test_a_check_waits_for_a_busy_lake(model: Model, requests: str) -> None:
    day = FIRST + timedelta(list(REQUESTS).index(requests))
    rule = SLOW_DOWN(request=REQUESTS[requests], caller="Check", times=3)
    with model.faults.fault("lake", rule):
        checked_twice(model, day)
        assert model.faults.met("lake") > 0


@fault(
    "Three of the objects that a drift check reads break off in the middle.",
    promise="They are read again, and the check is as whole as any.",
)
def test_a_check_reads_what_broke_off_again(model: Model) -> None:
    with model.faults.fault(
        "lake", Rule(Effect.CUT, service="^s3$", request=REQUESTS["reads"], caller="Check", times=3)
    ):
        checked_twice(model, FIRST + timedelta(3))
        assert model.faults.met("lake") == 3


@fault(
    "S3 keeps what a drift check writes, and the answers to {writes} of its writes are lost.",
    promise="The same is written again, and the check is as whole as any.",
)
@pytest.mark.parametrize("writes", [1, 3])
def test_a_check_writes_what_was_written_already(model: Model, writes: int) -> None:
    rule = SLOW_DOWN(request=REQUESTS["writes"], caller="Check", after=True, times=writes)
    with model.faults.fault("lake", rule):
        checked_twice(model, FIRST + timedelta(4 + writes))
        assert model.faults.met("lake") == writes


def fails_and_goes_on(model: Model, rule: Rule, call: Callable[[], tuple[Any, str]], *, named: str) -> Any:
    """Call a function that cannot work while a rule holds and must name why; return its answer without the rule."""
    with model.faults.fault("lake", rule):
        body, error = call()
        assert error, body
        assert named in f"{error} {body['errorMessage']}"
    body, error = call()
    assert not error, body
    return body


@fault(
    "S3 keeps the predictions of a day and the labels that a person loads, and its answers are lost.",
    promise="Both say that they were new, and each is there once.",
)
def test_what_was_written_although_nobody_heard_counts_as_written(model: Model, tmp_path: Path) -> None:
    day = day_to_come(model)
    pq.write_table(own_rows().select(["parcel", "at", "late"]), tmp_path / "labels.parquet")
    with (
        model.faults.fault("predictions", SLOW_DOWN(request="^PUT .*/archive/predictions/", after=True, times=1)),
        model.faults.fault("labels", SLOW_DOWN(request="^PUT .*/labels/[0-9a-f]+.json", after=True, times=1)),
    ):
        assert model.loop.predict(day).predicted == COMING
        assert not model.command("labels", "load", str(tmp_path / "labels.parquet"))["repeated"]
        assert (model.faults.met("predictions"), model.faults.met("labels")) == (1, 1)
    require_predicted(model, day)


@fault(
    "S3 answers 503 Slow Down to every one of the {requests} of a drift check.",
    promise="The check fails and names S3's answer; the next one is whole.",
)
@pytest.mark.parametrize("requests", ["reads", "writes"])
def test_a_check_fails_with_a_lake_that_stays_busy(model: Model, requests: str) -> None:
    window = model.day(FIRST + timedelta(10 + list(REQUESTS).index(requests)))
    sent = {"model": model.name, "window": window.model_dump(mode="json")}
    rule = SLOW_DOWN(request=REQUESTS[requests], caller="Check")
    fails_and_goes_on(model, rule, partial(model.invoked, StackOutput.CHECK_DRIFT, sent), named="SlowDown")


@fault(
    "Every object that the predictions of a day read breaks off in the middle.",
    promise="The predictions fail and say so; the next ones are whole, each row once.",
)
def test_predictions_fail_when_all_breaks_off(model: Model) -> None:
    rule = Rule(Effect.CUT, service="^s3$", request=REQUESTS["reads"], caller="Predict")
    day = day_to_come(model)
    call = partial(model.invoked, StackOutput.PREDICT, event(model, day))
    body = fails_and_goes_on(model, rule, call, named="Connection broken")
    assert body["predicted"] == COMING
    require_predicted(model, day)


@fault(
    "An object that was listed has vanished when a drift check reads it.",
    promise="The check says which file it could not read, or fails and names it; the next one is whole.",
)
def test_a_check_misses_an_object(model: Model) -> None:
    window = model.day(FIRST + timedelta(14))
    sent = {"model": model.name, "window": window.model_dump(mode="json")}
    rule = GONE(request=r"^GET /[^?]*\.parquet", caller="Check")
    fails_and_goes_on(model, rule, partial(model.invoked, StackOutput.CHECK_DRIFT, sent), named=".parquet")


OLD_LISTS = 4
"""So many times a day's predictions are listed until the first attempt to write them: none of these lists is new."""


@fault(
    "S3 lists what there was before a day was predicted, and the day is predicted again.",
    promise="The day's file is not written over, and no row is predicted twice.",
)
def test_predictions_by_a_list_that_is_old(model: Model) -> None:
    day = day_to_come(model)
    assert model.loop.predict(day).predicted == COMING
    rule = Rule(
        Effect.ANSWER,
        service="^s3$",
        request=f"list-type.*{quote(predictions(model.name), safe='')}",
        caller="Predict",
        times=OLD_LISTS,
        status=200,
        headers={"content-type": "application/xml"},
        content="<ListBucketResult><KeyCount>0</KeyCount></ListBucketResult>",
    )
    with model.faults.fault("lake", rule):
        again = model.loop.predict(day)
        assert model.faults.met("lake") == OLD_LISTS
    assert (again.predicted, again.unchanged) == (0, COMING)
    require_predicted(model, day)


@fault(
    "S3 refuses one of three files of rows that arrived.",
    promise="The other two are taken in, the file is named, and it is taken in once S3 gives it, without the rows that "
    "a later file has corrected meanwhile.",
)
def test_one_arrived_file_cannot_be_read(model: Model) -> None:
    _, closed, _ = (put(model, f"{name}.parquet", new_rows(first)) for name, first in NEW.items())
    before = loaded_rows(model)
    sent = {"model": model.name}
    with model.faults.fault("closed", DENIED(request=r"^GET /.*/closed\.parquet", caller="Arrivals")):
        body, error = model.invoked(StackOutput.RECEIVE_ROWS, sent)
    assert error == "FileClosed", body
    assert f"{closed} cannot be read (AccessDenied)" in body["errorMessage"]
    assert loaded_rows(model) == before + 40
    body, error = model.invoked(StackOutput.RECEIVE_ROWS, sent)
    assert (error, body["loaded"], body["rows"], loaded_rows(model)) == ("", 1, 10, before + 50)
