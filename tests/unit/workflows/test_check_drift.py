"""A drift check records every decision, and alerts and retrains once if the window drifted."""

import json
from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pytest

from courtside.contracts import lake_keys
from courtside.contracts.events import DriftCheckRequest, Trigger, Window
from courtside.contracts.records import DecisionRecord
from courtside.core.drift.reading import Days
from courtside.core.features import build_features
from courtside.datasets.simulated import simulate_games
from courtside.workflows.games import store_games
from courtside.workflows.rows import rows_before, usable_files
from tests.fakes.drift_setup import CHANGED, DATASET, NOW, QUIET, DriftSetup
from tests.fakes.ports import InMemoryLake


def test_a_quiet_window_neither_alerts_nor_retrains_but_is_recorded(setup: DriftSetup) -> None:
    answer = setup.monitor.run(DriftCheckRequest(model="nba_games", window=QUIET), now=NOW)
    assert (answer.decision, answer.features_drifted, answer.alerted) == ("nothing", (), False)
    assert not setup.alerts.sent
    assert not setup.retraining.started
    logged = DecisionRecord.model_validate_json(
        setup.lake.read(lake_keys.decision("nba_games", QUIET.end, answer.check_id))
    )
    assert (logged.action, logged.rule, logged.done) == ("nothing", "no_drift", True)
    assert answer.report_key in setup.lake.objects


def test_a_changed_window_alerts_and_starts_one_retraining(setup: DriftSetup) -> None:
    answer = setup.monitor.run(DriftCheckRequest(model="nba_games", window=CHANGED), now=NOW)
    scoring = {f"{side}_rolling_{what}" for side in ("home", "away") for what in ("ppg", "papg")}
    assert scoring <= set(answer.features_drifted)
    assert answer.decision == "retrain"
    (request,) = setup.retraining.started.values()
    assert (request.trigger, request.as_of) == (Trigger.DRIFT, CHANGED.end)
    (alert,) = setup.alerts.sent
    assert answer.execution_arn is not None
    assert answer.execution_arn in alert.text
    assert "4 features moved together" in alert.text
    assert answer.page_key is not None
    assert answer.page_key in alert.text


def test_the_target_is_checked_separately_from_the_features(setup: DriftSetup) -> None:
    answer = setup.monitor.run(DriftCheckRequest(model="nba_games", window=CHANGED), now=NOW)
    report = json.loads(setup.lake.read(answer.report_key))
    assert report["target"]["name"] == "home_win"
    assert (report["target"]["kind"], len(report["features"])) == ("binary", 16)
    assert report["target"]["trend"]["points"]
    assert report["target"]["drifted"] is True
    assert "home_win" not in answer.features_drifted
    assert "The target home_win moved" in setup.alerts.sent[0].text


def test_an_unchanged_target_is_in_the_report_but_raises_no_alert(setup: DriftSetup) -> None:
    answer = setup.monitor.run(DriftCheckRequest(model="nba_games", window=QUIET), now=NOW)
    assert json.loads(setup.lake.read(answer.report_key))["target"]["drifted"] is False
    assert not setup.alerts.sent


def test_an_event_delivered_twice_alerts_once(setup: DriftSetup) -> None:
    first = setup.monitor.run(DriftCheckRequest(model="nba_games", window=CHANGED), now=NOW)
    again = setup.monitor.run(DriftCheckRequest(model="nba_games", window=CHANGED), now=NOW + timedelta(hours=1))
    assert (again.duplicate, again.alerted) == (True, False)
    assert again.execution_arn == first.execution_arn
    assert len(setup.alerts.sent) == len(setup.retraining.started) == 1


def test_a_repeated_check_says_what_was_found_then_although_rows_were_changed_since(setup: DriftSetup) -> None:
    first = setup.monitor.run(DriftCheckRequest(model="nba_games", window=CHANGED), now=NOW)
    del setup.lake.objects[lake_keys.games(2019)]
    store_games(simulate_games(5, seasons=[2019]).slice(0, 900), lake=setup.lake)
    again = setup.monitor.run(DriftCheckRequest(model="nba_games", window=CHANGED), now=NOW + timedelta(hours=1))
    told = {"duplicate", "alerted", "page_key", "tracking_run_id"}
    assert again.model_dump(exclude=told) == first.model_dump(exclude=told)


def test_a_check_that_failed_before_its_alert_is_completed_by_the_retry(setup: DriftSetup) -> None:
    setup.alerts.failures = 1
    with pytest.raises(ConnectionError):
        setup.monitor.run(DriftCheckRequest(model="nba_games", window=CHANGED), now=NOW)
    answer = setup.monitor.run(DriftCheckRequest(model="nba_games", window=CHANGED), now=NOW)
    assert (answer.duplicate, answer.alerted) == (False, True)
    assert len(setup.alerts.sent) == len(setup.retraining.started) == 1


def test_the_window_follows_from_the_time_of_the_schedule(setup: DriftSetup) -> None:
    answer = setup.monitor.run(
        DriftCheckRequest(model="nba_games", as_of=datetime(2011, 1, 31, 9, tzinfo=UTC)), now=NOW
    )
    assert answer.window == Window(start=date(2011, 1, 1), end=date(2011, 1, 31))


def test_features_of_a_window_do_not_depend_on_how_much_history_was_read(lake: InMemoryLake) -> None:
    """A check reads only the seasons of its window and a training reads all of them; both must see the same rows."""
    some, _ = usable_files(Days(QUIET.start, QUIET.end), lake=lake, dataset=DATASET)
    every, _ = usable_files(Days(end=QUIET.end), lake=lake, dataset=DATASET)
    assert 0 < len(some) < len(every)
    short, full = (
        build_features(rows_before(QUIET.end, files, dataset=DATASET), dataset=DATASET) for files in (some, every)
    )
    start = pa.scalar(QUIET.start, pa.date32())
    short, full = (t.filter(pa.compute.greater_equal(t.column("game_date"), start)) for t in (short, full))
    assert short.equals(full)
