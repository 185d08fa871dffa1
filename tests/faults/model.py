"""A small model of parcels that a stage looks after: each file of faults has one of its own."""

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from courtside.cli.versions import stage_production
from courtside.contracts import ledger_keys
from courtside.contracts.events import RetrainingRequest, Trigger, Window
from courtside.contracts.execution_names import execution_name
from courtside.contracts.names import StackOutput
from courtside.contracts.records import ChampionPointer, RetrainingLockState
from courtside.workflows.ledger_documents import read
from courtside.workflows.model_ledger import ModelLedger
from courtside.workflows.production import Production
from embedded_aws.demo.loop import Loop
from embedded_aws.faults.client import FaultClient
from tests.fakes.own_points import done
from tests.integration.stage.conftest import Stage
from tests.integration.stage.steps import ledger

BEGINS, TRAINED = date(2025, 9, 1), date(2025, 11, 1)
"""The first day of the rows, and the day on which the first champion is trained."""
MOVED = date(2026, 1, 1)
"""From this day on the parcels are much heavier."""
TO_COME, COMING = date(2026, 3, 1), 40
"""The day of the rows without a label, and how many they are."""
A_DAY, DAYS = 20, 150
PATIENCE_SECONDS = 300.0
"""How long a test waits for what must happen; only a test that fails waits that long."""


@dataclass(frozen=True)
class Model:
    """One model of a running stage, what is done to it, and the faults of the stage's AWS."""

    stage: Stage
    name: str
    asked: set[str] = field(default_factory=set)
    """The ids of the trainings that tests have asked for."""

    @property
    def faults(self) -> FaultClient:
        """What makes requests to the stage's AWS fail."""
        return FaultClient(self.stage.aws)

    @cached_property
    def loop(self) -> Loop:
        """The model's loop, driven through AWS alone."""
        return Loop(self.stage.aws, stage="dev", model=self.name)

    @property
    def ledger(self) -> ModelLedger:
        """What the ledger holds of the model."""
        return ModelLedger(ledger(self.stage), self.name)

    @cached_property
    def production(self) -> Production:
        """The model's champions, and what moves them."""
        return stage_production("dev", self.name)

    def command(self, *words: str) -> Any:
        """Return what a command about the model prints, which must succeed."""
        return done(*words, "--model", self.name)

    def champion(self) -> ChampionPointer | None:
        """Return the champion by the ledger."""
        return read(self.ledger, ledger_keys.CHAMPION, ChampionPointer)[0]

    def lock(self) -> RetrainingLockState:
        """Return the lock of the model's trainings."""
        return read(self.ledger, ledger_keys.RETRAINING_LOCK, RetrainingLockState)[0] or RetrainingLockState()

    def request(self, training_id: str, **changes: Any) -> RetrainingRequest:
        """Return a request for a training, of all rows before the day on which the first champion was trained."""
        self.asked.add(training_id)
        given = {"as_of": TRAINED, "trigger": Trigger.MANUAL, "reason": "a test", **changes}
        return RetrainingRequest(model=self.name, training_id=training_id, **given)

    def trained(self, training_id: str, **changes: Any) -> str:
        """Run a training and return how it ended."""
        return self.stage.end(self.loop.retrain(self.request(training_id, **changes)))

    def day(self, day: date, days: int = 30) -> Window:
        """Return the window of the days before one."""
        return Window(start=day - timedelta(days), end=day)

    def invoked(self, output: StackOutput, event: Any) -> tuple[Any, str]:
        """Return what a function of the stage answered, and the name of its error (empty if it worked)."""
        return self.called(self.loop.output(output), event)

    def called(self, function: str, event: Any) -> tuple[Any, str]:
        """Return what a function of a name answered, and the name of its error (empty if it worked)."""
        sent = json.dumps(event).encode()
        answer = self.stage.aws.client("lambda").invoke(FunctionName=function, Payload=sent)
        body = json.loads(answer["Payload"].read())
        return body, body["errorType"] if "FunctionError" in answer else ""

    def told(self, containing: str = "") -> list[str]:
        """Return what people were told about the model so far, oldest first."""
        texts = [message.text for message in self.stage.slack.messages]
        return [text for text in texts if self.name in text and containing in text]

    def told_once(self, containing: str, *, since: int = 0) -> str:
        """Wait for a message, which may come some time after its event, and return the only one of its kind.

        The first `since` messages do not count.
        """
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (found := [text for text in self.told()[since:] if containing in text]):
            assert time.monotonic() < deadline, f"nobody was told {containing!r}, but {self.told()}"
            time.sleep(0.1)
        (only,) = found
        return only

    def settled(self) -> None:
        """Wait until nothing of the model runs any more and its lock is free."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.running() or self.lock().holder or self.lock().waiting:
            assert time.monotonic() < deadline, f"{self.running()} still run, and the lock says {self.lock()}"
            time.sleep(0.2)

    def at_rest(self, besides: frozenset[str] = frozenset()) -> None:
        """Wait until the model is settled and no function works on an event, nor is to be tried again with one.

        What was being handed over before, `besides`, is not waited for.
        """
        deadline = time.monotonic() + PATIENCE_SECONDS
        self.settled()
        while self.faults.pending() - besides or self.running():
            assert time.monotonic() < deadline, "events are still handed over to functions"
            time.sleep(0.05)
            self.settled()

    def running(self) -> list[str]:
        """Return the executions about the model that run."""
        client = self.stage.aws.client("stepfunctions")
        machine = self.loop.output(StackOutput.RETRAINING)
        found = client.list_executions(stateMachineArn=machine, statusFilter="RUNNING")["executions"]
        return [each["name"] for each in found if each["name"].startswith(execution_name(self.name, ""))]


def contract(name: str, more: str = "") -> str:
    """Return the contract of a model of parcels, with whatever keys more."""
    return f"""
name: {name}
id_columns: [parcel]
time_column: at
target: late
features: {{weight: numeric, distance: numeric}}
candidates: [logistic_regression]
label_delay: 2d
predict: {{ahead: 1d}}
{more}
"""


def rows(
    *, first: int = 0, start: date = BEGINS, days: int = DAYS, a_day: int = A_DAY, labelled: bool = True
) -> pa.Table:
    """Return parcels, of which the heavy ones that go far tend to be late; from `MOVED` on all are heavier."""
    count = days * a_day
    rng = np.random.default_rng(first + count)
    weight, distance = rng.normal(size=(2, count))
    at = np.datetime64(start) + np.arange(count) // a_day
    late = pa.array(weight + distance + rng.normal(scale=0.3, size=count) > 1, mask=np.full(count, not labelled))
    weight = weight + 2.0 * (at >= np.datetime64(MOVED))
    return pa.table(
        {"parcel": first + np.arange(count), "at": at, "weight": weight, "distance": distance, "late": late}
    )


def load(name: str, table: pa.Table) -> None:
    """Load rows of a model as a person does."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "rows.parquet"
        pq.write_table(table, file)
        done("tables", "load", "--table", str(file), "--model", name)


@contextmanager
def added(
    stage: Stage,
    name: str,
    *,
    more: str = "",
    contract: Callable[[str, str], str] = contract,
    rows: Callable[..., pa.Table] = rows,
) -> Iterator[Model]:
    """Put a model into the stage for as long as the block runs: its rows loaded, its first champion trained.

    It is a model of parcels, unless another contract and other rows are given. Its contract may have whatever keys
    `more`.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{name}.yaml"
        file.write_text(contract(name, more))
        done("models", "add", str(file))
    model = Model(stage, name)
    load(name, rows())
    load(name, rows(first=100_000, start=TO_COME, days=1, a_day=COMING, labelled=False))
    assert model.trained("first", trigger=Trigger.INITIAL) == "SUCCEEDED"
    assert model.champion() is not None, model.loop.verdict("first").reason
    model.at_rest()
    yield model
    done("models", "remove", name, "--yes")
