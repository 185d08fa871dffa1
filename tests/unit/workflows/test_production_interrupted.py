"""A move of the champion that is interrupted or meets another leaves nothing mixed, and repeating it completes it."""

from collections.abc import Callable
from functools import partial

import pytest

from courtside.contracts import lake_keys
from courtside.workflows.ledger_documents import LedgerBusy
from courtside.workflows.legacy_set import LegacyFiles
from courtside.workflows.ports import Lake, LedgerWrite, TrackingUnavailable
from courtside.workflows.production import Move, Production
from courtside.workflows.production_errors import ChampionChanged, MoveUnfinished
from courtside.workflows.rollback import Moved
from tests.fakes.dying_lake import BrokeOff, InterruptedLake
from tests.fakes.ports import InMemoryLake, InMemoryLedger, InMemoryRegistry
from tests.fakes.production import NOW, add_training
from tests.unit.workflows.production_moves import (
    LATER,
    aliases,
    by_hand,
    promoted,
    reference,
    registry_of,
    rolled_back,
    said,
)


def test_a_promotion_that_died_after_the_ledger_is_completed_by_its_retry(production: Production) -> None:
    promoted(production, "first")
    registry = production.registry
    assert isinstance(registry, InMemoryRegistry)
    stock, registry.appoint = registry.appoint, _dies  # type: ignore[method-assign]
    with pytest.raises(ConnectionError):
        promoted(production, "second")
    registry.appoint = stock  # type: ignore[method-assign]
    assert aliases(production) == ("1", None)
    promoted(production, "second")
    assert aliases(production) == ("2", "1")
    assert len(production.history()) == 2


def _dies(*_: object, **__: object) -> None:
    raise ConnectionError("the server went away")


class RacingLedger(InMemoryLedger):
    """A ledger in which another process promotes version 3 just before the first write of this one."""

    rival: Production | None = None

    def put(self, *writes: LedgerWrite) -> bool:
        if self.rival is not None:
            rival, self.rival = self.rival, None
            rival.move(Move(rival.sealed("3"), "by_hand", "first", "someone"), expected="1", now=NOW)
        return super().put(*writes)


def test_one_of_two_simultaneous_promotions_wins_and_nothing_is_mixed() -> None:
    ledger = RacingLedger()
    production = Production("nba_games", ledger, InMemoryRegistry(), InMemoryLake())
    for name, version, against in (("first", "1", None), ("second", "2", "1"), ("third", "3", "1")):
        add_training(production, name, version=version, judged_against=against)
    promoted(production, "first")
    ledger.rival = production
    with pytest.raises(ChampionChanged):
        promoted(production, "second")
    assert aliases(production) == ("3", "1")
    assert reference(production) == "3"
    assert [reign.version for reign in production.history() if reign.until is None] == ["3"]


class ContendedLedger(InMemoryLedger):
    """A ledger that refuses some writes without any change, as DynamoDB does while another writer uses an item."""

    refusals: int = 0

    def put(self, *writes: LedgerWrite) -> bool:
        self.refusals -= 1
        return self.refusals < 0 and super().put(*writes)


def test_a_write_that_a_busy_ledger_refuses_is_tried_again() -> None:
    ledger = ContendedLedger()
    production = Production("nba_games", ledger, InMemoryRegistry(), InMemoryLake())
    add_training(production, "first", version="1", judged_against=None)
    ledger.refusals = 1000
    with pytest.raises(LedgerBusy):
        promoted(production, "first")
    ledger.refusals = 2
    promoted(production, "first")
    assert said(production) == ("1", "1", "1", "1")


class LateRegistry(InMemoryRegistry):
    """A registry that, while it names one champion, lets another process move on to the next."""

    rival: Production | None = None

    def appoint(self, version: str | None, *, previous: str | None, reason: str) -> None:
        if self.rival is not None:
            rival, self.rival = self.rival, None
            rival.move(Move(rival.sealed("1"), "rollback", "second thoughts", "someone"), expected="2", now=LATER)
        super().appoint(version, previous=previous, reason=reason)


def test_a_late_registry_ends_up_naming_the_champion_of_the_ledger() -> None:
    registry = LateRegistry()
    production = Production("nba_games", InMemoryLedger(), registry, InMemoryLake())
    add_training(production, "first", version="1", judged_against=None)
    add_training(production, "second", version="2", judged_against="1")
    promoted(production, "first")
    registry.rival = production
    promoted(production, "second")
    assert production.champion().version == "1"
    assert aliases(production) == ("1", "2")
    assert reference(production) == "1"


@pytest.mark.parametrize("step", ["registry", "legacy", "reference"])
@pytest.mark.parametrize("kind", ["rollback", "promotion"])
def test_an_interrupted_move_is_completed_by_the_same_command(
    production: Production, monkeypatch: pytest.MonkeyPatch, step: str, kind: str
) -> None:
    for name in ("first", "second"):
        promoted(production, name)
    again = partial(rolled_back, production) if kind == "rollback" else partial(by_hand, production, "1")
    with monkeypatch.context() as patch:
        if step == "registry":
            patch.setattr(registry_of(production), "appoint", _away)
        else:
            key = lake_keys.champion_reference("nba_games") if step == "reference" else lake_keys.LEGACY_SET
            patch.setattr(production.lake, "write", _refusing(production.lake, key))
        with pytest.raises(MoveUnfinished, match=r"version 1 is champion by the ledger.*run the same command again"):
            again()
    assert production.champion().version == "1"
    assert again().after == "1"
    assert said(production) == ("1",) * 4
    assert [reign.version for reign in production.history()] == ["1", "2", "1"]


def _away(*_: object, **__: object) -> None:
    raise TrackingUnavailable("http://nowhere")


def _refusing(lake: Lake, refused: str) -> Callable[[str, bytes], None]:
    usual = lake.write

    def write(key: str, content: bytes) -> None:
        if key == refused:
            raise TrackingUnavailable("http://nowhere")
        usual(key, content)

    return write


def test_a_promotion_interrupted_anywhere_and_repeated_publishes_all_its_legacy_files() -> None:
    for changes in range(1, 40):
        lake = InterruptedLake()
        production = Production("nba_games", InMemoryLedger(), InMemoryRegistry(), lake)
        for training_id, version, against in (("first", "1", None), ("second", "2", "1")):
            add_training(production, training_id, version=version, judged_against=against)
            rows = {"train.parquet": f"rows of {training_id}".encode()}
            LegacyFiles("nba_games", training_id, {"a.pkl": training_id.encode()}, rows).keep(lake=lake)
        promoted(production, "first")
        lake.changes_left = changes
        try:
            promoted(production, "second")
        except BrokeOff:
            promoted(production, "second")
        else:
            break
        assert said(production) == ("2", "2", "2", "2")
        assert lake.read(f"{lake_keys.LEGACY_FEATURES_PREFIX}train.parquet") == b"rows of second"
    assert 10 < changes < 39


def test_an_interrupted_promotion_can_be_rolled_back(production: Production) -> None:
    promoted(production, "first")
    usual = production.registry.appoint
    production.registry.appoint = _away  # type: ignore[method-assign]
    with pytest.raises(MoveUnfinished):
        promoted(production, "second")
    production.registry.appoint = usual  # type: ignore[method-assign]
    assert rolled_back(production) == Moved("2", "1")
    assert said(production) == ("1",) * 4
