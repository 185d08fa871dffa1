"""The gate's record and message about a challenger of several classes or of values."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from courtside.contracts import training_keys
from courtside.contracts.events import GateRequest
from courtside.contracts.records import GateDecision
from courtside.core.gate.holdout import Holdout
from courtside.core.gate.policy import GatePolicy
from courtside.core.parquet import parquet_content
from courtside.workflows.gate import gate
from tests.fakes.ports import InMemoryLake
from tests.unit.core.gate.holdouts_of_tasks import of_classes, of_values
from tests.unit.workflows.test_gate import write_training

NOW = datetime(2019, 3, 1, 8, tzinfo=UTC)
VALUES, OF_CLASSES = of_values(champion=1, scale=1e6), of_classes(champion=1)


def decided(rows: Holdout) -> tuple[str, GateDecision]:
    """Return the message and the record of a decision about this holdout."""
    lake = InMemoryLake()
    lake.write(training_keys.training_holdout("nba_games", "new"), parquet_content(rows.table()))
    write_training(lake, "new", as_of=date(2019, 3, 1), champion="4")
    response = gate(
        GateRequest(model="nba_games", training_id="new"), lake=lake, policy=GatePolicy(resamples=200), now=NOW
    )
    content = lake.read(training_keys.training_verdict("nba_games", "new"))
    assert response.auc_difference is None
    return response.message, GateDecision.model_validate_json(content)


@pytest.mark.parametrize(
    ("rows", "rule", "said", "limits"),
    [
        (OF_CLASSES, "better", "macro AUC", {"floor_auc", "log_loss_margin"}),
        (VALUES, "better", "mean absolute error 8", {"floor_r2", "mae_margin"}),
        (replace(VALUES, challenger=VALUES.challenger + 1.5e6), "floor", "R² -", {"floor_r2"}),
    ],
    ids=["classes", "values", "values that are off"],
)
def test_a_decision_says_the_figures_and_the_limits_of_its_task(
    rows: Holdout, rule: str, said: str, limits: set[str]
) -> None:
    message, record = decided(rows)
    assert (record.rule, record.holdout_rows) == (rule, rows.labels.size)
    assert said in message
    assert limits <= set(record.policy)
    assert ("floor_r2" in record.policy) != ("floor_auc" in record.policy)
