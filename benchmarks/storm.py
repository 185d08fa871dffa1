"""Storm a deployed stage of the embedded AWS with events, of which one training and one incident must come.

A model's rows drift, and the event that asks for their check is delivered again and again, many at once, to processes
that are wired as the deployed `check_drift` is. Then a model's lock is asked by different requests at once, and another
incident is found by different findings at once: half of the events are deliveries, and a quarter each are requests and
findings. What is counted are executions of the state machine, incidents in the ledger, and messages at the Slack
webhook, after everything has ended.

Real are the app, its ledger (DynamoDB), lake (S3), topic, Slack function, state machine and training; the emulator
answers for AWS, Slack is a server on loopback, and the deliveries run in threads of this machine instead of Lambda's
sandboxes. The output is JSON.

Run `python -m benchmarks.storm [--events N] [--strict]` from the project's root; it takes about a quarter of an hour.
"""

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.deployed import STAGE, Deployed, deployed_stage
from courtside.adapters.dynamodb_ledger import DynamoDbLedger
from courtside.adapters.s3_lake import S3Lake
from courtside.adapters.sns_alerts import SnsAlerts
from courtside.bootstrap import functions
from courtside.contracts import lake_keys
from courtside.contracts.events import DriftCheckRequest, RetrainingRequest, Trigger
from courtside.contracts.names import StackOutput
from courtside.core.alerting import Alert
from courtside.core.incidents import Finding
from courtside.core.parquet import parquet_content
from courtside.workflows.incidents import Incidents
from courtside.workflows.model_ledger import ModelLedger
from courtside.workflows.retraining_lock import RetrainingLock
from embedded_aws.demo.loop import Loop
from tests.fakes.added_models import add_model

MODEL, OTHER = "storm", "other"
CONTRACT = f"""
name: {MODEL}
id_columns: [id]
time_column: at
target: left
features: {{a: numeric, b: numeric}}
candidates: [logistic_regression]
"""
BEGINS, KNOWN_DAYS, A_DAY = date(2025, 1, 1), 400, 10
TRAINED = BEGINS + timedelta(days=KNOWN_DAYS)
CHECKED = TRAINED + timedelta(days=30)
NOW = datetime(CHECKED.year, CHECKED.month, CHECKED.day, 12, tzinfo=UTC)
EVENTS, AT_ONCE = 10_000, 16
TIMEOUT_SECONDS = 600


def main() -> None:
    """Print what came of each storm."""
    parser = argparse.ArgumentParser(description="Storm a stage with events.")
    parser.add_argument("--json", action="store_true", help="has no effect: the output is always JSON")
    parser.add_argument("--events", type=int, default=EVENTS, help="so many events in all storms together")
    parser.add_argument("--strict", action="store_true", help="exit with 1 if more than one came of any storm")
    options = parser.parse_args()
    with deployed_stage() as stage:
        storms = {
            "deliveries": deliveries(stage, options.events // 2),
            "requests": requests(stage, options.events // 4),
            "findings": findings(stage, options.events // 4),
        }
    ok = all(storm.pop("ok") for storm in storms.values())
    print(json.dumps({"benchmark": "storm", "at_once": AT_ONCE, **storms, "ok": ok}, indent=2))
    if options.strict and not ok:
        sys.exit(1)


def deliveries(stage: Deployed, events: int) -> dict[str, Any]:
    """Deliver the event of one drift check many times, to as many threads at once."""
    _train_the_first(stage)
    stage.act_as(StackOutput.CHECK_DRIFT)
    monitor, before = functions.drift_monitor(MODEL), len(stage.slack.messages)
    request = DriftCheckRequest(model=MODEL, as_of=NOW)
    answers, seconds = _at_once(lambda _: monitor.run(request, now=NOW), range(events))
    _wait_for_trainings(stage)
    started, incidents = len(_trainings(stage)) - 1, _incidents(stage, MODEL)
    told = Counter(message.payload["text"].split("\n")[0] for message in stage.slack.messages[before:])
    duplicates = sum(answer.duplicate for answer in answers)
    return {
        "events": events,
        "seconds": seconds,
        "carried_out": events - duplicates,
        "trainings": started,
        "incidents": incidents,
        "messages": dict(told),
        "ok": (started, incidents, events - duplicates, set(told.values())) == (1, 1, 1, {1}),
    }


def requests(stage: Deployed, events: int) -> dict[str, Any]:
    """Ask for the lock of a model by as many different trainings, many at once."""
    lock = RetrainingLock(ModelLedger(_ledger(stage), OTHER), timedelta(hours=1))

    def ask(number: int) -> str:
        request = RetrainingRequest(
            model=OTHER, training_id=f"drift-{number}", as_of=CHECKED, trigger=Trigger.DRIFT, reason="a storm"
        )
        return lock.acquire(request, now=NOW).outcome.value

    answers, seconds = _at_once(ask, range(events))
    outcomes = Counter(answers)
    return {"events": events, "seconds": seconds, "outcomes": dict(outcomes), "ok": outcomes["acquired"] == 1}


def findings(stage: Deployed, events: int) -> dict[str, Any]:
    """Report as many different findings of one cause, many at once."""
    lake, before = S3Lake(stage.output(StackOutput.LAKE_BUCKET)), len(stage.slack.messages)
    alerts = SnsAlerts(stage.output(StackOutput.ALERT_TOPIC), OTHER)
    incidents = Incidents(_ledger(stage), lake, alerts)

    def find(number: int) -> str:
        subject = f"Courtside: features of {OTHER} moved"
        alert = Alert.written(subject, ["*Drift*: 1 of 2 features moved."])
        finding = Finding(OTHER, "drift", NOW, f"check-{number}", alert, line=subject, subjects=("a",))
        return incidents.report(finding).id

    answers, seconds = _at_once(find, range(events))
    stage.slack.wait_for(before + 1, timeout=TIMEOUT_SECONDS)
    time.sleep(5)  # a second message, which should not come, would come by now
    found, messages = _incidents(stage, OTHER), len(stage.slack.messages) - before
    ok = (len(set(answers)), found, messages) == (1, 1, 1)
    return {"events": events, "seconds": seconds, "incidents": found, "messages": messages, "ok": ok}


def _at_once(work: Callable[[int], Any], numbers: Iterable[int]) -> tuple[list[Any], float]:
    began = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(work, numbers))
    return answers, round(time.perf_counter() - began, 1)


def _train_the_first(stage: Deployed) -> None:
    with tempfile.TemporaryDirectory() as folder:
        contract = Path(folder) / f"{MODEL}.yaml"
        contract.write_text(CONTRACT)
        add_model(str(contract), stage=STAGE)
    lake = S3Lake(stage.output(StackOutput.LAKE_BUCKET))
    lake.write(lake_keys.loaded_table(MODEL, "known"), parquet_content(_rows(BEGINS, TRAINED, seed=1)))
    lake.write(lake_keys.loaded_table(MODEL, "moved"), parquet_content(_rows(TRAINED, CHECKED, seed=2, moved=2.0)))
    stage.aws.wait_for_tracking()
    request = RetrainingRequest(
        model=MODEL, training_id="first", as_of=TRAINED, trigger=Trigger.INITIAL, reason="there is no champion yet"
    )
    Loop(stage.aws, stage=STAGE, model=MODEL).retrain(request)
    _wait_for_trainings(stage)
    if [each["status"] for each in _trainings(stage)] != ["SUCCEEDED"]:
        raise SystemExit(f"the first training failed: {[message.text for message in stage.slack.messages]}")


def _rows(start: date, end: date, *, seed: int, moved: float = 0.0) -> pa.Table:
    rng = np.random.default_rng(seed)
    rows = (end - start).days * A_DAY
    a, b = rng.normal(moved, 1, size=(2, rows))
    columns: dict[str, Any] = {
        "id": np.arange(rows) + seed * 10**6,
        "at": np.datetime64(start) + np.arange(rows) // A_DAY,
        "a": a,
        "b": b,
        "left": a - moved + rng.logistic(size=rows) > 0,
    }
    return pa.table(columns)


def _trainings(stage: Deployed) -> list[dict[str, Any]]:
    found = stage.aws.client("stepfunctions").list_executions(stateMachineArn=stage.output(StackOutput.RETRAINING))
    executions: list[dict[str, Any]] = found["executions"]
    return executions


def _wait_for_trainings(stage: Deployed) -> None:
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while any(each["status"] == "RUNNING" for each in _trainings(stage)):
        if time.monotonic() > deadline:
            raise SystemExit(f"a training still runs after {TIMEOUT_SECONDS} s")
        time.sleep(1)
    time.sleep(5)  # what people are told at its end is on its way


def _incidents(stage: Deployed, model: str) -> int:
    lake = S3Lake(stage.output(StackOutput.LAKE_BUCKET))
    kept = lake.keys(lake_keys.incidents(model))
    return max(len(kept), len(Incidents(_ledger(stage), lake).list(model, resolved=True)))


def _ledger(stage: Deployed) -> DynamoDbLedger:
    return DynamoDbLedger(stage.output(StackOutput.LEDGER_TABLE))


if __name__ == "__main__":
    main()
