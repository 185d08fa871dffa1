"""No deployed function imports a heavy library, because every cold start would pay for it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"pandas", "scipy", "sklearn", "mlflow", "xgboost", "lightgbm", "matplotlib", "rich", "typer", "ministack"}


def printed(program: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def loaded(program: str) -> set[str]:
    code = f"{program}\nimport json, sys\nprint(json.dumps(sorted({{name.split('.')[0] for name in sys.modules}})))"
    return set(json.loads(printed(code)[-1]))


VERBS = sorted(path.parent.name for path in (Path(__file__).parents[2] / "lambdas").glob("*/handler.py"))


@pytest.mark.parametrize("verb", VERBS)
def test_importing_a_handler_loads_nothing_heavy(verb: str) -> None:
    assert not loaded(f"import lambdas.{verb}.handler") & HEAVY


ENVIRONMENT = {
    "COURTSIDE_LAKE_BUCKET": "lake",
    "COURTSIDE_LEDGER_TABLE": "ledger",
    "COURTSIDE_STAGE": "dev",
    "COURTSIDE_ALERT_TOPIC_ARN": "arn:aws:sns:us-east-1:000000000000:alerts",
    "COURTSIDE_RETRAINING_ARN": "arn:aws:states:us-east-1:000000000000:stateMachine:retraining",
}
STAGE = f"""
import os
os.environ.update({ENVIRONMENT})
from datetime import UTC, datetime
from courtside.bootstrap import functions
from courtside.adapters import dynamodb_ledger, s3_lake
from courtside.contracts.errors import CourtsideError
from courtside.contracts.events import ApprovalRequest, GateRequest, RetrainingRequest
from courtside.datasets.catalog import contract_content
from courtside.workflows.stage_models import StageModels
from tests.fakes.ports import InMemoryLake, InMemoryLedger
lake, ledger, now = InMemoryLake(), InMemoryLedger(), datetime.now(UTC)
s3_lake.S3Lake, dynamodb_ledger.DynamoDbLedger = lambda _: lake, lambda _: ledger
StageModels(ledger, lake).add(contract_content("nba_games"), source="nba_games", by="test", now=now)
training = {{"model": "nba_games", "training_id": "t1"}}
request = RetrainingRequest(**training, as_of=now.date(), trigger="manual", reason="test")
"""
"""A stage in memory with the model of games, and neither games nor a training yet."""


@pytest.mark.parametrize("wired", ["arrivals", "drift_monitor", "retraining_lock", "settling"])
def test_wiring_a_lean_function_loads_nothing_heavy(wired: str) -> None:
    assert not loaded(f"{STAGE}\nfunctions.{wired}('nba_games')") & HEAVY


@pytest.mark.parametrize(
    ("called", "lacks"),
    [
        ("ask_for_approval(ApprovalRequest(**training, token='t', wait_seconds=60))", "ObjectMissing"),
        ("freeze_data(request)", "NoGames"),
        ("judge(GateRequest(**training))", "ObjectMissing"),
    ],
)
def test_a_lean_function_that_gets_as_far_as_the_lake_loads_nothing_heavy(called: str, lacks: str) -> None:
    program = f"""{STAGE}
import sys
functions.retraining_lock("nba_games").acquire(request, now=now)
try:
    functions.{called}
except CourtsideError as error:
    print(type(error).__name__)
print(*{HEAVY} & {{name.split(".")[0] for name in sys.modules}})
"""
    assert printed(program)[-2:] == [lacks, ""]


def test_judging_a_model_without_predictions_loads_nothing_heavy() -> None:
    program = f"""{STAGE}
from courtside.bootstrap import scoring
from courtside.contracts.scoring import PerformanceRequest
found = scoring.check_performance(PerformanceRequest(model="nba_games", as_of=now), now=now)
assert (found.stated, found.labels_new) == (0, 0), found
"""
    # Arrow looks for pandas by itself when it makes an array; the function's image has none.
    assert not loaded(program) & (HEAVY - {"pandas"})


def test_finding_out_what_is_due_loads_nothing_heavy() -> None:
    program = f"""{STAGE}
from courtside.adapters import s3_incoming
from courtside.contracts.rounds import FindDueRequest
from tests.fakes.incoming import InMemoryIncoming
s3_incoming.S3Incoming = lambda *_: InMemoryIncoming()
found = functions.finding_due().run(FindDueRequest(round="r", as_of=now))
assert found.due == 1, found
"""
    assert not loaded(program) & HEAVY
