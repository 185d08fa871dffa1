"""A backfill checks past windows and records the results, but acts on none of them."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from courtside.cli.drift import _backfilled
from courtside.contracts import lake_keys
from courtside.contracts.events import DriftCheckRequest, Window
from courtside.contracts.records import DecisionRecord
from courtside.workflows.backfill_drift import backfill, tiles
from courtside.workflows.check_drift import NoChampion
from tests.fakes.drift_setup import NOW, DriftSetup

YEAR = Window(start=date(2018, 7, 1), end=date(2019, 7, 1))


def test_a_backfill_records_its_reports_but_neither_alerts_nor_retrains(setup: DriftSetup) -> None:
    done = backfill(YEAR, monitor=setup.monitor, now=NOW, window_days=60)
    assert [each.window for each in done] == tiles(YEAR, 60)
    drifted = [each.check for each in done if each.check and each.check.decision == "retrain"]
    assert drifted, "the window after a real change must record that it would have retrained"
    assert not setup.alerts.sent
    assert not setup.retraining.started
    assert not any(check.alerted for check in drifted)
    record = DecisionRecord.model_validate_json(
        setup.lake.read(lake_keys.decision("nba_games", drifted[0].window.end, drifted[0].check_id))
    )
    assert (record.backfilled, record.done, record.action) == (True, True, "retrain")
    assert drifted[0].check_id in setup.tracking.runs


def test_windows_without_rows_are_skipped(setup: DriftSetup) -> None:
    done = backfill(YEAR, monitor=setup.monitor, now=NOW, window_days=30)
    assert done[0].check is None, "no games are played in July"
    assert sum(each.check is not None for each in done) >= 6


def test_a_second_backfill_writes_the_same_bytes(setup: DriftSetup) -> None:
    backfill(YEAR, monitor=setup.monitor, now=NOW, window_days=60)
    first = dict(setup.lake.objects)
    backfill(YEAR, monitor=setup.monitor, now=NOW + timedelta(days=3), window_days=60)
    assert setup.lake.objects == first


def test_a_backfill_does_not_prevent_the_scheduled_check(setup: DriftSetup) -> None:
    window = Window(start=date(2018, 11, 1), end=date(2018, 12, 1))
    backfill(window, monitor=setup.monitor, now=NOW)
    answer = setup.monitor.run(DriftCheckRequest(model="nba_games", window=window), now=NOW)
    assert not answer.duplicate
    assert answer.alerted == (answer.decision != "nothing")
    assert answer.alerted
    before = setup.lake.read(lake_keys.decision("nba_games", window.end, answer.check_id))
    backfill(window, monitor=setup.monitor, now=NOW)
    assert setup.lake.read(lake_keys.decision("nba_games", window.end, answer.check_id)) == before


def test_a_window_with_too_few_rows_is_reported_as_insufficient_data(setup: DriftSetup) -> None:
    done = backfill(
        Window(start=date(2018, 11, 1), end=date(2018, 11, 3)), monitor=setup.monitor, now=NOW, window_days=1
    )
    assert done
    assert {row["decision"] for row in map(_backfilled, done)} == {"insufficient_data"}
    assert all(row["rows"] for row in map(_backfilled, done))


def test_the_key_of_a_backfilled_decision_differs_from_that_of_a_check(setup: DriftSetup) -> None:
    window = Window(start=date(2018, 11, 1), end=date(2018, 12, 1))
    backfill(window, monitor=setup.monitor, now=NOW)
    (later,) = setup.lake.keys("archive/decisions/model=nba_games/")
    assert lake_keys.is_backfilled(later)
    setup.monitor.run(DriftCheckRequest(model="nba_games", window=window), now=NOW)
    assert [lake_keys.is_backfilled(key) for key in setup.lake.keys("archive/decisions/model=nba_games/")].count(
        False
    ) == 1


def test_a_backfill_without_a_champion_is_refused(setup: DriftSetup) -> None:
    del setup.lake.objects[lake_keys.champion_reference("nba_games")]
    with pytest.raises(NoChampion, match="`courtside retrain --trigger initial --model nba_games`"):
        backfill(YEAR, monitor=setup.monitor, now=NOW)


def test_tiles_cover_every_day_once() -> None:
    days = Window(start=date(2019, 1, 1), end=date(2019, 3, 2))
    cut = tiles(days, 30)
    assert (cut[0].start, cut[-1].end) == (days.start, days.end)
    assert all(a.end == b.start for a, b in pairwise(cut))
    assert [(w.end - w.start).days for w in cut] == [30, 30]
