"""What checks find day after day is one incident: told when it begins, when something new moves, and when it ends."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from courtside.contracts import lake_keys
from courtside.contracts.events import DriftCheckRequest, DriftCheckResponse
from courtside.core.decision import DecisionPolicy
from courtside.core.performance.spark import LEVELS
from courtside.core.rhythm import PartOfYear, WatchRhythm
from tests.fakes.drift_setup import CHANGED, DATASET, DriftSetup
from tests.fakes.proved import prove

QUIET_DAY, DRIFTED = date(2011, 1, 25), date(2019, 3, 1)
ONE = timedelta(days=1)


def check(setup: DriftSetup, day: date) -> DriftCheckResponse:
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return setup.monitor.run(DriftCheckRequest(model="nba_games", as_of=at), now=at)


def over_a_year(setup: DriftSetup) -> DriftSetup:
    setup.follow(replace(setup.monitor.dataset, watch=WatchRhythm(window=timedelta(365))))
    return setup


def told(setup: DriftSetup) -> list[tuple[str, str]]:
    return [(alert.kind, alert.telling.value) for alert in setup.alerts.sent if alert.kind != "no_new_data"]


def test_drift_that_lasts_is_told_once_and_so_is_its_end(setup: DriftSetup) -> None:
    setup.follow(replace(DATASET, retrain=DecisionPolicy(on_drift=False)))
    answers = [check(setup, DRIFTED + number * ONE) for number in (1, 2, 3)]
    assert [each.decision for each in answers] == ["alert"] * 3
    assert [each.alerted for each in answers] == [True, False, False]
    assert told(setup) == [("drift", "opened")]
    over_a_year(setup)
    check(setup, QUIET_DAY)
    check(setup, QUIET_DAY + ONE)
    assert told(setup) == [("drift", "opened"), ("drift", "resolved")]
    assert "none of 16 features moved" in setup.alerts.sent[-1].text


def test_an_old_window_that_a_person_names_ends_no_incident(setup: DriftSetup) -> None:
    check(setup, DRIFTED)
    quiet = over_a_year(setup).monitor
    window = CHANGED.model_copy(update={"start": QUIET_DAY - timedelta(365), "end": QUIET_DAY})
    found = quiet.run(DriftCheckRequest(model="nba_games", window=window), now=datetime(2019, 3, 2, tzinfo=UTC))
    assert found.decision == "nothing"
    assert told(setup) == [("drift", "opened")]


def test_a_round_that_comes_after_a_newer_one_ends_no_incident(setup: DriftSetup) -> None:
    check(setup, DRIFTED)
    sent, came = (datetime(day.year, day.month, day.day, tzinfo=UTC) for day in (QUIET_DAY, DRIFTED + ONE))
    before = len(setup.alerts.sent)
    late = over_a_year(setup).monitor.run(DriftCheckRequest(model="nba_games", as_of=sent), now=came)
    assert (late.decision, late.overdue_since) == ("nothing", None)
    assert len(setup.alerts.sent) == before
    # The same round on its own day would have ended it: what was decided about days to come is not newer.
    check(setup, QUIET_DAY - ONE)
    assert told(setup) == [("drift", "opened"), ("drift", "resolved")]


def test_what_is_only_watched_is_told_to_nobody_until_it_lasts(setup: DriftSetup) -> None:
    setup.follow(replace(DATASET, retrain=DecisionPolicy(persistence=2)))
    first = check(setup, DRIFTED)
    assert (first.decision, first.rule, first.alerted) == ("watch", "first_seen", False)
    assert not told(setup)
    assert not setup.retraining.started
    second = check(setup, DRIFTED + ONE)
    assert (second.decision, second.alerted) == ("retrain", True)
    assert told(setup) == [("drift", "opened")]


def test_a_file_that_cannot_be_read_is_broken_data_until_it_is_mended(setup: DriftSetup) -> None:
    key = lake_keys.games(2018)
    whole = setup.lake.objects[key]
    over_a_year(setup)
    setup.lake.objects[key] = b"cut off"
    day = date(2018, 12, 20)
    assert check(setup, day).rule == "files_quarantined"
    check(setup, day + ONE)
    assert told(setup) == [("broken_data", "opened")]
    setup.lake.objects[key] = whole
    check(setup, day + 2 * ONE)
    assert ("broken_data", "resolved") in told(setup)


def test_drift_and_bad_performance_are_two_matters(setup: DriftSetup) -> None:
    setup.follow(replace(DATASET, retrain=DecisionPolicy()))
    prove(setup.lake, DRIFTED)
    answer = check(setup, DRIFTED)
    assert (answer.decision, answer.rule) == ("retrain", "performance_worse")
    assert sorted(told(setup)) == [("drift", "opened"), ("performance", "opened")]
    assert len(setup.retraining.started) == 1
    assert check(setup, DRIFTED + ONE).rule == "share_drifted"
    assert [kind for kind, telling in told(setup) if telling == "updated"] == ["drift"]
    drift = next(alert for alert in setup.alerts.sent if alert.kind == "drift")
    assert "*What Courtside did*: Version 1 has been worse than it promised since 2011-01-10: retraining" in drift.text
    assert "• read what to look at: docs/runbooks.md#drift" in drift.text
    assert "• call what moved the new normal: `courtside alerts accept" in drift.text


def test_a_training_that_drift_started_holds_the_next_one_back_for_a_while(setup: DriftSetup) -> None:
    setup.follow(replace(DATASET, retrain=DecisionPolicy(cooldown=timedelta(7))))
    answers = [check(setup, DRIFTED + number * ONE) for number in (1, 2, 32)]
    assert [each.decision for each in answers] == ["retrain", "alert", "retrain"]
    assert len(setup.retraining.started) == 2
    assert told(setup) == [("drift", "opened"), ("drift", "updated")]


def test_the_alert_of_drift_and_its_page_say_what_performance_is(setup: DriftSetup) -> None:
    answer = check(setup, DRIFTED)
    text = setup.alerts.sent[0].text
    assert "*Performance of champion version 1*\n• Unknown: no window of its predictions has its labels yet." in text
    assert "how its predictions do is said below" in text
    month = next(line for line in text.splitlines() if line.startswith("• month: "))
    assert set(month.rpartition(" ")[2]) <= set(LEVELS)
    assert "performance is unknown" not in text
    assert "*What would have changed it*\n• with `retrain." in text
    assert answer.page_key is not None
    page = setup.lake.objects[answer.page_key].decode()
    assert "Why it was decided" in page
    assert "Unknown: no window of its predictions has its labels yet." in page
    assert "<dt>retrain.share</dt><dd>0.2</dd>" in page
    assert "with retrain." in page


def test_drift_that_is_over_ends_even_where_rows_are_overdue(setup: DriftSetup) -> None:
    check(setup, DRIFTED)
    always = (PartOfYear((1, 1), (12, 31)),)
    rhythm = WatchRhythm(window=timedelta(365), season=always, overdue=ONE)
    setup.follow(replace(setup.monitor.dataset, watch=rhythm))
    assert check(setup, date(2011, 7, 1)).rule == "overdue"
    assert told(setup) == [("drift", "opened"), ("drift", "resolved")]


def test_incidents_of_checks_are_over_when_the_contract_wants_no_checks_any_more(setup: DriftSetup) -> None:
    check(setup, DRIFTED)
    setup.follow(replace(setup.monitor.dataset, drift=False))
    assert check(setup, DRIFTED + ONE).rule == "drift_off"
    assert told(setup) == [("drift", "opened"), ("drift", "resolved")]
    assert "the contract says that nothing is checked any more" in setup.alerts.sent[-1].text
