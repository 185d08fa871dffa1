"""People are told of each matter once, whoever is killed when, and however many deliveries come at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from threading import Lock
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courtside.contracts import ledger_keys
from courtside.core.alerting import Alert
from courtside.workflows.incidents import Incidents
from courtside.workflows.ports import AlertChannel, LedgerEntry, LedgerWrite
from tests.fakes.dying_lake import BrokeOff
from tests.fakes.incidents import DAY, KIND, MODEL, NOON, Stage, finding
from tests.fakes.ports import InMemoryLake, InMemoryLedger, RecordedAlerts


@dataclass
class Killer:
    """Kills the process at one of the calls that change something, just before it or just after."""

    calls_left: int
    after: bool
    at: str = ""
    done_last: str = ""

    def around(self, name: str, call: Callable[[], Any]) -> Any:
        self.calls_left -= 1
        if self.calls_left == 0:
            self.at = name
            if self.after:
                call()
                self.done_last = name
            raise BrokeOff
        answer = call()
        if self.calls_left > 0:
            self.done_last = name
        return answer


@dataclass
class MortalLedger(InMemoryLedger):
    killer: Killer | None = None

    def put(self, *writes: LedgerWrite) -> bool:
        assert self.killer is not None
        return bool(self.killer.around("put", partial(super().put, *writes)))


@dataclass
class MortalLake(InMemoryLake):
    killer: Killer | None = None

    def write(self, key: str, content: bytes) -> None:
        assert self.killer is not None
        self.killer.around("write", partial(super().write, key, content))


@dataclass
class MortalAlerts(RecordedAlerts):
    killer: Killer | None = None

    def publish(self, alert: Alert) -> None:
        assert self.killer is not None
        self.killer.around("publish", partial(super().publish, alert))


def mortal_stage(calls: int, *, after: bool) -> tuple[Stage, Killer]:
    killer = Killer(calls, after)
    return Stage(MortalLedger(killer=killer), MortalLake(killer=killer), MortalAlerts(killer=killer)), killer


def opens(incidents: Incidents) -> None:
    incidents.report(finding("a", "age"))


def updates(incidents: Incidents) -> None:
    incidents.report(finding("b", "plan"))


def resolves(incidents: Incidents) -> None:
    incidents.resolve(MODEL, KIND, at=NOON + DAY, evidence="c", said="It is over")


def reopens(incidents: Incidents) -> None:
    incidents.report(finding("d", "age", at=NOON + DAY))


STEPS = (opens, updates, resolves, reopens)
TOLD = ["opened", "updated", "resolved", "opened"]


def documents(stage: Stage) -> list[LedgerEntry]:
    """Return what the ledger holds of the incidents, without who tells of them."""
    return stage.ledger.entries(*ledger_keys.INCIDENTS)


def ids(stage: Stage) -> list[str]:
    return [alert.id for alert in stage.alerts.sent]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("repeated", [True, False], ids=["repeated", "only tended"])
def test_whoever_is_killed_anywhere_people_are_told_once_of_each_matter(*, after: bool, repeated: bool) -> None:
    """A step is killed at each of its calls in turn; its repetition makes it whole, or else the next step or round.

    No ledger can see whether an alert was sent by a process that was killed before it could note it: only there it is
    sent again, with the same id.
    """
    killed = set()
    for calls in range(1, 200):
        stage, killer = mortal_stage(calls, after=after)
        incidents = stage.incidents()
        for step in STEPS:
            before = documents(stage)
            try:
                step(incidents)
            except BrokeOff:
                if repeated or documents(stage) == before:
                    step(incidents)
        for record in incidents.list(resolved=True):
            incidents.tend(record, now=NOON + DAY, escalate_after=None)
        if killer.calls_left > 0:
            break
        killed.add(killer.at)
        sent = dict(zip(ids(stage), stage.telling, strict=True))
        assert list(sent.values()) == TOLD
        assert len(ids(stage)) - len(sent) == (killer.done_last == "publish")
        assert all(stage.kept(each) == each and each.is_settled for each in incidents.list(resolved=True))
    assert killed == {"put", "write", "publish"}
    assert calls > 30


def test_a_topic_that_is_away_loses_nothing_and_doubles_nothing() -> None:
    stage = Stage()
    incidents = stage.incidents()
    for step in STEPS:
        stage.alerts.failures = 2
        for _ in range(2):
            with pytest.raises(ConnectionError):
                step(incidents)
        if step is not reopens:
            step(incidents)
    incidents.tend(incidents.list()[0], now=NOON + DAY, escalate_after=None)
    assert stage.telling == TOLD
    assert len(set(ids(stage))) == len(TOLD)


@dataclass
class SlowAlerts:
    """A channel in which others get their turn while an alert is on its way."""

    alerts: AlertChannel
    one_at_a_time: Lock

    def publish(self, alert: Alert) -> None:
        assert self.one_at_a_time.acquire(blocking=False), "two processes tell people of one incident at once"
        try:
            for _ in range(1000):
                pass
            self.alerts.publish(alert)
        finally:
            self.one_at_a_time.release()


def test_a_thousand_deliveries_at_once_are_one_incident_that_is_told_once() -> None:
    stage = Stage()
    incidents = Incidents(stage.ledger, stage.lake, SlowAlerts(stage.alerts, Lock()))
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda _: incidents.report(finding("a", "age")), range(1000)))
        assert stage.telling == ["opened"]
        list(pool.map(lambda _: resolves(incidents), range(500)))
    assert stage.telling == ["opened", "resolved"]
    assert len({each.id for each in found}) == 1
    assert incidents.list() == []


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(["age", "plan", "fee", "job"]), min_size=1, max_size=12))
def test_findings_at_once_are_each_counted_and_each_new_thing_is_told_once(subjects: list[str]) -> None:
    stage = Stage()
    incidents = stage.incidents()
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda item: incidents.report(finding(str(item[0]), item[1])), [*enumerate(subjects)] * 2))
    (record,) = incidents.list()
    assert record.findings == len(subjects)
    assert set(record.subjects) == set(subjects)
    assert stage.telling == ["opened"] + ["updated"] * (len(set(subjects)) - 1)
    assert len(set(ids(stage))) == len(ids(stage)) == record.told
    assert stage.kept(record) == record
