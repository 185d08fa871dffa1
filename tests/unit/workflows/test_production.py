"""Promotion, rollback and history over the ledger."""

from datetime import timedelta

import pytest

from courtside.contracts import lake_keys, ledger_keys
from courtside.contracts.events import PromoteRequest, RollBackRequest
from courtside.contracts.records import ChampionReference
from courtside.workflows.compare_versions import NothingToCompare, compare
from courtside.workflows.ports import LedgerWrite
from courtside.workflows.production import ChampionChanged, Move, Production
from courtside.workflows.promote import NotApproved, promote
from courtside.workflows.rollback import AlreadyChampion, NothingToRollBackTo, rollback, undo_promotion
from courtside.workflows.training_records import TrainingRecordMissing
from tests.fakes.ports import InMemoryLake, InMemoryLedger, InMemoryRegistry
from tests.fakes.production import NOW, a_production, add_training

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def production() -> Production:
    stage = a_production()
    add_training(stage, "first", version="1", judged_against=None)
    add_training(stage, "second", version="2", judged_against="1")
    return stage


def promoted(production: Production, training_id: str, **changes: str) -> None:
    request = PromoteRequest(training_id=training_id, **changes)
    promote(request, lake=production.lake, production=production, now=NOW)


def aliases(production: Production) -> tuple[str | None, str | None]:
    return production.registry.champion_version(), production.registry.previous_version()


def reference(production: Production) -> str:
    return ChampionReference.model_validate_json(production.lake.read(lake_keys.CHAMPION_REFERENCE)).version


def test_promotions_move_aliases_reference_and_history_together(production: Production) -> None:
    promoted(production, "first")
    promoted(production, "second", by="arn:person")
    assert aliases(production) == ("2", "1")
    assert reference(production) == "2"
    first, second = production.history()
    assert (first.version, first.until, first.by) == ("1", NOW, "gate")
    assert (second.version, second.until, second.by) == ("2", None, "arn:person")
    assert (second.training_id, second.rule, second.reason) == ("second", "better", "because of second")


def test_promoting_again_changes_nothing_more(production: Production) -> None:
    for _ in range(2):
        promoted(production, "first")
    assert len(production.history()) == 1
    assert aliases(production) == ("1", None)


def test_a_challenger_judged_against_another_champion_is_not_promoted(production: Production) -> None:
    add_training(production, "rival", version="3", judged_against="1")
    promoted(production, "first")
    promoted(production, "rival")
    with pytest.raises(ChampionChanged, match="version 3, but this was decided about version 1"):
        promoted(production, "second")
    assert aliases(production) == ("3", "1")
    assert reference(production) == "3"


def test_a_rejected_challenger_is_refused(production: Production) -> None:
    add_training(production, "weak", version="9", judged_against=None, promote=False)
    with pytest.raises(NotApproved):
        promoted(production, "weak")
    assert aliases(production) == (None, None)


def test_a_promotion_that_died_after_the_ledger_is_finished_by_its_retry(production: Production) -> None:
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
    """Another process promotes version 3 just before the first write of this one."""

    rival: Production | None = None

    def put(self, *writes: LedgerWrite) -> bool:
        if self.rival is not None:
            rival, self.rival = self.rival, None
            rival.move(Move("3", "by_hand", "first", "someone"), expected="1", now=NOW)
        return super().put(*writes)


def test_of_two_promotions_at_once_one_wins_and_nothing_is_mixed() -> None:
    ledger = RacingLedger()
    production = Production(ledger, InMemoryRegistry(), InMemoryLake())
    for name, version, against in (("first", "1", None), ("second", "2", "1"), ("third", "3", "1")):
        add_training(production, name, version=version, judged_against=against)
    promoted(production, "first")
    ledger.rival = production
    with pytest.raises(ChampionChanged):
        promoted(production, "second")
    assert aliases(production) == ("3", "1")
    assert reference(production) == "3"
    assert [reign.version for reign in production.history() if reign.until is None] == ["3"]


class LateRegistry(InMemoryRegistry):
    """While it names one champion, another process has already moved on."""

    rival: Production | None = None

    def appoint(self, version: str | None, *, previous: str | None, reason: str) -> None:
        if self.rival is not None:
            rival, self.rival = self.rival, None
            rival.move(Move("1", "rollback", "second thoughts", "someone"), expected="2", now=LATER)
        super().appoint(version, previous=previous, reason=reason)


def test_a_registry_that_is_late_ends_where_the_ledger_is() -> None:
    registry = LateRegistry()
    production = Production(InMemoryLedger(), registry, InMemoryLake())
    add_training(production, "first", version="1", judged_against=None)
    add_training(production, "second", version="2", judged_against="1")
    promoted(production, "first")
    registry.rival = production
    promoted(production, "second")
    assert production.champion().version == "1"
    assert aliases(production) == ("1", "2")
    assert reference(production) == "1"


def test_rollback_goes_back_one_or_to_a_version_and_is_in_the_history(production: Production) -> None:
    add_training(production, "third", version="3", judged_against="2")
    for name in ("first", "second", "third"):
        promoted(production, name)
    done = rollback(production=production, by="arn:person", now=LATER)
    assert (done.before, done.after) == ("3", "2")
    done = rollback(production=production, by="arn:person", now=LATER + timedelta(hours=1), to="1")
    assert (done.before, done.after) == ("2", "1")
    assert aliases(production) == ("1", "2")
    assert reference(production) == "1"
    assert [(r.version, r.rule, r.until is None) for r in production.history()] == [
        ("1", "better", False),
        ("2", "better", False),
        ("3", "better", False),
        ("2", "rollback", False),
        ("1", "rollback", True),
    ]


def test_a_rollback_that_cannot_be_changes_nothing(production: Production) -> None:
    with pytest.raises(NothingToRollBackTo):
        rollback(production=production, by="me", now=NOW)
    promoted(production, "first")
    with pytest.raises(NothingToRollBackTo):
        rollback(production=production, by="me", now=NOW)
    with pytest.raises(AlreadyChampion):
        rollback(production=production, by="me", now=NOW, to="1")
    with pytest.raises(TrainingRecordMissing):
        rollback(production=production, by="me", now=LATER, to="77")
    assert aliases(production) == ("1", None)
    assert len(production.history()) == 1


def undone(production: Production, training_id: str) -> str | None:
    request = RollBackRequest(training_id=training_id, reason="it predicts nonsense")
    return undo_promotion(request, lake=production.lake, production=production, now=LATER).after


def test_a_champion_that_fails_its_smoke_check_gives_its_place_back(production: Production) -> None:
    promoted(production, "first")
    promoted(production, "second")
    for _ in range(2):
        assert undone(production, "second") == "1"
    assert aliases(production) == ("1", "2")
    assert reference(production) == "1"
    assert production.history()[-1].by == "smoke"


def test_a_first_champion_that_fails_leaves_nobody_champion(production: Production) -> None:
    promoted(production, "first")
    assert undone(production, "first") is None
    assert production.registry.champion_version() is None
    assert all(reign.until is not None for reign in production.history())


def test_a_promotion_somebody_replaced_already_is_not_undone(production: Production) -> None:
    add_training(production, "third", version="3", judged_against="2")
    for name in ("first", "second", "third"):
        promoted(production, name)
    with pytest.raises(ChampionChanged):
        undone(production, "second")
    assert aliases(production) == ("3", "2")


def test_a_stage_from_before_the_ledger_goes_on_from_its_registry(production: Production) -> None:
    production.registry.appoint("1", previous=None, reason="long ago")
    promoted(production, "second")
    assert aliases(production) == ("2", "1")
    assert production.ledger.get(ledger_keys.CHAMPION) is not None
    assert [reign.version for reign in production.history()] == ["2"]


def test_versions_are_compared_by_their_trainings_records(production: Production) -> None:
    promoted(production, "first")
    rows = {row["figure"]: row for row in compare("2", None, production=production)}
    assert rows["test_auc"]["2 minus 1"] == 0.0
    assert rows["model"]["version 1"] == "logistic_regression"
    with pytest.raises(NothingToCompare):
        compare("1", None, production=production)


def test_the_champion_is_compared_with_the_one_before_it(production: Production) -> None:
    for name in ("first", "second"):
        promoted(production, name)
    assert {"version 2", "version 1"} < compare("2", None, production=production)[0].keys()
