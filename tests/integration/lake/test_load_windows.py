"""A stage whose contract names no times loads, trains and checks on a real bucket."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from pyarrow import csv

from courtside.adapters.s3_lake import S3Lake
from courtside.contracts import lake_keys, training_keys
from courtside.contracts.events import DriftCheckRequest
from courtside.contracts.records import ChampionReference
from courtside.core.drift.policies import policy_named
from courtside.datasets.catalog import load_dataset
from courtside.workflows.check_drift import DriftMonitor
from courtside.workflows.claims import Claims
from courtside.workflows.decisions.acting import Acting
from courtside.workflows.incidents import Incidents
from courtside.workflows.overdue_data import OverdueData
from courtside.workflows.train import train
from tests.datasets.churn import churn_table
from tests.fakes.added_models import add_model
from tests.fakes.console_script import run
from tests.fakes.ports import InMemoryLedger, RecordedAlerts, RecordedRetraining
from tests.integration.lake.conftest import STAGE
from tests.unit.workflows.churn_lake import asked

CONTRACT = """
name: churn
id_columns: [customer_id]
target: {column: churned, positive: "true"}
features: infer
leave_out: [measured_at]
candidates: [logistic_regression]
"""


@pytest.fixture
def contract(lake: S3Lake, tmp_path: Path) -> Path:
    """Put a contract without times into the stage, whose lake is empty."""
    assert lake.keys("") == []
    path = tmp_path / "churn.yaml"
    path.write_text(CONTRACT)
    add_model(str(path), stage=STAGE)
    return path


def load(table: pa.Table, contract: Path) -> None:
    path = contract.with_suffix(".csv")
    csv.write_csv(table, path)
    done = run("tables", "load", "--table", path, "--contract", contract, "--stage", STAGE, "--json")
    assert done.returncode == 0, done.stderr
    assert "this load is one window" in " ".join(done.stderr.split())
    assert json.loads(done.stdout)["first_day"] == datetime.now(UTC).date().isoformat()


def test_the_load_after_a_training_is_checked_against_the_trained_one(lake: S3Lake, contract: Path) -> None:
    dataset, now, rows = load_dataset(str(contract)), datetime.now(UTC), churn_table(1_500)
    load(rows.slice(0, 1_000), contract)
    record = train(asked(as_of=now.date()), lake=lake, tracking=None, dataset=dataset)
    assert record.rows_train == 800
    assert record.split is not None
    assert record.split.startswith("drawn with seed 42")
    key = training_keys.training_profile("churn", "first")
    champion = ChampionReference(version="1", training_id="first", profile_key=key, dataset="churn")
    lake.write(lake_keys.champion_reference("churn"), champion.model_dump_json().encode())
    alerts, claims = RecordedAlerts(), Claims(InMemoryLedger(), sleep=lambda _: None)
    incidents = Incidents(InMemoryLedger(), lake, alerts)
    monitor = DriftMonitor(
        lake=lake,
        dataset=dataset,
        drift_policy=policy_named(dataset.policy),
        claims=claims,
        overdue=OverdueData(lake, dataset, incidents),
        acting=Acting(lake, dataset, RecordedRetraining(), incidents, InMemoryLedger()),
    )
    asks = DriftCheckRequest(model="churn", as_of=now)
    assert monitor.run(asks, now=now).rule == "no_new_load"
    dearer = pc.multiply(rows.column("monthly_charge"), pa.scalar(3.0))
    moved = rows.set_column(rows.column_names.index("monthly_charge"), "monthly_charge", dearer).slice(1_000)
    load(moved, contract)
    answer = monitor.run(asks, now=now)
    assert (answer.rows, answer.features_drifted, answer.decision) == (500, ("monthly_charge",), "alert")
    assert len(alerts.sent) == 1
