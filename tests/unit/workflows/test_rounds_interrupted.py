"""A round that is repeated, killed, late or met by another one leaves the right records, and people are still told."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import pytest

from courtside.core.alerting import Alert
from courtside.workflows.settle import Settle
from tests.fakes.rounds import DAY, FAILS, HOUR, NOON, WORKS, Rounds, failing


def test_a_step_that_is_settled_again_changes_nothing_and_tells_nobody(rounds: Rounds) -> None:
    rounds.check = failing("b")
    given = [rounds.answered(due) for due in rounds.find(NOON)[1]]
    before = [rounds.settle.run(each, now=NOON) for each in given]
    documents = dict(rounds.ledger.documents)
    after = [rounds.settle.run(each, now=NOON + HOUR) for each in given]
    assert rounds.ledger.documents == documents
    assert before == after
    assert rounds.told == [FAILS.format("b")]


@dataclass
class Killed:
    """An alert channel whose process is killed just before it has sent an alert, or just after."""

    rounds: Rounds
    after: bool

    def publish(self, alert: Alert) -> None:
        if self.after:
            self.rounds.alerts.publish(alert)
        raise KeyboardInterrupt


def killed_at_its_alert(rounds: Rounds, *, after: bool) -> Settle:
    settle = rounds.settle
    return replace(settle, incidents=replace(settle.incidents, alerts=Killed(rounds, after)))


@pytest.mark.parametrize("after", [False, True], ids=["before the alert", "after the alert"])
def test_a_step_that_dies_around_its_alert_tells_when_it_is_repeated(rounds: Rounds, *, after: bool) -> None:
    rounds.check = failing("a")
    given = rounds.answered(rounds.find(NOON, model="a")[1][0])
    with pytest.raises(KeyboardInterrupt):
        killed_at_its_alert(rounds, after=after).run(given, now=NOON)
    rounds.settle.run(given, now=NOON)
    # What was sent just before a kill may be sent once more, as with every alert.
    assert rounds.told == [FAILS.format("a")] * (2 if after else 1)
    rounds.check = failing()
    found = rounds.answered(rounds.find(NOON + HOUR, model="a")[1][0])
    with pytest.raises(KeyboardInterrupt):
        killed_at_its_alert(rounds, after=after).run(found, now=NOON + HOUR)
    for _ in range(2):
        rounds.settle.run(found, now=NOON + HOUR)
    assert rounds.told == [FAILS.format("a")] * (2 if after else 1) + [WORKS.format("a")] * (2 if after else 1)
    assert len({alert.id for alert in rounds.alerts.sent}) == 2


def test_two_rounds_at_once_tell_once_and_leave_one_record(rounds: Rounds) -> None:
    rounds.check, rounds.sleep = failing("b"), time.sleep
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: rounds.round(NOON, f"round-{number}"), range(8)))
    assert rounds.told == [FAILS.format("b")]
    assert {rounds.record(name).next_due for name in "ac"} == {NOON + DAY}
    rounds.check = failing()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: rounds.round(NOON + HOUR, f"later-{number}"), range(8)))
    assert rounds.told == [FAILS.format("b"), WORKS.format("b")]


def test_an_older_round_that_ends_late_does_not_undo_a_newer_one(rounds: Rounds) -> None:
    rounds.check = failing("b")
    late = next(rounds.answered(due) for due in rounds.find(NOON)[1] if due.model == "b")
    rounds.check = failing()
    rounds.round(NOON + HOUR)
    assert rounds.settle.run(late, now=NOON + 2 * HOUR).outcome == "failed"
    assert rounds.record("b").failing == ()
    assert rounds.told == []


def test_a_round_that_was_killed_half_way_is_completed_by_the_next(rounds: Rounds) -> None:
    half = rounds.steps(NOON, "killed")  # it goes no further
    assert next(half).model == "a"
    assert rounds.round(NOON + HOUR).keys() == {"b", "c"}
    assert rounds.round(NOON + HOUR, "again") == {}


def test_models_may_come_and_go_during_a_round(rounds: Rounds) -> None:
    during = rounds.steps(NOON)
    assert next(during).model == "a"
    rounds.models.remove("b", now=NOON)
    rounds.models.pause("c")
    rounds.add("d")
    rounds.check = failing("b", "c")
    assert [(each.model, each.outcome) for each in during] == [("b", "removed"), ("c", "paused")]
    assert rounds.told == []
    rounds.models.resume("c")
    rounds.check = failing()
    assert rounds.round(NOON + HOUR).keys() == {"c", "d"}
    rounds.add("b")
    assert rounds.round(NOON + HOUR).keys() == {"b"}


def test_a_model_that_was_paused_after_its_check_keeps_the_result(rounds: Rounds) -> None:
    given = rounds.answered(rounds.find(NOON, model="a")[1][0])
    rounds.models.pause("a")
    assert rounds.settle.run(given, now=NOON).outcome == "nothing"
    assert rounds.record("a").next_due == NOON + DAY
