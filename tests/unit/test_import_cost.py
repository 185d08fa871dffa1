"""The drift check's function loads few libraries, because every cold start pays for each of them."""

import json
import subprocess
import sys

HEAVY = ("mlflow", "pandas", "scipy", "sklearn", "xgboost", "lightgbm", "matplotlib", "rich", "typer", "requests")
PROGRAM = f"""
import json, sys
from datetime import UTC, datetime
import lambdas.check_drift.handler
from courtside.bootstrap import stage
from courtside.contracts.environment import CheckDriftEnv
from courtside.datasets.catalog import contract_content
from tests.fakes.ports import InMemoryLake, InMemoryLedger
env = CheckDriftEnv(
    lake_bucket="lake", alert_topic_arn="arn:topic", retraining_arn="arn:machine", ledger_table="ledger",
    tracking_uri="https://tracking",
)
models = type(stage.stage_models(env))(InMemoryLedger(), InMemoryLake())
models.add(contract_content("nba_games"), source="nba_games", by="test", now=datetime.now(UTC))
stage.stage_models = lambda _: models
assert stage.drift_monitor_of(env, "nba_games").tracking is not None
print(json.dumps([name for name in {HEAVY!r} if name in sys.modules]))
"""
ENGINE = """
import json, sys
import courtside.core.drift
import courtside.core.drift.reading
print(json.dumps([name for name in ("scipy", "pandas", "pydantic", "boto3", "yaml") if name in sys.modules]))
"""

WITHOUT_READERS = """
import json, sys
import courtside.core.drift
print(json.dumps([name for name in ("pyarrow.parquet", "pyarrow.fs", "ssl", "_hashlib") if name in sys.modules]))
"""


def printed(program: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    names: list[str] = json.loads(done.stdout.splitlines()[-1])
    return names


def test_the_wired_drift_check_loads_no_tracking_client_and_no_training_library() -> None:
    assert printed(PROGRAM) == []


def test_the_drift_engine_loads_only_arrow_and_numpy() -> None:
    assert printed(ENGINE) == []


def test_the_drift_engine_alone_loads_neither_readers_nor_openssl() -> None:
    assert printed(WITHOUT_READERS) == []
