"""A model that a stage's own functions predict and judge, and what tests do to these functions."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

import psutil
import pyarrow as pa
import pyarrow.compute as pc

from courtside.contracts import lake_keys, ledger_keys, scoring_keys
from courtside.contracts.names import StackOutput
from courtside.contracts.records import ChampionPointer
from courtside.contracts.scoring import Role
from courtside.core.archive_schemas import PREDICTIONS
from courtside.core.parquet import read_parquet_content
from courtside.workflows.ledger_documents import read
from courtside.workflows.model_ledger import ModelLedger
from embedded_aws.processes import environment_of
from tests.integration.stage.conftest import Stage
from tests.integration.stage.steps import ledger

KILLED: list[str] = []
"""The invocations that `kill` ended, or that found their process gone: such a one emits nothing, in AWS too."""
_TURN = 0.005


@dataclass(frozen=True)
class Scored:
    """One model of the stage, predicted and judged by the stage's functions."""

    stage: Stage
    model: str

    def invoked(self, output: StackOutput, as_of: date, **more: object) -> tuple[dict[str, Any], str]:
        """Return what a function answered, and the name of its error (empty if it worked)."""
        event = json.dumps({"model": self.model, "as_of": as_of.isoformat(), **more}).encode()
        answer = self.stage.aws.client("lambda").invoke(FunctionName=self.stage.loop.output(output), Payload=event)
        body = json.loads(answer["Payload"].read())
        error = body["errorType"] if "FunctionError" in answer else ""
        if error == "Runtime.ExitError":
            KILLED.append(answer["ResponseMetadata"]["RequestId"])
        return body, error

    def predicted(self, as_of: date, **more: object) -> dict[str, Any]:
        """Return what the function that predicts answered, which must not be an error."""
        body, error = self.invoked(StackOutput.PREDICT, as_of, **more)
        assert not error, body
        return body

    def judged(self, as_of: date) -> dict[str, Any]:
        """Return what the function that judges answered, which must not be an error."""
        body, error = self.invoked(StackOutput.CHECK_PERFORMANCE, as_of)
        assert not error, body
        return body

    def keys(self, as_of: date) -> list[str]:
        """Return the keys of the files of predictions of a day, in their order."""
        return self.stage.lake.keys(scoring_keys.day_of_log(lake_keys.predictions(self.model), as_of))

    def files(self, as_of: date) -> dict[str, bytes]:
        """Return these files by their keys."""
        return {key: self.stage.lake.read(key) for key in self.keys(as_of)}

    def stored(self, as_of: date) -> pa.Table:
        """Return what champions predicted on a day, in the order in which it was kept."""
        kept = pa.concat_tables([PREDICTIONS.empty_table(), *map(read_parquet_content, self.files(as_of).values())])
        return kept.filter(pc.equal(kept.column("role"), Role.CHAMPION.value))

    def is_whole(self, as_of: date, rows: int) -> bool:
        """Tell whether every row was predicted once, by one champion."""
        ids = self.stored(as_of).column("id").to_pylist()
        return (len(ids), len(set(ids))) == (rows, rows)

    def champion(self) -> ChampionPointer:
        """Return the champion by the ledger."""
        pointer, _ = read(ModelLedger(ledger(self.stage), self.model), ledger_keys.CHAMPION, ChampionPointer)
        assert pointer is not None
        return pointer

    def kill(self, *, after: float) -> None:
        """Kill the processes that predict some time from now, and let a call find out that they are gone."""
        time.sleep(after)
        for process in self._processes():
            process.kill()
        self.invoked(StackOutput.PREDICT, date(1950, 1, 1))

    @contextmanager
    def held(self, *, when: Callable[[], bool]) -> Iterator[None]:
        """Hold the processes that predict, while the block runs, at a moment at which something is true.

        Until then they run in turns, and are looked at between two of these, so none runs past that moment far.
        """
        deadline = time.monotonic() + 300
        processes = self._processes()
        assert processes, "no process predicts"
        try:
            while not _all_stand_still(processes, when):
                assert time.monotonic() < deadline, "the moment did not come"
                _resume(processes)
                time.sleep(_TURN)
            yield
        finally:
            _resume(processes)

    def _processes(self) -> list[psutil.Process]:
        name = self.stage.loop.output(StackOutput.PREDICT)
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                environment = environment_of(process)
                if environment.get("AWS_LAMBDA_FUNCTION_NAME") == name:
                    found += [process] if self.stage.aws.endpoint in environment.values() else []
        return found


def _all_stand_still(processes: list[psutil.Process], when: Callable[[], bool]) -> bool:
    for process in processes:
        process.suspend()
    return when()


def _resume(processes: list[psutil.Process]) -> None:
    for process in processes:
        process.resume()
