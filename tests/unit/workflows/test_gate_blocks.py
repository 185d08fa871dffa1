"""A contract may say which rows of the holdout depend on each other: the gate then draws whole blocks of them."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from courtside.contracts import training_keys
from courtside.contracts.events import GateRequest, RetrainingRequest
from courtside.contracts.records import GateDecision
from courtside.core.dataset import Dataset, Feature, FeatureKind
from courtside.core.gate.holdout import Holdout
from courtside.core.gate.policy import GatePolicy
from courtside.core.parquet import parquet_content, read_parquet_content
from courtside.core.tasks import BINARY, MULTICLASS, REGRESSION
from courtside.core.training.holdout import BlockMissing, blocks_of
from courtside.workflows.freeze import DataUnusable
from courtside.workflows.gate import NoBlocks, gate
from courtside.workflows.train import train
from tests.fakes.ports import InMemoryLake

NOW = datetime(2030, 1, 1, tzinfo=UTC)
CUSTOMERS = 60


def contract(task: str, block: str | None) -> Dataset:
    kinds = (Feature("usage", FeatureKind.NUMERIC),)
    found = Dataset("t", "measured_at", None, ("id",), "y", kinds, builder=None, reference_seasons=3, task=task)
    gate_of = GatePolicy(resamples=200, block=block)
    return replace(found, tracking=False, gate=gate_of, candidates=("ridge" if task == REGRESSION else "lightgbm",))


def rows(task: str, n: int = 1_200) -> pa.Table:
    """Return rows of customers, ten or so a day, of whom some have no number."""
    rng = np.random.default_rng(0)
    usage = rng.normal(size=n)
    value = usage + rng.normal(size=n)
    target: Any = value
    if task == BINARY:
        target = (value > 0).astype(np.int64)
    if task == MULTICLASS:
        target = np.array(["low", "middle", "high"])[np.digitize(value, [-0.7, 0.7])]
    customers = [None if place % 50 == 0 else f"c{place % CUSTOMERS}" for place in range(n)]
    days = np.datetime64("2020-01-01") + (np.arange(n) // 10).astype("timedelta64[D]")
    columns: dict[str, Any] = {"id": np.arange(n), "measured_at": days, "usage": usage, "customer": customers}
    return pa.table({**columns, "y": target})


def trained(task: str, block: str | None) -> tuple[InMemoryLake, Dataset]:
    lake, dataset = InMemoryLake(), contract(task, block)
    lake.write("tables/t/rows.parquet", parquet_content(rows(task)))
    request = RetrainingRequest(model="t", training_id="first", as_of=date(2030, 1, 1), trigger="manual", reason="test")
    train(request, lake=lake, tracking=None, dataset=dataset)
    return lake, dataset


def judged(lake: InMemoryLake, policy: GatePolicy) -> GateDecision:
    gate(GateRequest(model="t", training_id="first"), lake=lake, policy=policy, now=NOW)
    return GateDecision.model_validate_json(lake.read(training_keys.training_verdict("t", "first")))


@pytest.mark.parametrize("task", [BINARY, MULTICLASS, REGRESSION])
def test_whole_blocks_are_drawn_and_the_decision_says_so(task: str) -> None:
    lake, dataset = trained(task, "customer")
    holdout = Holdout.of(read_parquet_content(lake.read(training_keys.training_holdout("t", "first"))))
    assert holdout.blocks is not None
    alone = sum(1 for place in range(1_080, 1_200) if place % 50 == 0)
    named = {place % CUSTOMERS for place in range(1_080, 1_200) if place % 50}
    assert int(holdout.blocks.max()) + 1 == len(named) + alone
    decision = judged(lake, dataset.gate)
    assert decision.block == "customer"
    assert f"{len(named) + alone} blocks of rows that depend on each other" in decision.notes[0]
    assert "block" not in decision.policy


def test_days_and_weeks_are_blocks_of_the_time_column() -> None:
    table = rows(BINARY, n=400)
    days, weeks = (blocks_of(table, contract(BINARY, each)) for each in ("day", "week"))
    assert days.tolist() == [place // 10 for place in range(400)]
    of_week = [(np.datetime64("2020-01-01") + place // 10).astype(date).isocalendar().week - 1 for place in range(400)]
    assert weeks.tolist() == of_week


def test_a_week_holds_too_few_blocks_for_a_short_holdout() -> None:
    lake, dataset = trained(BINARY, "week")
    assert judged(lake, dataset.gate).rule == "too_few_blocks"


def test_without_the_key_nothing_is_written_or_said() -> None:
    lake, dataset = trained(BINARY, None)
    table = read_parquet_content(lake.read(training_keys.training_holdout("t", "first")))
    assert "block" not in table.column_names
    decision = judged(lake, dataset.gate)
    assert ("block" in decision.model_dump(mode="json"), decision.notes) == (False, ())
    assert "customer" not in dataset.columns


def test_rows_that_lack_the_column_are_refused_by_name() -> None:
    with pytest.raises(BlockMissing, match=r"no column plan, named as `gate.block`; name another one, or day or week"):
        blocks_of(rows(BINARY), contract(BINARY, "plan"))
    lake = InMemoryLake()
    lake.write("tables/t/rows.parquet", parquet_content(rows(BINARY)))
    request = RetrainingRequest(model="t", training_id="first", as_of=date(2030, 1, 1), trigger="manual", reason="test")
    with pytest.raises(DataUnusable, match=r"no column 'plan' .* correct the gate.block of the contract"):
        train(request, lake=lake, tracking=None, dataset=contract(BINARY, "plan"))


def test_a_training_older_than_the_key_is_not_judged_as_if_its_rows_stood_alone() -> None:
    lake, _ = trained(BINARY, None)
    with pytest.raises(NoBlocks, match=r"holdout of training first has no blocks, .* `courtside retrain --model t`"):
        judged(lake, GatePolicy(block="customer"))


def test_blocks_of_the_rows_that_are_left_are_numbered_again() -> None:
    said, labels = np.full(40, 0.5), np.tile([0, 1], 20).astype(np.int8)
    holdout = Holdout(labels, said, champion=said, blocks=np.arange(40) // 4, unseen=np.arange(40) >= 20)
    left = holdout.compared
    assert left.blocks is not None
    assert left.blocks.tolist() == [place // 4 for place in range(20)]
