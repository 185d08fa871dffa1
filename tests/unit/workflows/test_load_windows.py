"""On a stage, each load of a table without times is one window, which is trained on or checked as a whole."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from courtside.contracts import lake_keys, training_keys
from courtside.contracts.events import DriftCheckRequest, DriftCheckResponse, GateRequest, Trigger, Window
from courtside.contracts.loads import Load
from courtside.contracts.model_card import ModelInterface
from courtside.contracts.records import ChampionReference, DataManifest, DecisionRecord
from courtside.core.decision import DecisionPolicy
from courtside.core.drift import CalibratedPolicy
from courtside.core.gate.policy import GatePolicy
from courtside.core.rows import TimeColumnNeeded
from courtside.workflows.accept import Acceptances
from courtside.workflows.check_drift import DriftMonitor
from courtside.workflows.drift_window import EmptyWindow
from courtside.workflows.freeze import DataUnusable, freeze
from courtside.workflows.gate import gate
from courtside.workflows.lake_documents import read_document
from courtside.workflows.ports import Lake
from courtside.workflows.table_loads import RowsLoadedBefore, load_table, unload_table
from courtside.workflows.train import train
from tests.datasets.churn import DATASET, churn_table
from tests.fakes.drift_setup import DriftSetup
from tests.fakes.ports import ConstantChampion, InMemoryLake, InMemoryTracking
from tests.fakes.proved import prove
from tests.unit.workflows.churn_lake import asked, parquet

CONTRACT = replace(DATASET, time_column=None, candidates=("logistic_regression",))
ROWS = churn_table(2_400).drop_columns(["measured_at"])
FIRST, QUIET = ROWS.slice(0, 1_600), ROWS.slice(1_600)
DAY = date(2024, 3, 1)
NOW = datetime(2024, 3, 20, tzinfo=UTC)


def moved(table: pa.Table) -> pa.Table:
    """Return rows in which three of eight features have moved."""
    for name in ("tenure_months", "monthly_charge", "data_used_gb"):
        more = pc.multiply(table.column(name), pa.scalar(3.0))
        table = table.set_column(table.column_names.index(name), name, more)
    return table


def load(table: pa.Table, lake: Lake, *, on: date) -> Load:
    now = datetime(on.year, on.month, on.day, 9, tzinfo=UTC)
    done = load_table(
        parquet(table), file=f"{on}.parquet", lake=lake, dataset=CONTRACT, now=now, progress=lambda _: None
    )
    return done.load


def champion(lake: Lake, training_id: str = "first", version: str = "1") -> None:
    reference = ChampionReference(
        version=version,
        training_id=training_id,
        profile_key=training_keys.training_profile("churn", training_id),
        dataset="churn",
    )
    lake.write(lake_keys.champion_reference("churn"), reference.model_dump_json().encode())


@pytest.fixture(scope="module")
def trained() -> dict[str, bytes]:
    """Return the objects of a lake whose first load has been trained into the first champion."""
    lake = InMemoryLake()
    load(FIRST, lake, on=DAY)
    train(asked(as_of=DAY), lake=lake, tracking=InMemoryTracking(), dataset=CONTRACT)
    champion(lake)
    return dict(lake.objects)


@pytest.fixture
def setup(trained: dict[str, bytes]) -> DriftSetup:
    made = DriftSetup(InMemoryLake(dict(trained)))
    made.follow(CONTRACT)
    made.monitor = replace(made.monitor, drift_policy=CalibratedPolicy())
    return made


def checked(monitor: DriftMonitor, on: date) -> DriftCheckResponse:
    at = datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
    return monitor.run(DriftCheckRequest(model="churn", as_of=at), now=at)


def test_the_day_of_a_load_is_the_day_on_which_it_was_made(setup: DriftSetup) -> None:
    made = load(QUIET, setup.lake, on=date(2024, 3, 5))
    assert (made.first_day, made.last_day) == (date(2024, 3, 5), date(2024, 3, 5))
    with pytest.raises(RowsLoadedBefore):  # ids tell rows apart, however many days lie between
        load(QUIET.slice(0, 10), setup.lake, on=date(2024, 6, 1))


def test_a_check_without_a_new_load_has_nothing_to_check(setup: DriftSetup) -> None:
    answer = checked(setup.monitor, date(2024, 3, 4))
    assert (answer.decision, answer.rule) == ("nothing_to_check", "no_new_load")
    assert "champion version 1 was trained on every load of churn before 2024-03-05" in answer.reason
    assert not setup.alerts.sent


def test_the_newest_load_is_compared_once_with_the_loads_of_the_champion(setup: DriftSetup) -> None:
    load(QUIET.slice(0, 300), setup.lake, on=date(2024, 3, 2))
    made = load(moved(QUIET.slice(300)), setup.lake, on=date(2024, 3, 2))
    answer = checked(setup.monitor, date(2024, 3, 2))
    assert (answer.decision, answer.rows) == ("retrain", 500)
    assert set(answer.features_drifted) == {"tenure_months", "monthly_charge", "data_used_gb"}
    assert answer.window == Window(start=date(2024, 3, 2), end=date(2024, 3, 3))
    (started,) = setup.retraining.started.values()
    assert started.as_of == date(2024, 3, 3)
    record = read_document(
        DecisionRecord, lake_keys.decision("churn", answer.window.end, answer.check_id), lake=setup.lake
    )
    assert (record.load, record.contract_hash) == (made.id, CONTRACT.contract.sha256)
    assert "rows taken as independent" in setup.lake.read(str(answer.page_key)).decode()
    again = checked(setup.monitor, date(2024, 3, 20))
    assert (again.check_id, again.duplicate, len(setup.retraining.started)) == (answer.check_id, True, 1)


def test_what_labels_prove_later_is_acted_on_though_the_load_was_checked_before(setup: DriftSetup) -> None:
    load(QUIET, setup.lake, on=date(2024, 3, 2))
    assert checked(setup.monitor, date(2024, 3, 2)).decision == "nothing"
    prove(setup.lake, date(2024, 3, 9), model="churn")
    answer = checked(setup.monitor, date(2024, 3, 9))
    assert (answer.rule, answer.duplicate) == ("performance_worse", False)
    (request,) = setup.retraining.started.values()
    assert (request.model, request.as_of) == ("churn", date(2024, 3, 10))
    prove(setup.lake, date(2024, 3, 12), outcome="equivalent", model="churn")
    again = checked(setup.monitor, date(2024, 3, 12))
    assert (again.decision, again.duplicate) == ("nothing", True)
    assert [alert.telling for alert in setup.alerts.sent] == ["opened", "resolved"]


def test_a_training_by_schedule_needs_a_new_load_which_may_have_been_checked_before(setup: DriftSetup) -> None:
    setup.monitor = replace(
        setup.monitor, dataset=replace(CONTRACT, retrain=DecisionPolicy(every=timedelta(days=30), on_drift=False))
    )
    same = checked(setup.monitor, date(2024, 3, 31))
    assert (same.decision, same.rule) == ("stale_data", "schedule_but_no_new_data")
    load(QUIET, setup.lake, on=date(2024, 3, 5))
    early = checked(setup.monitor, date(2024, 3, 30))
    assert not setup.retraining.started
    due = checked(setup.monitor, date(2024, 4, 2))
    assert (due.decision, due.rule, due.duplicate) == ("retrain", "schedule", False)
    assert due.check_id == f"{early.check_id}-schedule-2024-03-31"
    assert checked(setup.monitor, date(2024, 4, 3)).duplicate
    (request,) = setup.retraining.started.values()
    assert (request.training_id, request.trigger) == ("schedule-v1-2024-03-31", Trigger.SCHEDULE)


def test_a_requested_window_holds_the_loads_of_its_days(setup: DriftSetup) -> None:
    for day, rows in ((5, QUIET.slice(0, 300)), (9, QUIET.slice(300))):
        load(rows, setup.lake, on=date(2024, 3, day))
    window = Window(start=date(2024, 3, 4), end=date(2024, 3, 7))
    now = datetime(2024, 3, 10, tzinfo=UTC)
    assert setup.monitor.run(DriftCheckRequest(model="churn", window=window), now=now).rows == 300
    with pytest.raises(TimeColumnNeeded, match="a check of past windows needs the days of rows"):
        setup.monitor.recompute(window, now=now)


def test_a_load_whose_file_is_missing_is_an_error(setup: DriftSetup) -> None:
    made = load(QUIET, setup.lake, on=date(2024, 3, 5))
    setup.lake.remove([made.key])
    with pytest.raises(EmptyWindow, match="gone from the lake; load its file again"):
        checked(setup.monitor, date(2024, 3, 5))
    with pytest.raises(DataUnusable, match="gone from the lake"):
        freeze(asked("second", as_of=date(2024, 3, 5)), lake=setup.lake, dataset=CONTRACT)


def test_a_training_takes_the_loads_up_to_its_day_except_unloaded_ones(setup: DriftSetup) -> None:
    second = load(QUIET.slice(0, 300), setup.lake, on=date(2024, 3, 5))
    load(QUIET.slice(300), setup.lake, on=date(2024, 3, 9))
    rows = {
        day: freeze(asked(f"at-{day}", as_of=date(2024, 3, day)), lake=setup.lake, dataset=CONTRACT).rows
        for day in (4, 5, 9)
    }
    assert rows == {4: 1_600, 5: 1_900, 9: 2_400}
    unload_table(second.id, lake=setup.lake, dataset=CONTRACT, now=datetime(2024, 3, 10, tzinfo=UTC))
    assert freeze(asked("later", as_of=date(2024, 3, 9)), lake=setup.lake, dataset=CONTRACT).rows == 2_100
    with pytest.raises(TimeColumnNeeded, match="newest rows"):
        freeze(asked("newest", as_of=DAY), lake=setup.lake, dataset=CONTRACT, newest_rows=500)


def test_only_a_challenger_trained_on_a_new_load_counts_as_fresher(setup: DriftSetup) -> None:
    reads = ModelInterface.of("churned", (False, True), {"tenure_months": "number"})
    lake, tracking = setup.lake, InMemoryTracking(current=ConstantChampion("1", interface=reads))
    rules = {}
    for training_id in ("same", "new"):
        if training_id == "new":
            load(QUIET, lake, on=DAY)
        train(asked(training_id, as_of=DAY), lake=lake, tracking=tracking, dataset=CONTRACT)
        as_good = GatePolicy(margin=0.9, log_loss_margin=0.9, calibration_margin=0.9)
        key = training_keys.training_holdout("churn", training_id)
        lake.write(key, _as_good(lake.read(key)))
        rules[training_id] = gate(
            GateRequest(model="churn", training_id=training_id), lake=lake, policy=as_good, now=NOW
        ).rule
    assert rules == {"same": "not_fresher", "new": "not_worse_and_fresher"}
    manifest = read_document(DataManifest, training_keys.training_manifest("churn", "new"), lake=lake)
    assert (len(manifest.objects), manifest.first_day) == (2, None)


def test_missing_loads_are_reported_once(setup: DriftSetup) -> None:
    answers = [checked(setup.monitor, DAY + timedelta(days=days)) for days in (10, 20, 30)]
    assert [answer.overdue_since for answer in answers] == [None, DAY, DAY]
    (alert,) = setup.alerts.sent
    assert alert.subject == "Courtside: no new data of churn since 2024-03-01"


def _as_good(holdout: bytes) -> bytes:
    """Return a holdout in which the champion predicts the same as the challenger."""
    table = pa.parquet.read_table(pa.BufferReader(holdout))
    return parquet(table.set_column(table.column_names.index("champion"), "champion", table.column("challenger")))


def test_a_load_is_accepted_as_a_whole_and_the_next_one_like_it_is_no_news(setup: DriftSetup) -> None:
    mine = load(moved(QUIET.slice(0, 300)), setup.lake, on=date(2024, 3, 2))
    first = checked(setup.monitor, date(2024, 3, 2))
    act = Acceptances(setup.lake, CONTRACT, CalibratedPolicy()).accept(by="ana", now=NOW)
    assert (act.load, act.rows, set(act.features)) == (mine.id, 300, set(first.features_drifted))
    load(moved(QUIET.slice(300, 250)), setup.lake, on=date(2024, 3, 9))
    second = checked(setup.monitor, date(2024, 3, 9))
    assert (second.rows, second.features_drifted, second.decision) == (250, (), "nothing")
    load(moved(moved(QUIET.slice(550))), setup.lake, on=date(2024, 3, 16))
    again = checked(setup.monitor, date(2024, 3, 16))
    assert set(again.features_drifted) >= {"tenure_months", "monthly_charge", "data_used_gb"}
