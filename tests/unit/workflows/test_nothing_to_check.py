"""A check without rows is recorded, and data that should have arrived is reported as overdue."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from courtside.contracts import lake_keys
from courtside.contracts.events import DriftCheckRequest, Window
from courtside.contracts.metrics import Metric, metrics_of
from courtside.contracts.records import ChampionReference, DecisionRecord
from courtside.core.rhythm import PartOfYear, WatchRhythm
from courtside.datasets.simulated import simulate_games
from courtside.workflows.games import store_games
from tests.fakes.drift_setup import NOW, DriftSetup

NO_GAMES = "the lake holds no games between 1950-01-01 and 1950-02-01; load some with `courtside games load`"
SUMMER = Window(start=date(2011, 7, 10), end=date(2011, 8, 10))


def logged(setup: DriftSetup, window: Window) -> DecisionRecord:
    (key,) = [
        key for key in setup.lake.keys(f"archive/decisions/model=nba_games/dt={window.end}/") if "/nothing-" in key
    ]
    return DecisionRecord.model_validate_json(setup.lake.read(key))


def scheduled(day: date) -> DriftCheckRequest:
    return DriftCheckRequest(model="nba_games", as_of=datetime(day.year, day.month, day.day, 17, tzinfo=UTC))


@pytest.mark.parametrize(
    ("window", "rule", "reason"),
    [
        (SUMMER, "no_rows", "no rows between 2011-07-10 and 2011-08-10"),
        (Window(start=date(1950, 1, 1), end=date(1950, 2, 1)), "no_rows", NO_GAMES),
    ],
)
def test_a_window_without_rows_is_recorded_as_an_outcome(
    setup: DriftSetup, window: Window, rule: str, reason: str
) -> None:
    answer = setup.monitor.run(DriftCheckRequest(model="nba_games", window=window), now=NOW)
    assert (answer.decision, answer.rows, answer.alerted, answer.duplicate) == ("nothing_to_check", 0, False, False)
    assert reason in answer.reason
    record = logged(setup, window)
    assert (record.action, record.rule, record.reason, record.done) == (answer.decision, rule, answer.reason, True)
    assert not setup.alerts.sent


def test_a_check_without_a_reference_says_how_to_get_one(setup: DriftSetup) -> None:
    del setup.lake.objects[lake_keys.champion_reference("nba_games")]
    answer = setup.monitor.run(scheduled(date(2011, 1, 31)), now=NOW)
    assert answer.decision == "nothing_to_check"
    assert "courtside versions promote VERSION" in answer.reason
    assert "courtside retrain --trigger initial" in answer.reason
    assert logged(setup, answer.window).rule == "no_champion"
    assert not setup.alerts.sent


def test_a_contract_that_switches_drift_off_is_not_checked(setup: DriftSetup) -> None:
    dataset = replace(setup.monitor.dataset, drift=False)
    answer = replace(setup.monitor, dataset=dataset).run(scheduled(date(2011, 1, 31)), now=NOW)
    assert (answer.decision, answer.rule) == ("nothing_to_check", "drift_off")
    assert "`drift: false`" in answer.reason
    record = logged(setup, answer.window)
    assert (record.contract_version, record.contract_hash) == (1, dataset.contract.sha256)


def test_a_champion_trained_without_a_reference_is_not_checked(
    setup: DriftSetup,
) -> None:
    reference = ChampionReference(version="3", training_id="initial", profile_key=None, dataset="nba_games")
    setup.lake.write(lake_keys.champion_reference("nba_games"), reference.model_dump_json().encode())
    answer = setup.monitor.run(scheduled(date(2011, 1, 31)), now=NOW)
    assert (answer.decision, answer.rule) == ("nothing_to_check", "no_reference")
    assert "champion version 3 of nba_games was trained without a drift reference" in answer.reason


def test_a_check_without_rows_counts_as_finished(setup: DriftSetup) -> None:
    answer = setup.monitor.run(DriftCheckRequest(model="nba_games", window=SUMMER), now=NOW)
    figures = metrics_of(answer)
    assert figures[Metric.CHECKS] == 1
    assert figures[Metric.DECIDED_NOTHING_TO_CHECK] == 1


def test_the_same_window_is_checked_once_it_has_rows(setup: DriftSetup) -> None:
    window = Window(start=date(2012, 1, 1), end=date(2012, 2, 1))
    assert (
        setup.monitor.run(DriftCheckRequest(model="nba_games", window=window), now=NOW).decision == "nothing_to_check"
    )
    store_games(simulate_games(seasons=[2012]), lake=setup.lake)
    answer = setup.monitor.run(DriftCheckRequest(model="nba_games", window=window), now=NOW)
    assert not answer.duplicate
    assert answer.rows > 0


def test_checks_during_a_summer_raise_no_alert(setup: DriftSetup) -> None:
    days = [date(2011, 6, 25) + timedelta(days=n) for n in range(0, 110, 3)]
    answers = [setup.monitor.run(scheduled(day), now=NOW) for day in days]
    quiet = [answer for answer in answers if answer.decision == "nothing_to_check"]
    assert len(quiet) > 20
    assert not [answer.overdue_since for answer in answers if answer.overdue_since]
    assert not [alert for alert in setup.alerts.sent if "no new data" in alert.subject]


def test_a_season_that_does_not_begin_is_reported_once(setup: DriftSetup) -> None:
    days = [date(2011, 11, 1) + timedelta(days=n) for n in range(0, 60, 4)]
    answers = [setup.monitor.run(scheduled(day), now=NOW) for day in days]
    assert answers[-1].overdue_since is not None
    assert answers[-1].overdue_since.year == 2011
    assert {each.decision for each in answers if each.overdue_since} == {"stale_data"}
    assert {each.decision for each in answers if not each.overdue_since} == {"nothing_to_check"}
    assert (answers[-1].rule, answers[-1].rows, answers[-1].alerted) == ("overdue", 0, False)
    assert answers[-1].reason.startswith(
        f"the newest row is of {answers[-1].overdue_since}; there are no rows between "
    )
    assert metrics_of(answers[-1])[Metric.DECIDED_STALE_DATA] == 1
    (alert,) = setup.alerts.sent
    assert alert.subject == f"Courtside: no new data of nba_games since {answers[-1].overdue_since}"
    assert logged(setup, answers[-1].window).overdue_since == answers[-1].overdue_since


def test_a_season_of_the_contract_says_when_rows_are_expected(setup: DriftSetup) -> None:
    days = [date(2011, 6, 25) + timedelta(days=n) for n in range(0, 180, 4)]
    for season, late in (("10-15 to 06-20", date(2011, 10, 29)), ("12-20 to 06-20", None)):
        watch = WatchRhythm(season=(PartOfYear.parse(season),))
        dataset = replace(setup.monitor.dataset, watch=watch)
        overdue = replace(setup.monitor.overdue, dataset=dataset)
        answers = [
            replace(setup.monitor, dataset=dataset, overdue=overdue).run(scheduled(day), now=NOW) for day in days
        ]
        stale = [day for day, answer in zip(days, answers, strict=True) if answer.decision == "stale_data"]
        assert stale == ([day for day in days if late and day >= late])


def test_data_that_stop_within_a_season_are_reported_while_the_window_still_has_rows(setup: DriftSetup) -> None:
    stopped = simulate_games(seasons=[2012])
    days = stopped.column("game_date").to_pylist()
    store_games(stopped.filter([day < date(2012, 1, 20) for day in days]), lake=setup.lake)
    early = setup.monitor.run(scheduled(date(2012, 1, 30)), now=NOW)
    assert (early.rows > 0, early.overdue_since) == (True, None)
    late = setup.monitor.run(scheduled(date(2012, 2, 8)), now=NOW)
    assert late.rows > 0
    assert late.overdue_since == max(day for day in days if day < date(2012, 1, 20))
    assert [alert.subject for alert in setup.alerts.sent if "no new data" in alert.subject]


def test_an_explicitly_named_past_window_makes_nothing_overdue(setup: DriftSetup) -> None:
    answer = setup.monitor.run(
        DriftCheckRequest(model="nba_games", window=Window(start=date(2011, 11, 1), end=date(2011, 12, 20))), now=NOW
    )
    assert answer.overdue_since is None
    assert not setup.alerts.sent


def test_the_incident_of_missing_data_ends_when_rows_come_or_none_is_expected(setup: DriftSetup) -> None:
    stopped = simulate_games(seasons=[2012])
    before = stopped.filter([day < date(2012, 1, 20) for day in stopped.column("game_date").to_pylist()])
    store_games(before, lake=setup.lake)
    for day in (date(2012, 2, 8), date(2012, 2, 9)):
        setup.monitor.run(scheduled(day), now=NOW)
    store_games(stopped, lake=setup.lake)
    for day in (date(2012, 2, 10), date(2012, 2, 11)):
        setup.monitor.run(scheduled(day), now=NOW)
    told = [alert for alert in setup.alerts.sent if alert.kind == "no_new_data"]
    assert [alert.telling for alert in told] == ["opened", "resolved"]
    assert "The newest row is of 2012-02-09" in told[1].text
