"""The ledger and the tracking database come back, and a stage that works is left alone."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pytest

from courtside.contracts import lake_keys, ledger_keys
from courtside.contracts.records import RetrainingLockState, UndoneTrainings
from courtside.workflows.ledger_documents import parsed, read
from courtside.workflows.ports import LedgerEntry
from courtside.workflows.restore.backups import Backups
from courtside.workflows.restore.documents import Documents
from courtside.workflows.restore.errors import (
    MomentNotKept,
    NoBackupThen,
    StageWorkedMeanwhile,
    StageWorks,
    StageWrittenMeanwhile,
)
from courtside.workflows.restore.restore import Newest, Restoring
from courtside.workflows.restore.stores import Change
from tests.fakes.ports import InMemoryLedger
from tests.fakes.versioned_lake import BEGAN, VersionedInMemoryLake

LOCK = ledger_keys.retraining_lock("churn")


def entries(**documents: str) -> list[LedgerEntry]:
    return [LedgerEntry(f"churn/{name}/x", document, len(document)) for name, document in documents.items()]


class PastLedger:
    """A ledger that was once as `then` says; `meanwhile` is written while AWS makes the table of that moment."""

    def __init__(
        self, now: Sequence[LedgerEntry], then: Sequence[LedgerEntry], meanwhile: Sequence[LedgerEntry] = ()
    ) -> None:
        self.current, self.then, self.meanwhile = InMemoryLedger(), list(then), meanwhile
        self.overwrite(now)

    @property
    def now(self) -> list[LedgerEntry]:
        return sorted(self.current.documents.values(), key=lambda each: each.key)

    def restorable(self) -> tuple[datetime, datetime]:
        return BEGAN, BEGAN + timedelta(hours=1)

    def everything(self) -> list[LedgerEntry]:
        return self.now

    def everything_at(self, _moment: datetime) -> list[LedgerEntry]:
        self.overwrite(self.meanwhile)
        return self.then

    def overwrite(self, entries: Sequence[LedgerEntry]) -> None:
        self.current.documents |= {each.key: each for each in entries}

    def remove(self, keys: Sequence[str]) -> None:
        for key in keys:
            del self.current.documents[key]


def documents(ledger: PastLedger, *trainings: str) -> Documents:
    """Return what brings a ledger back, with the trainings that this undoes."""
    return Documents(ledger, ledger.current, lambda _: trainings)


def test_documents_are_as_they_were_with_their_revisions_but_for_what_runs_now() -> None:
    lock, slots = LedgerEntry(LOCK, '{"holder": "a"}', 1), LedgerEntry(ledger_keys.TRAINING_SLOTS, "{}", 1)
    free = LedgerEntry(LOCK, "{}", 2)
    ledger = PastLedger(
        [*entries(same="a", changed="bb", new="c"), free], [*entries(same="a", changed="b", lost="d"), lock, slots]
    )
    change = documents(ledger).look(BEGAN)
    assert (change.written, change.removed) == (2, 1)
    change.make()
    expected = [*entries(same="a", changed="b", lost="d"), free]
    assert ledger.now == sorted(expected, key=lambda each: each.key)


def test_what_is_written_while_the_table_is_made_and_before_the_answer_is_brought_back_too() -> None:
    ledger = PastLedger(entries(champion="a"), entries(champion="a"), meanwhile=entries(champion="promoted"))
    change = documents(ledger).look(BEGAN)
    assert change.written == 1
    ledger.overwrite(entries(incident="new"))
    change.make()
    assert ledger.now == ledger.then


def test_what_is_written_after_all_is_back_is_noticed_unless_it_is_what_a_notifier_remembers() -> None:
    ledger = PastLedger(entries(champion="a"), entries(champion="b"))
    change = documents(ledger).look(BEGAN)
    assert change.differs()
    change.make()
    assert not change.differs()
    ledger.overwrite([LedgerEntry(ledger_keys.told("slack", "1"), "{}", 1)])
    assert not change.differs()
    ledger.overwrite(entries(champion="promoted"))
    assert change.differs()


def test_a_lock_or_slots_that_nobody_can_read_are_removed_which_frees_them() -> None:
    free = LedgerEntry(ledger_keys.retraining_lock("fraud"), "{}", 1)
    ledger = PastLedger([LedgerEntry(LOCK, "{", 99), LedgerEntry(ledger_keys.TRAINING_SLOTS, "", 99), free], [])
    change = documents(ledger).look(BEGAN)
    assert (change.written, change.removed) == (0, 2)
    change.make()
    assert ledger.now == [free]


def test_the_trainings_that_are_undone_are_noted_with_those_that_were_undone_at_the_moment() -> None:
    key = f"churn/{ledger_keys.UNDONE_TRAININGS}"
    then = LedgerEntry(key, UndoneTrainings(executions=("churn.first",)).model_dump_json(), 1)
    for now in ([], [then], [LedgerEntry(key, "{", 99)]):
        ledger = PastLedger(now, [then])
        for _ in range(2):
            documents(ledger, "churn.third", "fraud.drift-1", "churn.second").look(BEGAN).make()
            noted = [parsed(each, UndoneTrainings).executions for each in ledger.now]
            assert noted == [("churn.first", "churn.second", "churn.third"), ("fraud.drift-1",)]
        assert not documents(ledger).look(BEGAN).differs()


def test_a_restore_to_a_moment_before_another_one_undoes_that_one() -> None:
    """Somebody named a wrong moment, before a training, and then one after it: the training is not undone any more."""
    ledger = PastLedger([], [])
    documents(ledger, "churn.rollback-v2-to-v1").look(BEGAN).make()
    documents(ledger).look(BEGAN + timedelta(minutes=1)).make()
    assert [parsed(each, UndoneTrainings).executions for each in ledger.now] == [()]


@pytest.mark.parametrize("then", [None, date(2026, 1, 1)])
@pytest.mark.parametrize("lock", ["lost", "damaged", "there"])
def test_a_lost_training_does_not_cool_the_next_one_and_what_runs_now_stays(lock: str, then: date | None) -> None:
    there = RetrainingLockState(released="b", coalesced=2, trained_as_of=date(2026, 2, 1))
    locks = {"there": [LedgerEntry(LOCK, there.model_dump_json(), 7)], "damaged": [LedgerEntry(LOCK, "{", 7)]}
    past = RetrainingLockState(holder="a", trained_as_of=then)
    ledger = PastLedger(locks.get(lock, []), [LedgerEntry(LOCK, past.model_dump_json(), 3)])
    documents(ledger).look(BEGAN).make()
    state = read(ledger.current, LOCK, RetrainingLockState)[0] or RetrainingLockState()
    expected = there if lock == "there" else RetrainingLockState()
    assert state == expected.model_copy(update={"trained_as_of": then})
    again = documents(ledger).look(BEGAN)
    assert (again.written, again.removed, again.differs()) == (0, 0, False)


def test_a_moment_that_dynamodb_does_not_keep_is_refused() -> None:
    for moment in (BEGAN - timedelta(seconds=1), BEGAN + timedelta(hours=2)):
        with pytest.raises(MomentNotKept, match="leave ledger out with --only"):
            documents(PastLedger([], [])).look(moment)


def test_the_newest_backup_up_to_the_moment_is_used_even_if_it_was_removed_or_overwritten() -> None:
    lake, used = VersionedInMemoryLake(), list[str]()
    keys = [lake_keys.tracking_backup(BEGAN + timedelta(hours=hour)) for hour in (1, 2, 3)]
    for key in keys:
        lake.write(key, b"zip")
    lake.write(f"{lake_keys.TRACKING_BACKUPS_PREFIX}by-hand.zip", b"zip")
    lake.write(keys[1], b"damaged")
    lake.remove([keys[1]])
    change = Backups(lake, used.append).look(BEGAN + timedelta(hours=2, minutes=30))
    assert (change.to, change.source) == (BEGAN + timedelta(hours=2), keys[1])
    change.make()
    assert used == [keys[1]]
    assert lake.read(keys[1]) == b"zip"
    with pytest.raises(NoBackupThen, match="the oldest one is of 2026-01-01T01:00:00Z"):
        Backups(lake, used.append).look(BEGAN)


@dataclass
class Work:
    """What a stage does: `begins` begins while it is brought back."""

    runs: list[str] = field(default_factory=list)
    begins: list[str] = field(default_factory=list)

    def running(self) -> list[str]:
        return self.runs

    def newest(self) -> Newest:
        return {"rounds": "round-0"}

    def begun_after(self, newest: Newest) -> list[str]:
        assert newest == self.newest()
        return self.begins

    def trainings_since(self, _moment: datetime) -> list[str]:
        return []


@dataclass
class Kept:
    """A store that notes that it was changed."""

    name: str
    made: list[str]
    differs: bool = False

    def look(self, moment: datetime) -> Change:
        return Change(self.name, moment, 0, 0, "", lambda: self.made.append(self.name), lambda: self.differs)


def test_stores_come_back_in_their_order_and_only_while_nothing_runs() -> None:
    made, work = list[str](), Work()
    restoring = Restoring([Kept("lake", made), Kept("ledger", made)], work)
    changes = restoring.look(BEGAN)
    assert made == []
    restoring.make(changes)
    assert made == ["lake", "ledger"]
    work.runs = ["churn.first"]
    with pytest.raises(StageWorks, match=r"churn\.first"):
        restoring.look(BEGAN)
    with pytest.raises(StageWorks):
        restoring.make(changes)
    assert made == ["lake", "ledger"]
    work.runs, work.begins = [], ["round-1"]
    with pytest.raises(StageWorkedMeanwhile, match="run the same command again"):
        restoring.make(changes)


def test_a_store_that_somebody_wrote_to_meanwhile_is_named() -> None:
    restoring = Restoring([Kept("lake", []), Kept("ledger", [], differs=True)], Work())
    with pytest.raises(StageWrittenMeanwhile, match="wrote to ledger while") as error:
        restoring.make(restoring.look(BEGAN))
    assert error.value.stores == ("ledger",)
