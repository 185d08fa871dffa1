"""An event raises one alert, even if it is delivered many times or a delivery is cut off anywhere."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from courtside.contracts import lake_keys
from courtside.contracts.events import DriftCheckRequest, DriftCheckResponse
from courtside.contracts.records import DecisionRecord
from courtside.workflows.claims import Claims
from tests.fakes.drift_setup import CHANGED, NOW, DriftSetup
from tests.fakes.ports import InMemoryLake, InMemoryLedger

REQUEST = DriftCheckRequest(model="nba_games", window=CHANGED)


class Killed(BaseException):
    """Stands for the end of a process, in which no error handler runs."""


CHANGING = {"write", "claim", "put", "publish", "start", "log"}


class Mortal:
    """A port whose process is killed just before or just after one chosen call that changes something."""

    def __init__(self, port: Any, count: Callable[[str], None]) -> None:
        self._port, self._count = port, count

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._port, name)
        if name not in CHANGING:
            return value

        def call(*args: Any, **named: Any) -> Any:
            self._count(f"before {name}")
            answer = value(*args, **named)
            self._count(f"after {name}")
            return answer

        return call


def waiting_for_ever(setup: DriftSetup) -> DriftSetup:
    """Make deliveries wait for a slow owner however long it takes, so that no machine is too slow for the test."""
    claims = Claims(setup.ledger, sleep=lambda _: time.sleep(0.001), lease=float("inf"))
    setup.monitor = replace(setup.monitor, claims=claims)
    return setup


@pytest.mark.parametrize("deliveries", [2, 5, 50])
def test_one_event_delivered_many_times_at_once_alerts_once(setup: DriftSetup, deliveries: int) -> None:
    monitor = waiting_for_ever(setup).monitor
    together, answers = threading.Barrier(deliveries), list[DriftCheckResponse]()

    def deliver() -> None:
        together.wait()
        answers.append(monitor.run(REQUEST, now=NOW))

    threads = [threading.Thread(target=deliver) for _ in range(deliveries)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(setup.alerts.sent) == len(setup.retraining.started) == 1
    assert sorted(answer.alerted for answer in answers) == [False] * (deliveries - 1) + [True]
    assert sum(answer.duplicate for answer in answers) == deliveries - 1
    assert len({answer.execution_arn for answer in answers}) == 1


def killed_at(setup: DriftSetup, moment: int) -> str | None:
    """Deliver the event to a process that is killed at the given change; return where it died, or None if it lived."""
    seen: list[str] = []

    def count(what: str) -> None:
        seen.append(what)
        if len(seen) - 1 == moment:
            raise Killed

    names = ("lake", "alerts", "retraining", "tracking", "ledger")
    try:
        setup.wired(**{name: Mortal(getattr(setup, name), count) for name in names}).run(REQUEST, now=NOW)
    except Killed:
        return seen[-1]
    return None


def test_a_check_killed_anywhere_is_completed_by_its_retry_and_alerts_once(lake: InMemoryLake) -> None:
    """An alert is repeated only if the check dies between sending it and recording that; an alert is never lost."""
    objects, places, moment = dict(lake.objects), list[str](), 0
    while True:
        setup = DriftSetup(InMemoryLake(dict(objects)))
        place = killed_at(setup, moment)
        if place is None:
            break
        answer = setup.monitor.run(REQUEST, now=NOW + timedelta(minutes=1))
        places.append(f"{place}: {len(setup.alerts.sent)}")
        assert answer.decision == "retrain"
        assert len(setup.retraining.started) == 1
        moment += 1
    assert moment > 15
    assert [place for place in places if not place.endswith(": 1")] == ["after publish: 2", "before put: 2"]


def test_only_the_first_delivery_is_new_to_the_tracking_server(setup: DriftSetup) -> None:
    first = setup.monitor.run(REQUEST, now=NOW)
    assert setup.tracking.runs[first.check_id].new
    setup.lake.remove([lake_keys.decision("nba_games", CHANGED.end, first.check_id)])
    setup.monitor.run(REQUEST, now=NOW)
    assert not setup.tracking.runs[first.check_id].new


def test_what_an_older_release_began_by_other_rules_is_finished_as_it_was_decided(setup: DriftSetup) -> None:
    """By today's rules the logged situation leads to an alert, but a training was asked for and may run already."""
    dying = setup.wired(retraining=Mortal(setup.retraining, _dies))
    with pytest.raises(Killed):
        dying.run(REQUEST, now=NOW)
    (key,) = [key for key in setup.lake.objects if lake_keys.decision_of(key)]
    begun = DecisionRecord.model_validate_json(setup.lake.objects[key])
    assert begun.situation is not None
    mended_first = begun.situation.drift.model_copy(update={"files_quarantined": 1})
    situation = begun.situation.model_copy(update={"drift": mended_first})
    setup.lake.write(key, begun.model_copy(update={"situation": situation}).model_dump_json().encode())
    setup.ledger = InMemoryLedger()
    setup.monitor = setup.wired()
    answer = setup.monitor.run(REQUEST, now=NOW)
    assert (answer.decision, answer.rule) == ("retrain", "share_drifted")
    assert len(setup.retraining.started) == 1
    assert "A challenger is being trained" in setup.alerts.sent[0].text


def _dies(_: str) -> None:
    raise Killed


def test_a_slow_check_that_another_delivery_replaced_does_not_alert(setup: DriftSetup) -> None:
    """Another delivery takes over and finishes while the slow one is still writing its report."""
    slow, write = setup.monitor, setup.lake.write
    fast = replace(setup.monitor, lake=InMemoryLake(setup.lake.objects))
    overtaken: list[DriftCheckResponse] = []

    def writing(key: str, content: bytes) -> None:
        if key.endswith(".html") and not overtaken:
            overtaken.append(fast.run(REQUEST, now=NOW))
        write(key, content)

    setup.lake.write = writing  # type: ignore[method-assign]
    answer = slow.run(REQUEST, now=NOW)
    assert len(overtaken) == len(setup.alerts.sent) == 1
    assert (overtaken[0].alerted, answer.alerted, answer.duplicate) == (True, False, True)


@pytest.mark.parametrize(
    "skew", [timedelta(days=-400), timedelta(hours=-7), timedelta(minutes=10), timedelta(days=400)]
)
def test_a_wrong_clock_does_not_take_over_the_work_of_another_delivery(setup: DriftSetup, skew: timedelta) -> None:
    other, publish = waiting_for_ever(setup).monitor, setup.alerts.publish
    began, second = threading.Event(), list[DriftCheckResponse]()

    def deliver_again() -> None:
        began.set()
        second.append(other.run(REQUEST, now=NOW + skew))

    thread = threading.Thread(target=deliver_again)

    def publishing(alert: Any) -> None:
        thread.start()
        began.wait()
        publish(alert)

    setup.alerts.publish = publishing  # type: ignore[method-assign]
    setup.monitor.run(REQUEST, now=NOW)
    thread.join()
    assert len(setup.alerts.sent) == 1
    assert second[0].duplicate


def test_a_claim_is_released_at_once_if_the_topic_refuses_the_alert(setup: DriftSetup) -> None:
    def never(_: float) -> None:
        pytest.fail("the retry waited for a lease")

    setup.monitor = replace(setup.monitor, claims=Claims(setup.ledger, sleep=never))
    setup.alerts.failures = 2
    for _ in range(2):
        with pytest.raises(ConnectionError):
            setup.monitor.run(REQUEST, now=NOW)
    assert setup.monitor.run(REQUEST, now=NOW).alerted
    assert len(setup.alerts.sent) == 1
