"""PAPE looks at the very rows that were predicted: a model that says a row's amount tells whether they are."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest

from courtside.contracts import forget_keys, lake_keys, training_keys
from courtside.contracts.events import RetrainingRequest, Trigger
from courtside.core.gate.holdout import Holdout
from courtside.core.parquet import parquet_content, read_parquet_content
from courtside.core.performance.rules import EstimateMethod
from courtside.core.training.split import split_rows
from courtside.workflows.estimates.features import Features
from courtside.workflows.estimates.waiting import waiting_predictions, waiting_windows
from courtside.workflows.forget.notes import note_erased
from courtside.workflows.freeze import freeze
from courtside.workflows.frozen_rows import frozen_features
from tests.fakes.estimating import EstimatedLoans
from tests.fakes.judging import MONDAY, days
from tests.fakes.predicting import NOW, loans

SUNDAY = MONDAY + days(6)
TRAINED = MONDAY - days(60)


def train(stage: EstimatedLoans, *, rows: int = 2_000) -> None:
    """Leave what the training of version 1 leaves: its manifest, and the holdout of a model that says the amount."""
    draw = np.random.default_rng(7)
    amounts = draw.uniform(0.05, 0.95, rows)
    table = loans(1, amounts.tolist(), day=TRAINED)
    repaid = (draw.random(rows) < amounts).astype(np.int8)
    when = [TRAINED + timedelta(days=place * 40 // rows) for place in range(rows)]
    table = table.set_column(4, "repaid", pa.array(repaid)).set_column(1, "asked_on", pa.array(when))
    order = draw.permutation(rows)  # files have rows in any order
    stage.put("trained", table.take(order))
    request = RetrainingRequest(
        training_id="t1", as_of=MONDAY - days(10), model=stage.dataset.name, trigger=Trigger.MANUAL, reason="a test"
    )
    dataset = replace(stage.dataset, also=())
    manifest = freeze(request, lake=stage.lake, dataset=dataset)
    frozen = frozen_features(manifest, lake=stage.lake, dataset=dataset).table
    holdout = split_rows(frozen, dataset=dataset, rule=manifest.split, seed=manifest.seed).holdout
    columns = {"label": holdout.column("repaid"), "challenger": holdout.column("amount")}
    key = training_keys.training_holdout(stage.dataset.name, "t1")
    stage.lake.objects[key] = parquet_content(pa.table(columns))


@pytest.fixture
def stage() -> EstimatedLoans:
    made = EstimatedLoans()
    rules = replace(made.dataset.performance, estimate=EstimateMethod.PAPE)
    made.dataset = replace(made.dataset, performance=rules)
    made.promote("1", 1.0)
    train(made)
    return made


def holdout_of(stage: EstimatedLoans) -> Holdout:
    key = training_keys.training_holdout(stage.dataset.name, "t1")
    return Holdout.of(read_parquet_content(stage.lake.read(key)))


def features_of(stage: EstimatedLoans) -> Features:
    return Features.of("t1", lake=stage.lake, dataset=stage.dataset)


def test_the_features_of_the_holdout_are_in_its_order(stage: EstimatedLoans) -> None:
    holdout = holdout_of(stage)
    found = features_of(stage).of_holdout(holdout)
    assert found is not None
    assert found.column_names == ["amount"]
    assert np.array_equal(found.column("amount").to_numpy(), holdout.challenger)


def test_the_features_of_a_window_are_those_of_its_rows_whether_or_not_they_are_labelled(
    stage: EstimatedLoans,
) -> None:
    stage.week(repaid=False)
    stage.repay(MONDAY + days(1))
    windows = waiting_windows(SUNDAY, lake=stage.lake, dataset=stage.dataset)
    waiting = waiting_predictions(windows, "1", SUNDAY, lake=stage.lake, dataset=stage.dataset)
    ((window, rows),) = features_of(stage).of_windows(waiting, SUNDAY)
    assert (window.start, rows.rows) == (MONDAY, 7 * 12)
    assert rows.features is not None
    assert np.array_equal(rows.features.column("amount").to_numpy(), rows.predictions)


def test_rows_that_are_gone_do_not_count(stage: EstimatedLoans) -> None:
    stage.week(repaid=False)
    stage.put(MONDAY.isoformat(), loans(1, [0.5], day=MONDAY))
    assert not stage.estimate(SUNDAY).problems
    (row,) = stage.estimates()
    assert (row["rows"], row["method"]) == (6 * 12, "pape")


def test_pape_is_near_cbpe_where_the_rows_are_like_those_of_the_holdout(stage: EstimatedLoans) -> None:
    for number in range(7):
        stage.ask(MONDAY + days(number), 60)
    assert not stage.estimate(SUNDAY).problems
    (pape,) = stage.estimates(metric="log_loss")
    stage.dataset = replace(stage.dataset, performance=replace(stage.dataset.performance, estimate=EstimateMethod.CBPE))
    assert not stage.estimate(SUNDAY).problems
    cbpe = stage.estimates(metric="log_loss")[-1]
    assert (pape["method"], cbpe["method"], pape["refused"]) == ("pape", "cbpe", None)
    assert pape["value"] == pytest.approx(cbpe["value"], abs=0.03)


@pytest.mark.parametrize("erased", [True, False])
def test_rows_that_were_erased_on_request_are_no_error_in_the_logs(
    stage: EstimatedLoans, caplog: pytest.LogCaptureFixture, *, erased: bool
) -> None:
    holdout, name = holdout_of(stage), stage.dataset.name
    (key,) = stage.lake.keys(lake_keys.tables(name))
    stage.lake.write(key, stage.lake.read(key) + b"more")
    if erased:
        note_erased(forget_keys.erased_of_table(name), {key: ()}, at=NOW, lake=stage.lake)
    assert features_of(stage).of_holdout(holdout) is None
    assert bool(caplog.records) is not erased


@pytest.mark.parametrize("gone", ["manifest", "rows", "labels"])
def test_a_holdout_whose_rows_are_not_there_any_more_is_a_refusal_and_no_problem(
    stage: EstimatedLoans, gone: str
) -> None:
    stage.week(repaid=False)
    if gone == "manifest":
        del stage.lake.objects[training_keys.training_manifest(stage.dataset.name, "t1")]
    elif gone == "rows":
        stage.put("trained", loans(1, [0.5] * 200, day=TRAINED, repaid=1))
    else:
        key = training_keys.training_holdout(stage.dataset.name, "t1")
        table = read_parquet_content(stage.lake.read(key))
        stage.lake.objects[key] = parquet_content(table.slice(1))
    assert not stage.estimate(SUNDAY).problems
    (row,) = stage.estimates()
    assert (row["refused"], row["value"]) == ("no_features", None)
    assert row["constant"] is not None


def test_rows_of_a_day_to_come_are_looked_up_too(stage: EstimatedLoans) -> None:
    stage.week(repaid=False)
    assert not stage.estimate(date(2026, 3, 20)).problems
    assert len(stage.estimates()) == 1
