"""A champion whose data has reached the age of `retrain.every` is trained again, once, and only on newer rows."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from courtside.contracts import lake_keys, training_keys
from courtside.contracts.events import DriftCheckRequest, DriftCheckResponse, RetrainingRequest, Trigger, Window
from courtside.contracts.records import DataManifest, DecisionRecord
from courtside.core.dataset import Dataset
from courtside.core.decision import DecisionPolicy
from courtside.core.drift.reading import Days
from courtside.core.rhythm import PartOfYear, WatchRhythm
from courtside.workflows.lake_documents import read_document
from courtside.workflows.row_days import days_with_rows
from tests.fakes.drift_setup import QUIET, DriftSetup

ENDS = date(2011, 1, 10)
ALL_YEAR = PartOfYear.parse("01-01 to 12-31")


def manifest(setup: DriftSetup, *, last_day: date | None, as_of: date = QUIET.start) -> None:
    made = DataManifest(
        training_id="initial",
        dataset="nba_games",
        contract_hash="",
        as_of=as_of,
        objects=(),
        rows=1,
        first_day=last_day,
        last_day=last_day,
        content_hash="",
    )
    setup.lake.write(training_keys.training_manifest("nba_games", "initial"), made.model_dump_json().encode())


def following(setup: DriftSetup, dataset: Dataset) -> DriftSetup:
    setup.follow(dataset)
    return setup


def every(setup: DriftSetup, days: int) -> DriftSetup:
    return following(setup, replace(setup.monitor.dataset, retrain=DecisionPolicy(every=timedelta(days))))


def over_a_year(setup: DriftSetup) -> DriftSetup:
    """Return the setup with windows of a year, in which the simulated seasons do not drift."""
    watch = WatchRhythm(window=timedelta(365))
    return following(setup, replace(setup.monitor.dataset, watch=watch))


def check(setup: DriftSetup, day: date) -> DriftCheckResponse:
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return setup.monitor.run(DriftCheckRequest(model=setup.monitor.dataset.name, as_of=at), now=at)


def started(setup: DriftSetup) -> list[RetrainingRequest]:
    return list(setup.retraining.started.values())


def test_a_training_starts_once_when_the_champions_data_has_the_age(setup: DriftSetup) -> None:
    manifest(every(over_a_year(setup), 14), last_day=ENDS)
    early = check(setup, date(2011, 1, 24))
    assert not started(setup)
    due = check(setup, date(2011, 1, 25))
    (request,) = started(setup)
    assert (due.decision, due.rule, due.alerted) == ("retrain", "schedule", False)
    assert (request.trigger, request.training_id) == (Trigger.SCHEDULE, "schedule-v1-2011-01-25")
    assert (request.as_of, request.reason, request.cooldown_days) == (date(2011, 1, 25), due.reason, 1)
    assert due.report_key in request.report
    record = read_document(
        DecisionRecord, lake_keys.decision("nba_games", due.window.end, due.check_id), lake=setup.lake
    )
    assert (record.execution_arn, record.done) == (due.execution_arn, True)
    assert early.check_id != due.check_id
    for day in range(26, 32):
        assert check(setup, date(2011, 1, day)).execution_arn == due.execution_arn
    assert len(started(setup)) == 1
    assert not setup.alerts.sent
    check(setup, date(2011, 2, 9))
    assert [each.training_id for each in started(setup)][1:] == ["schedule-v1-2011-02-08"]


def test_a_long_cool_down_does_not_hide_the_training_that_was_asked_for(setup: DriftSetup) -> None:
    over_a_year(setup)
    rules = replace(setup.monitor.dataset.retrain, every=timedelta(14), cooldown=timedelta(10))
    manifest(following(setup, replace(setup.monitor.dataset, retrain=rules)), last_day=ENDS)
    due = check(setup, date(2011, 1, 25))
    again = check(setup, date(2011, 1, 26))
    assert (again.decision, again.rule, again.execution_arn) == ("retrain", "schedule", due.execution_arn)
    assert len(started(setup)) == 1


def test_a_check_that_came_before_the_schedule_does_not_swallow_it(setup: DriftSetup) -> None:
    manifest(over_a_year(setup), last_day=ENDS)
    first = check(setup, date(2011, 1, 25))
    due = check(every(setup, 14), date(2011, 1, 25))
    assert (due.duplicate, due.rule) == (False, "schedule")
    again = check(setup, date(2011, 1, 25))
    assert (again.duplicate, again.check_id) == (True, due.check_id)
    assert first.check_id != due.check_id


def test_people_are_told_of_drift_and_of_the_training_that_was_due_anyway(setup: DriftSetup) -> None:
    manifest(every(setup, 14), last_day=ENDS)
    answer = check(setup, date(2011, 1, 25))
    assert (answer.rule, answer.alerted) == ("schedule", True)
    (alert,) = setup.alerts.sent
    assert "3 of 16 features moved (19%), under 20%; a training is due by schedule since 2011-01-25" in alert.text
    assert "A challenger is being trained" in alert.text
    assert str(answer.execution_arn) in alert.text
    check(setup, date(2011, 1, 25))
    assert len(setup.alerts.sent) == 1


def test_without_the_key_or_with_a_named_window_nothing_is_due(setup: DriftSetup) -> None:
    manifest(setup, last_day=ENDS)
    check(setup, date(2011, 3, 1))
    window = Window(start=date(2011, 1, 1), end=date(2011, 3, 1))
    setup.monitor.run(DriftCheckRequest(model="nba_games", window=window), now=datetime(2011, 3, 1, tzinfo=UTC))
    assert not started(setup)


def test_rows_that_stopped_years_ago_are_known_from_the_champion(setup: DriftSetup) -> None:
    manifest(setup, last_day=date(2019, 6, 1))
    answer = check(setup, date(2026, 11, 29))
    assert (answer.decision, answer.overdue_since) == ("stale_data", date(2019, 6, 1))
    assert len(setup.alerts.sent) == 1


@pytest.mark.parametrize("last_day", [date.max, None])
def test_a_champion_whose_data_ends_with_the_calendar_is_never_due(setup: DriftSetup, last_day: date | None) -> None:
    manifest(every(setup, 1), last_day=last_day, as_of=date.max)
    assert check(setup, date(2011, 1, 25)).rule != "schedule"
    assert check(setup, date(2011, 8, 25)).decision == "nothing_to_check"


def test_a_champion_without_a_manifest_has_no_age(setup: DriftSetup) -> None:
    assert check(every(setup, 1), date(2011, 1, 25)).rule != "schedule"


def test_a_champion_that_knows_every_row_is_not_trained_on_them_again(setup: DriftSetup) -> None:
    dataset = replace(setup.monitor.dataset, watch=replace(setup.monitor.dataset.watch, season=(ALL_YEAR,)))
    every(following(setup, dataset), 30)
    last = max(day for day in _days(setup) if day < date(2011, 7, 1))
    manifest(setup, last_day=last)
    seen = check(setup, last + timedelta(days=31))
    assert (seen.decision, seen.rule) == ("stale_data", "schedule_but_no_new_data")
    unseen = check(setup, last + timedelta(days=60))
    assert (unseen.decision, unseen.rule, unseen.rows) == ("stale_data", "schedule_but_no_new_data", 0)
    assert unseen.overdue_since == last
    assert not started(setup)
    (alert,) = setup.alerts.sent
    assert alert.subject == f"Courtside: no new data of nba_games since {last}"


def _days(setup: DriftSetup) -> set[date]:
    return days_with_rows(Days(date(2010, 7, 1), date(2012, 7, 1)), lake=setup.lake, dataset=setup.monitor.dataset)


@pytest.mark.parametrize("drift", [True, False])
def test_a_training_starts_where_there_is_nothing_to_check(setup: DriftSetup, *, drift: bool) -> None:
    every(following(setup, replace(setup.monitor.dataset, drift=drift)), 90)
    manifest(setup, last_day=ENDS)
    summer = date(2011, 8, 25)
    answer = check(setup, summer)
    assert (answer.decision, answer.rule, answer.rows) == ("retrain", "schedule", 0)
    (request,) = started(setup)
    assert (request.training_id, request.report) == ("schedule-v1-2011-07-10", "")
    assert check(setup, summer + timedelta(days=1)).execution_arn == answer.execution_arn
    assert len(started(setup)) == 1


def test_drift_goes_before_the_schedule(setup: DriftSetup) -> None:
    manifest(every(setup, 14), last_day=date(2018, 12, 1))
    answer = check(setup, date(2019, 3, 1))
    (request,) = started(setup)
    assert (answer.rule, request.trigger) == ("share_drifted", Trigger.DRIFT)
