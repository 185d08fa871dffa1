"""Deliveries of one event: many at once, in a stage whose account lets only a few run at a time."""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from tests.faults.model import PATIENCE_SECONDS, Model

FEW = 6
"""So many processes of one function run at once; the other deliveries are refused and come again, as on AWS."""
_PAUSE_SECONDS = 0.05
_Answer = TypeVar("_Answer")


def at_once(times: int, call: Callable[[], _Answer]) -> list[_Answer]:
    """Call something so many times at once and return all answers; a delivery that is refused for now comes again."""
    with ThreadPoolExecutor(times) as pool:
        return [each.result() for each in [pool.submit(_delivered, call) for _ in range(times)]]


def all_at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Make different calls at once and return their answers in the order of the calls."""
    with ThreadPoolExecutor(len(calls)) as pool:
        return [each.result() for each in [pool.submit(_delivered, call) for call in calls]]


@contextmanager
def few(model: Model, *functions: str) -> Iterator[None]:
    """Let only a few invocations of each function run at once, as an account's limit does."""
    client = model.stage.aws.client("lambda")
    for name in functions:
        client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=FEW)
    try:
        yield
    finally:
        for name in functions:
            client.delete_function_concurrency(FunctionName=name)


def _delivered(call: Callable[[], _Answer]) -> _Answer:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return call()
        except ClientError as error:
            if error.response["Error"]["Code"] != "TooManyRequestsException" or time.monotonic() > deadline:
                raise
            time.sleep(_PAUSE_SECONDS)


def function(model: Model, part: str) -> str:
    """Return the name of the stage's only function whose name has a part."""
    pages = model.stage.aws.client("lambda").get_paginator("list_functions").paginate()
    (name,) = (each["FunctionName"] for page in pages for each in page["Functions"] if part in each["FunctionName"])
    return str(name)


def called(model: Model, name: str, event: Any) -> tuple[Any, str]:
    """Return what a function answered to an event, and the name of its error (empty if it worked)."""
    answer = model.stage.aws.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event).encode())
    body = json.loads(answer["Payload"].read())
    return body, body["errorType"] if "FunctionError" in answer else ""


def told_once(model: Model, containing: str) -> str:
    """Wait until people are told something about a model, and return the only message that says so."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (found := model.told(containing)):
        assert time.monotonic() < deadline, f"nobody was told {containing!r}"
        time.sleep(_PAUSE_SECONDS)
    (only,) = found
    return only
