"""What labels proved about the champion is acted on by the next check, once, and people are told once."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from courtside.contracts import lake_keys
from courtside.contracts.events import DriftCheckRequest, DriftCheckResponse, RetrainingRequest, Trigger, Window
from courtside.contracts.records import DecisionRecord
from courtside.core.decision import DecisionPolicy, RollBack
from courtside.core.drift.reading import NothingReadable
from courtside.core.rhythm import WatchRhythm
from courtside.workflows.lake_documents import read_document
from tests.fakes.drift_setup import DATASET, DriftSetup
from tests.fakes.ports import InMemoryLake
from tests.fakes.proved import SINCE, follows, prove
from tests.unit.workflows.test_check_once import Killed, Mortal

DAY, SUMMER = date(2011, 1, 25), date(2011, 8, 25)
ONE = timedelta(days=1)


@pytest.fixture
def setup(lake: InMemoryLake) -> DriftSetup:
    """Return a check of windows of a year, in which the simulated seasons do not drift."""
    made = DriftSetup(lake)
    made.follow(replace(DATASET, watch=WatchRhythm(window=timedelta(365))))
    return made


def ruled(setup: DriftSetup, **rules: Any) -> None:
    setup.follow(replace(setup.monitor.dataset, retrain=DecisionPolicy(**rules)))


def check(setup: DriftSetup, day: date = DAY) -> DriftCheckResponse:
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return setup.monitor.run(DriftCheckRequest(model="nba_games", as_of=at), now=at)


def record(setup: DriftSetup, answer: DriftCheckResponse) -> DecisionRecord:
    key = lake_keys.decision("nba_games", answer.window.end, answer.check_id)
    return read_document(DecisionRecord, key, lake=setup.lake)


def started(setup: DriftSetup) -> list[RetrainingRequest]:
    return list(setup.retraining.started.values())


def told(setup: DriftSetup) -> list[tuple[str, str]]:
    return [(alert.kind, alert.telling.value) for alert in setup.alerts.sent]


def test_a_champion_that_is_worse_than_promised_is_trained_again_once(setup: DriftSetup) -> None:
    prove(setup.lake, DAY)
    answer = check(setup)
    assert (answer.decision, answer.rule, answer.alerted) == ("retrain", "performance_worse", True)
    (request,) = started(setup)
    assert (request.trigger, request.training_id) == (Trigger.PERFORMANCE, f"performance-v1-{SINCE}")
    assert (request.as_of, request.history, request.recalibrate) == (DAY, "10y", False)
    assert answer.report_key in request.report
    assert check(setup).duplicate
    later = check(setup, DAY + ONE)
    assert (later.decision, later.rule, later.alerted) == ("alert", "performance_left_to_people", False)
    assert len(started(setup)) == 1
    assert told(setup) == [("performance", "opened")]


def test_the_record_holds_what_the_decision_was_made_from(setup: DriftSetup) -> None:
    prove(setup.lake, DAY)
    kept = record(setup, check(setup))
    assert (kept.numbers["difference"], kept.numbers["rows"]) == (0.031, 1_234)
    assert any("retrain.on_performance: false" in said for said in kept.would_change)
    assert kept.situation is not None
    assert kept.situation.performance.tests[0].opponent == "promise"
    assert kept.situation.history.champion_version == "1"
    assert kept.policy["share"] == 0.2
    assert kept.history == "10y"
    assert kept.request == started(setup)[0]
    assert kept.done


def test_the_alert_says_how_the_model_does_what_was_done_and_what_people_can_do(setup: DriftSetup) -> None:
    prove(setup.lake, DAY)
    answer = check(setup)
    (alert,) = setup.alerts.sent
    assert alert.subject == "Courtside: nba_games does worse than it should"
    lines = alert.text.splitlines()
    assert lines[0] == (
        "*Performance of nba_games*: Version 1 has been worse than it promised since 2011-01-10, by 1,234 "
        "labels of 60 days."
    )
    assert "• Unknown: no window of its predictions has its labels yet." in lines
    assert any(line.startswith("• Version 1 has been worse than it promised since 2011-01-10: its") for line in lines)
    assert any("retraining. A challenger is being trained" in line for line in lines)
    assert f"• stop it: `aws stepfunctions stop-execution --execution-arn {answer.execution_arn}`" in lines
    assert f"• say that you look after it: `courtside alerts ack {alert.incident} --model nba_games`" in lines
    assert not any("alerts accept" in line for line in lines)
    assert lines[-1].startswith("*Report*: memory://models/nba_games/drift/")


def test_people_are_told_when_labels_show_it_no_longer(setup: DriftSetup) -> None:
    prove(setup.lake, DAY)
    check(setup)
    prove(setup.lake, DAY + ONE, outcome="equivalent")
    assert check(setup, DAY + ONE).decision == "nothing"
    check(setup, DAY + 2 * ONE)
    assert told(setup) == [("performance", "opened"), ("performance", "resolved")]


def test_an_archive_that_cannot_be_read_ends_no_incident(setup: DriftSetup) -> None:
    prove(setup.lake, DAY)
    check(setup)
    for key in setup.lake.keys(lake_keys.promise_tests("nba_games")):
        setup.lake.objects[key] = b"cut off"
    assert check(setup, DAY + ONE).decision == "nothing"
    assert told(setup) == [("performance", "opened")]


def test_probabilities_that_broke_are_recalibrated_while_the_ranking_holds(setup: DriftSetup) -> None:
    prove(setup.lake, DAY, "recalibrated", "not_known", calibration="broken", ranking="held")
    answer = check(setup)
    assert (answer.decision, answer.rule) == ("recalibrate", "calibration_broke")
    (request,) = started(setup)
    assert (request.recalibrate, request.training_id) == (True, f"recalibration-v1-{SINCE}")
    assert told(setup) == [("calibration", "opened")]
    assert "which makes a challenger; the champion stays until" in setup.alerts.sent[0].text


def test_a_champion_that_the_version_before_beats_goes_back_to_it(setup: DriftSetup) -> None:
    follows(setup, "0")
    prove(setup.lake, DAY, "previous", opponent_version="0")
    answer = check(setup)
    assert (answer.decision, answer.rule) == ("roll_back", "worse_than_previous")
    (request,) = started(setup)
    assert (request.roll_back_from, request.roll_back_to) == ("1", "0")
    assert (request.training_id, request.cooldown_days) == ("rollback-v1-to-v0", 0)
    later = [check(setup, DAY + number * ONE) for number in (1, 2)]
    assert [(each.decision, each.rule) for each in later] == [("alert", "worse_than_previous")] * 2
    assert len(started(setup)) == 1
    assert told(setup) == [("roll_back", "opened")]
    text = setup.alerts.sent[0].text
    assert "Version 1 has been worse than version 0, the one before it, since 2011-01-10, by 1,234 labels" in text
    assert "Version 0 is tried on rows whose predictions are known" in text


def test_a_person_is_asked_before_it_goes_back_where_the_contract_says_so(setup: DriftSetup) -> None:
    ruled(setup, roll_back=RollBack.ASK)
    follows(setup, "0")
    prove(setup.lake, DAY, "previous", opponent_version="0")
    assert check(setup).decision == "alert"
    assert not started(setup)
    (alert,) = setup.alerts.sent
    assert "• make version 0 champion again: `courtside versions rollback --model nba_games`" in alert.text
    assert "Nothing was changed." in alert.text


def test_a_window_without_rows_stops_no_decision_about_performance(setup: DriftSetup) -> None:
    setup.follow(replace(DATASET, watch=WatchRhythm(window=timedelta(30))))
    prove(setup.lake, SUMMER)
    answer = check(setup, SUMMER)
    assert (answer.decision, answer.rule, answer.report_key) == ("retrain", "performance_worse", "")
    (request,) = started(setup)
    assert request.report == ""
    (alert,) = setup.alerts.sent
    assert "*Report*" not in alert.text
    check(setup, SUMMER)
    assert (len(started(setup)), len(setup.alerts.sent)) == (1, 1)


def test_a_window_that_cannot_be_read_fails_after_performance_was_acted_on(setup: DriftSetup) -> None:
    prove(setup.lake, DAY)
    for key in setup.lake.keys("games/"):
        setup.lake.objects[key] = b"cut off"
    for _ in range(2):
        with pytest.raises(NothingReadable):
            check(setup)
    assert [each.training_id for each in started(setup)] == [f"performance-v1-{SINCE}"]
    assert told(setup) == [("performance", "opened")]


def test_a_window_that_a_person_names_starts_nothing_because_of_performance(setup: DriftSetup) -> None:
    prove(setup.lake, DAY)
    window = Window(start=DAY - timedelta(365), end=DAY)
    answer = setup.monitor.run(
        DriftCheckRequest(model="nba_games", window=window), now=datetime(2011, 1, 25, tzinfo=UTC)
    )
    assert answer.decision == "nothing"
    assert not started(setup)
    assert not setup.alerts.sent


@pytest.mark.parametrize("day", [DAY, SUMMER])
def test_a_check_killed_anywhere_trains_and_tells_once(lake: InMemoryLake, day: date) -> None:
    """An alert is repeated only if the check dies between sending it and noting that; it is never lost."""
    objects, places, moment = dict(lake.objects), list[str](), 0
    watch = WatchRhythm(window=timedelta(365 if day == DAY else 30))
    while True:
        setup = DriftSetup(InMemoryLake(dict(objects)))
        prove(setup.lake, day)
        seen: list[str] = []

        def count(what: str, *, seen: list[str] = seen, moment: int = moment) -> None:
            seen.append(what)
            if len(seen) - 1 == moment:
                raise Killed

        names = ("lake", "alerts", "retraining", "tracking", "ledger")
        whole = setup.monitor
        setup.monitor = setup.wired(**{name: Mortal(getattr(setup, name), count) for name in names})
        setup.follow(replace(DATASET, watch=watch))
        try:
            check(setup, day)
            break
        except Killed:
            places.append(seen[-1])
        setup.monitor = whole
        setup.follow(replace(DATASET, watch=watch))
        check(setup, day)
        assert [each.training_id for each in started(setup)] == [f"performance-v1-{SINCE}"]
        places[-1] += f": {len(setup.alerts.sent)}"
        moment += 1
    assert moment > 8
    assert [place for place in places if not place.endswith(": 1")] == ["after publish: 2", "before put: 2"]
