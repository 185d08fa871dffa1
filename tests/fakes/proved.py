"""What promise tests said of a champion, as their archive has it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa

from courtside.contracts import lake_keys
from courtside.contracts.records import ChampionReference
from courtside.core.archive_schemas import PROMISE_TESTS
from courtside.workflows.archive_log import promise_tests_log
from courtside.workflows.ports import Lake
from tests.fakes.drift_setup import DriftSetup

SINCE = date(2011, 1, 10)


def prove(
    lake: Lake,
    day: date,
    opponent: str = "promise",
    outcome: str = "worse",
    *,
    model: str = "nba_games",
    **more: Any,
) -> None:
    """Let a look at the promise tests say something of version 1 as of a day."""
    row = {
        "as_of": day,
        "version": "1",
        "opponent": opponent,
        "opponent_version": None,
        "loss": "log_loss",
        "first_day": day - timedelta(60),
        "last_day": day,
        "days": 60,
        "rows": 1_234,
        "difference": 0.031 if outcome == "worse" else 0.0,
        "low": 0.012 if outcome == "worse" else -0.002,
        "high": 0.05 if outcome == "worse" else 0.002,
        "margin": 0.006,
        "outcome": outcome,
        "since": SINCE if outcome == "worse" or more.get("calibration") == "broken" else None,
        "calibration": None,
        "ranking": None,
        "recorded_at": datetime(day.year, day.month, day.day, tzinfo=UTC),
        "files": 1,
    } | more
    said = pa.Table.from_pylist([row], schema=PROMISE_TESTS)
    assert promise_tests_log(model, lake=lake).append(day, lambda _: said) is not None


def follows(setup: DriftSetup, previous: str) -> None:
    """Let the champion be the successor of a version."""
    key = lake_keys.champion_reference("nba_games")
    reference = ChampionReference.model_validate_json(setup.lake.objects[key])
    after = reference.model_copy(update={"previous": previous})
    setup.lake.write(key, after.model_dump_json().encode())
