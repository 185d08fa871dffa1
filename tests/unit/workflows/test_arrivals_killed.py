"""A round may be killed: a file that does so is given up after two attempts, and no alert is lost."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import pyarrow as pa
import pytest

from courtside.core.alerting import Alert
from courtside.core.dataset import Dataset
from courtside.core.rows.sorting_out import SortedOut, sort_out
from courtside.workflows import receivers
from courtside.workflows.arrival_records import look_again
from courtside.workflows.ports import LedgerWrite
from tests.fakes.dying_lake import BrokeOff
from tests.fakes.ports import InMemoryLedger, RecordedAlerts
from tests.unit.workflows.arriving import NOW, Desk
from tests.unit.workflows.test_arrivals import FIRST, LOADED, QUARANTINED, SECOND

HOUR = timedelta(hours=1)


def deadly(monkeypatch: pytest.MonkeyPatch, death: Callable[[], BaseException]) -> Desk:
    """Return a desk with a file of seven rows, which ends the process, between two sound ones."""

    def kill(table: pa.Table, dataset: Dataset) -> SortedOut:
        if table.num_rows == 7:
            raise death()
        return sort_out(table, dataset)

    monkeypatch.setattr(receivers, "sort_out", kill)
    desk = Desk()
    desk.put("a.parquet", FIRST.slice(0, 100))
    desk.put("b.parquet", FIRST.slice(100, 7))
    desk.put("c.parquet", SECOND)
    return desk


@pytest.mark.parametrize("death", [BrokeOff, MemoryError])
def test_a_file_that_kills_the_function_is_given_up_after_two_attempts(
    monkeypatch: pytest.MonkeyPatch, death: Callable[[], BaseException]
) -> None:
    desk = deadly(monkeypatch, death)
    for attempt in range(2):
        with pytest.raises((BrokeOff, MemoryError)):
            desk.round(now=NOW + attempt * HOUR)
    assert len(desk.records()) == 1
    read: list[str] = []
    desk.place.before_reading = read.append
    done = desk.round(now=NOW + 2 * HOUR)
    assert (done.files, done.loaded, done.refused, read) == (2, 1, 1, ["c.parquet"])
    assert [record.outcome for record in desk.records()] == [LOADED, QUARANTINED, LOADED]
    given_up = desk.records()[1]
    assert "it was begun 2 times" in given_up.reason
    assert "courtside tables load" in given_up.reason
    (alert,) = desk.alerts.sent
    assert "b.parquet" in alert.text
    assert desk.round(now=NOW + 3 * HOUR).files == 0


def test_a_file_that_was_given_up_is_read_again_on_request(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = deadly(monkeypatch, BrokeOff)
    for attempt in range(2):
        with pytest.raises(BrokeOff):
            desk.round(now=NOW + attempt * HOUR)
    desk.round(now=NOW + 2 * HOUR)
    look_again(desk.records()[1].id, lake=desk.lake, dataset=desk.dataset)
    monkeypatch.undo()
    assert desk.round(now=NOW + 3 * HOUR).loaded == 1


def test_one_kill_or_a_kill_of_a_round_that_may_still_run_gives_nothing_up(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = deadly(monkeypatch, BrokeOff)
    for minute in range(4):  # as Lambda tries again, and people do
        with pytest.raises(BrokeOff):
            desk.round(now=NOW + minute * timedelta(minutes=1))
    monkeypatch.undo()
    assert desk.round(now=NOW + timedelta(minutes=5)).loaded == 2
    assert desk.alerts.sent == []


def test_errors_that_are_not_the_files_fault_are_no_kills(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = deadly(monkeypatch, ConnectionError)
    for attempt in range(4):
        with pytest.raises(ConnectionError):
            desk.round(now=NOW + attempt * HOUR)
    monkeypatch.undo()
    assert desk.round(now=NOW + 4 * HOUR).loaded == 2


@dataclass
class MortalLedger(InMemoryLedger):
    """The process is killed before the write at which `writes_left` reaches zero."""

    writes_left: int = -1

    def put(self, *writes: LedgerWrite) -> bool:
        self.writes_left -= 1
        if self.writes_left == 0:
            raise BrokeOff
        return super().put(*writes)


@dataclass
class MortalAlerts(RecordedAlerts):
    """The process is killed while the first alert is sent."""

    def publish(self, alert: Alert) -> None:
        if self.failures:
            self.failures -= 1
            raise BrokeOff
        super().publish(alert)


def wrong_files(desk: Desk) -> Desk:
    for number in range(3):
        desk.put(f"{number}.csv", f"a,b\n1,{number}\n".encode())
    return desk


def test_an_alert_whose_round_was_killed_while_it_was_sent_is_sent_by_the_next_round() -> None:
    desk = wrong_files(Desk(alerts=MortalAlerts(failures=1)))
    with pytest.raises(BrokeOff):
        desk.round()
    assert desk.alerts.sent == []
    assert (desk.round().files, desk.round().files) == (0, 0)
    (alert,) = desk.alerts.sent
    assert alert.subject == "Courtside: 3 files of churn in quarantine"


def test_wherever_a_round_is_killed_every_file_is_told_in_one_alert() -> None:
    counting = MortalLedger()
    sound = wrong_files(Desk(ledger=counting))
    sound.round()
    writes, twice = -1 - counting.writes_left, 0
    assert writes > 6
    for place in range(1, writes + 1):
        desk = wrong_files(Desk(ledger=MortalLedger(writes_left=place)))
        with suppress(BrokeOff):
            desk.round()
        desk.round()
        desk.round()
        assert {(alert.text, alert.id) for alert in desk.alerts.sent} == {
            (alert.text, alert.id) for alert in sound.alerts.sent
        }
        twice += len(desk.alerts.sent) == 2
    # If it is killed after the alert was sent and before that is noted, the same alert is sent again.
    assert twice == 1
