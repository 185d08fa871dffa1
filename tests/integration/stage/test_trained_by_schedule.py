"""A deployed check asks for trainings by schedule and by performance, and the lock knows its cool-down."""

import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from courtside.adapters.deployed_check import check_now
from courtside.cli.main import app
from courtside.contracts import lake_keys, ledger_keys, training_keys
from courtside.contracts.events import DriftCheckRequest, DriftCheckResponse, RetrainingRequest, Trigger
from courtside.contracts.names import StackOutput
from courtside.contracts.records import ChampionReference, DataManifest, RetrainingLockState
from courtside.datasets.catalog import load_dataset
from courtside.workflows.ledger_transactions import change
from courtside.workflows.model_ledger import ModelLedger
from courtside.workflows.table_loads import load_table
from tests.fakes.added_models import add_model
from tests.fakes.proved import SINCE, prove
from tests.integration.stage.conftest import Stage
from tests.integration.stage.steps import ledger
from tests.integration.stage.test_loop import told_once

MODEL = "refunded"
ENDS = date(2026, 3, 1)
CONTRACT = f"""
name: {MODEL}
id_columns: [id]
time_column: day
target: refunded
features: {{age: numeric}}
drift: false
retrain: {{every: 30d, cooldown: 60d}}
"""


@pytest.fixture
def champion(stage: Stage, tmp_path: Path) -> Iterator[None]:
    """Put a model into the stage whose champion knows the rows of its first 60 days, and whose lock knows so too."""
    path = tmp_path / f"{MODEL}.yaml"
    path.write_text(CONTRACT)
    add_model(str(path), stage="dev")
    days = [ENDS + timedelta(days=n) for n in range(-60, 31)]
    rows = pa.table({"id": list(range(91)), "day": days, "refunded": [n % 2 for n in range(91)], "age": days_old(91)})
    content = io.BytesIO()
    pq.write_table(rows, content)
    load_table(
        content.getvalue(),
        file="rows.parquet",
        lake=stage.lake,
        dataset=load_dataset(str(path)),
        now=datetime.now(UTC),
        progress=lambda _: None,
    )
    known = DataManifest(
        training_id="first",
        dataset=MODEL,
        contract_hash="",
        as_of=ENDS + timedelta(days=1),
        objects=(),
        rows=60,
        first_day=days[0],
        last_day=ENDS,
        content_hash="",
    )
    stage.lake.write(training_keys.training_manifest(MODEL, "first"), known.model_dump_json().encode())
    reference = ChampionReference(version="1", training_id="first", profile_key=None, dataset=MODEL)
    stage.lake.write(lake_keys.champion_reference(MODEL), reference.model_dump_json().encode())
    trained = RetrainingLockState(trained_as_of=known.as_of)
    of_model = ModelLedger(ledger(stage), MODEL)
    change(of_model, ledger_keys.RETRAINING_LOCK, RetrainingLockState(), lambda _: (trained, None))
    yield
    done = CliRunner().invoke(app, ["models", "remove", MODEL, "--yes", "--stage", "dev", "--json"])
    assert done.exit_code == 0, done.output


def days_old(rows: int) -> list[float]:
    return [float(20 + n % 50) for n in range(rows)]


def checked(stage: Stage, day: date) -> DriftCheckResponse:
    asked = DriftCheckRequest(model=MODEL, as_of=datetime(day.year, day.month, day.day, 6, tzinfo=UTC))
    return check_now(stage.loop.output(StackOutput.CHECK_DRIFT), asked, client=stage.aws.client("lambda"))


@pytest.mark.usefixtures("champion")
def test_a_deployed_check_starts_the_training_that_is_due_once(stage: Stage) -> None:
    early = checked(stage, date(2026, 3, 31))
    assert (early.decision, early.rule, early.execution_arn) == ("nothing_to_check", "drift_off", None)
    due = checked(stage, date(2026, 4, 1))
    assert (due.decision, due.rule) == ("retrain", "schedule")
    assert due.execution_arn is not None
    assert due.execution_arn.endswith(f":{MODEL}.schedule-v1-2026-04-01")
    assert checked(stage, date(2026, 4, 2)).execution_arn == due.execution_arn
    states = stage.aws.client("stepfunctions")
    started = RetrainingRequest.model_validate(
        json.loads(states.describe_execution(executionArn=due.execution_arn)["input"])
    )
    assert (started.model, started.trigger, started.as_of) == (MODEL, Trigger.SCHEDULE, date(2026, 4, 1))
    # The last training's data ends 30 days before, and the contract asks for 60: nothing is trained in this test.
    assert stage.end(due.execution_arn) == "SUCCEEDED"
    said = told_once(stage, containing="schedule-v1-2026-04-01 was not started")
    assert "at least 60 days of newer data" in said
    assert "The next one by schedule is due" in said


@pytest.mark.usefixtures("champion")
def test_a_deployed_check_asks_for_a_training_because_of_what_labels_proved(stage: Stage) -> None:
    day = date(2026, 6, 20)
    # The lock knows of newer data than the decisions do, so nothing is trained in this test either.
    trained = RetrainingLockState(trained_as_of=date(2026, 6, 1))
    change(
        ModelLedger(ledger(stage), MODEL), ledger_keys.RETRAINING_LOCK, RetrainingLockState(), lambda _: (trained, None)
    )
    prove(stage.lake, day, model=MODEL)
    asked = checked(stage, day)
    assert (asked.decision, asked.rule, asked.alerted) == ("retrain", "performance_worse", True)
    assert asked.execution_arn is not None
    assert asked.execution_arn.endswith(f":{MODEL}.performance-v1-{SINCE}")
    said = told_once(stage, containing=f"*Performance of {MODEL}*")
    assert "Version 1 has been worse than it promised since 2011-01-10, by 1,234 labels" in said
    assert stage.end(asked.execution_arn) == "SUCCEEDED"
    told_once(stage, containing=f"performance-v1-{SINCE} was not started")
    again = checked(stage, day + timedelta(days=1))
    assert (again.decision, again.rule, again.alerted) == ("alert", "performance_left_to_people", False)
    prove(stage.lake, day + timedelta(days=2), outcome="equivalent", model=MODEL)
    assert checked(stage, day + timedelta(days=2)).decision != "alert"
    told_once(stage, containing="labels do not show that champion version 1 does worse than it should")
