"""No deployed function imports a heavy library, because every cold start would pay for it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"pandas", "scipy", "sklearn", "mlflow", "xgboost", "lightgbm", "matplotlib", "rich", "typer", "ministack"}


def loaded(program: str) -> set[str]:
    code = f"{program}\nimport json, sys\nprint(json.dumps(sorted({{name.split('.')[0] for name in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=300)
    return set(json.loads(done.stdout.splitlines()[-1]))


VERBS = sorted(path.parent.name for path in (Path(__file__).parents[2] / "lambdas").glob("*/handler.py"))


@pytest.mark.parametrize("verb", VERBS)
def test_importing_a_handler_loads_nothing_heavy(verb: str) -> None:
    assert not loaded(f"import lambdas.{verb}.handler") & HEAVY


@pytest.mark.parametrize(
    "wired", ["approval_request", "arrivals", "drift_monitor", "freezing", "gate", "retraining_lock"]
)
def test_wiring_a_lean_function_loads_nothing_heavy(wired: str) -> None:
    environment = {
        "COURTSIDE_LAKE_BUCKET": "lake",
        "COURTSIDE_LEDGER_TABLE": "ledger",
        "COURTSIDE_STAGE": "dev",
        "COURTSIDE_ALERT_TOPIC_ARN": "arn:aws:sns:us-east-1:000000000000:alerts",
        "COURTSIDE_RETRAINING_ARN": "arn:aws:states:us-east-1:000000000000:stateMachine:retraining",
    }
    program = f"import os; os.environ.update({environment}); from courtside import bootstrap; bootstrap.{wired}()"
    assert not loaded(program) & HEAVY
