"""Promotion, rollback and history over the ledger."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import pyarrow as pa
import pytest

from courtside.contracts import lake_keys, ledger_keys
from courtside.contracts.events import PromoteRequest, SealRequest
from courtside.contracts.records import ChampionReference
from courtside.workflows.compare_versions import NothingToCompare, compare
from courtside.workflows.ledger_documents import LedgerBusy
from courtside.workflows.legacy_set import LegacyFiles
from courtside.workflows.ports import Lake, LedgerWrite, ModelUnusable, TrackingUnavailable, VersionMissing
from courtside.workflows.production import ChampionChanged, MadeBefore, Move, MoveUnfinished, Production
from courtside.workflows.promote import NotApproved, promote, seal_challenger
from courtside.workflows.rollback import AlreadyChampion, Moved, NothingToRollBackTo, promote_by_hand, rollback
from courtside.workflows.sealed_models import (
    CannotBeSealed,
    SealBroken,
    champion_model,
    drift_profile,
    reference_in_use,
)
from courtside.workflows.smoke import SmokeFailed
from tests.fakes.dying_lake import BrokeOff, InterruptedLake
from tests.fakes.legacy_reader import read_legacy_set
from tests.fakes.ports import InMemoryLake, InMemoryLedger, InMemoryModels, InMemoryRegistry, InMemoryTracking
from tests.fakes.production import NOW, a_production, add_training

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def production() -> Production:
    stage = a_production()
    add_training(stage, "first", version="1", judged_against=None)
    add_training(stage, "second", version="2", judged_against="1")
    return stage


def promoted(production: Production, training_id: str, **changes: str) -> None:
    sealed = seal_challenger(SealRequest(training_id=training_id), production=production)
    request = PromoteRequest(training_id=training_id, sha256=sealed.sha256, **changes)
    promote(request, production=production, now=NOW)


def rolled_back(production: Production, *, to: str | None = None, now: datetime = LATER) -> Moved:
    return rollback(production=production, models=InMemoryModels(), by="arn:person", now=now, to=to)


def by_hand(production: Production, version: str) -> Moved:
    return promote_by_hand(
        version, reason="agreed", production=production, models=InMemoryModels(), by="arn:person", now=LATER
    )


def said(production: Production) -> tuple[str | None, str | None, str | None, str | None]:
    """Whom ledger, registry, drift reference and legacy files name."""
    kept = reference_in_use(production.lake)
    legacy = read_legacy_set(lake=production.lake)["a.pkl"].decode() if kept else None
    of_training = {reign.training_id: reign.version for reign in production.history()}
    return (
        production.champion().version,
        production.registry.champion_version(),
        kept.version if kept else None,
        of_training.get(legacy),
    )


def registry_of(production: Production) -> InMemoryRegistry:
    assert isinstance(production.registry, InMemoryRegistry)
    return production.registry


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


def test_a_promotion_that_is_delivered_again_does_not_undo_a_rollback(production: Production) -> None:
    """The champion is the one that it was judged against again, but by somebody's word."""
    promoted(production, "first")
    promoted(production, "second")
    rolled_back(production)
    with pytest.raises(MadeBefore, match="version 2 was promoted by this before, and since then somebody made version"):
        promoted(production, "second")
    assert said(production) == ("1", "1", "1", "1")
    assert len(production.history()) == 3
    by_hand(production, "2")
    assert said(production) == ("2", "2", "2", "2")


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
            rival.move(Move(rival.sealed("3"), "by_hand", "first", "someone"), expected="1", now=NOW)
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


class ContendedLedger(InMemoryLedger):
    """Refuses some writes though nothing was changed, as DynamoDB does while somebody else is at an item."""

    refusals: int = 0

    def put(self, *writes: LedgerWrite) -> bool:
        self.refusals -= 1
        return self.refusals < 0 and super().put(*writes)


def test_a_ledger_that_somebody_else_is_at_is_asked_again_and_nobody_is_said_to_have_moved() -> None:
    ledger = ContendedLedger()
    production = Production(ledger, InMemoryRegistry(), InMemoryLake())
    add_training(production, "first", version="1", judged_against=None)
    ledger.refusals = 1000
    with pytest.raises(LedgerBusy):
        promoted(production, "first")
    ledger.refusals = 2
    promoted(production, "first")
    assert said(production) == ("1", "1", "1", "1")


def test_known_rows_that_cannot_be_read_are_told(production: Production) -> None:
    production.lake.write(lake_keys.training_smoke("first"), b"no parquet")
    with pytest.raises(SmokeFailed, match="its known rows cannot be read"):
        by_hand(production, "1")
    assert aliases(production) == (None, None)


class LateRegistry(InMemoryRegistry):
    """While it names one champion, another process has already moved on."""

    rival: Production | None = None

    def appoint(self, version: str | None, *, previous: str | None, reason: str) -> None:
        if self.rival is not None:
            rival, self.rival = self.rival, None
            rival.move(Move(rival.sealed("1"), "rollback", "second thoughts", "someone"), expected="2", now=LATER)
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
    done = rolled_back(production)
    assert (done.before, done.after) == ("3", "2")
    done = rolled_back(production, now=LATER + timedelta(hours=1), to="1")
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
    with pytest.raises(NothingToRollBackTo, match=r"no champion yet.*`courtside retrain --trigger initial --wait`"):
        rolled_back(production, now=NOW)
    promoted(production, "first")
    with pytest.raises(NothingToRollBackTo, match="no version was champion before version 1"):
        rolled_back(production, now=NOW)
    with pytest.raises(AlreadyChampion):
        rolled_back(production, now=NOW, to="1")
    for unknown in ("77", "no-number"):
        with pytest.raises(VersionMissing, match=f"the registry holds no version {unknown}"):
            rolled_back(production, to=unknown)
    assert aliases(production) == ("1", None)
    assert len(production.history()) == 1


def test_everything_names_one_champion_after_every_move(production: Production) -> None:
    for name, version in (("first", "1"), ("second", "2")):
        promoted(production, name)
        assert said(production) == (version,) * 4
    rolled_back(production)
    assert said(production) == ("1",) * 4
    by_hand(production, "2")
    assert said(production) == ("2",) * 4


DAMAGES = {
    "the model is gone": b"",
    "the model cannot be loaded": b"no number",
    "the model says something else": b"0.7",
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_version_that_does_not_work_never_becomes_champion(production: Production, damage: str) -> None:
    promoted(production, "first")
    registry_of(production).models["2"] = DAMAGES[damage]
    with pytest.raises((CannotBeSealed, ModelUnusable, SmokeFailed)):
        by_hand(production, "2")
    assert said(production) == ("1",) * 4
    assert len(production.history()) == 1


@pytest.mark.parametrize("left", ["profile", "smoke"])
def test_a_training_that_left_too_little_never_becomes_champion(production: Production, left: str) -> None:
    key = lake_keys.training_profile("second") if left == "profile" else lake_keys.training_smoke("second")
    production.lake.remove([key])
    with pytest.raises(CannotBeSealed, match="its training left no"):
        promoted(production, "second")
    assert production.champion().version is None


def test_what_was_champion_is_untouched_by_what_its_training_writes_later(production: Production) -> None:
    for name in ("first", "second"):
        promoted(production, name)
    registry_of(production).models["1"] = b"0.9"
    for key in (lake_keys.training_record("first"), lake_keys.training_profile("first")):
        production.lake.write(key, b"forged")
    assert rolled_back(production).after == "1"
    champion = reference_in_use(production.lake)
    assert champion is not None
    assert drift_profile(champion, lake=production.lake) == b"profile of first"
    loaded = champion_model(lake=production.lake, tracking=InMemoryTracking())
    assert loaded is not None
    assert (loaded.version, loaded.probability(pa.table({"x": [1.0]}))) == ("1", [0.5])
    assert compare("1", "2", production=production)


def sealed_keys(production: Production) -> list[str]:
    (reign,) = [each for each in production.history() if each.version == "1"]
    assert reign.sha256 is not None
    return production.lake.keys(lake_keys.sealed(reign.sha256))


@pytest.mark.parametrize("change", ["overwritten", "removed"])
@pytest.mark.parametrize("name", ["model/model", "record.json", "reference.profile", "smoke.parquet", "manifest.json"])
def test_changed_bytes_under_a_seal_are_refused_before_anything_is_moved(
    production: Production, name: str, change: str
) -> None:
    for training in ("first", "second"):
        promoted(production, training)
    (key,) = [each for each in sealed_keys(production) if each.endswith(name)]
    production.lake.remove([key])
    if change == "overwritten":
        production.lake.write(key, b"0.5 forged")
    with pytest.raises(SealBroken, match=name):
        rolled_back(production)
    assert said(production) == ("2",) * 4


def test_a_version_that_was_deleted_is_named_and_nothing_is_moved(production: Production) -> None:
    for name in ("first", "second"):
        promoted(production, name)
    del registry_of(production).trainings["1"]
    with pytest.raises(VersionMissing, match="the registry holds no version 1"):
        rolled_back(production)
    assert said(production) == ("2",) * 4
    assert production.history()[-1].until is None


def test_a_champion_whose_version_was_deleted_can_be_rolled_back(production: Production) -> None:
    for name in ("first", "second"):
        promoted(production, name)
    del registry_of(production).trainings["2"]
    assert rolled_back(production) == Moved("2", "1")
    assert said(production) == ("1",) * 4
    assert aliases(production) == ("1", None)


@pytest.mark.parametrize("step", ["registry", "legacy", "reference"])
@pytest.mark.parametrize("kind", ["rollback", "promotion"])
def test_a_move_that_breaks_off_is_finished_by_the_same_command(
    production: Production, monkeypatch: pytest.MonkeyPatch, step: str, kind: str
) -> None:
    for name in ("first", "second"):
        promoted(production, name)
    again = partial(rolled_back, production) if kind == "rollback" else partial(by_hand, production, "1")
    with monkeypatch.context() as patch:
        if step == "registry":
            patch.setattr(registry_of(production), "appoint", _away)
        else:
            key = lake_keys.CHAMPION_REFERENCE if step == "reference" else lake_keys.LEGACY_SET
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


def test_a_move_that_breaks_off_anywhere_leaves_all_legacy_files_of_the_champion_after_its_retry() -> None:
    for changes in range(1, 40):
        lake = InterruptedLake()
        production = Production(InMemoryLedger(), InMemoryRegistry(), lake)
        for training_id, version, against in (("first", "1", None), ("second", "2", "1")):
            add_training(production, training_id, version=version, judged_against=against)
            rows = {"train.parquet": f"rows of {training_id}".encode()}
            LegacyFiles(training_id, {"a.pkl": training_id.encode()}, rows).keep(lake=lake)
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


def test_a_promotion_that_broke_off_is_rolled_back_when_that_is_asked_for(production: Production) -> None:
    promoted(production, "first")
    usual = production.registry.appoint
    production.registry.appoint = _away  # type: ignore[method-assign]
    with pytest.raises(MoveUnfinished):
        promoted(production, "second")
    production.registry.appoint = usual  # type: ignore[method-assign]
    assert rolled_back(production) == Moved("2", "1")
    assert said(production) == ("1",) * 4


def test_a_challenger_of_another_training_is_not_promoted(production: Production) -> None:
    own = seal_challenger(SealRequest(training_id="first"), production=production)
    with pytest.raises(CannotBeSealed, match="the gate judged version 2 of training second"):
        promote(PromoteRequest(training_id="second", sha256=own.sha256), production=production, now=NOW)
    record = production.lake.read(lake_keys.training_record("first")).replace(b'"version":"1"', b"")
    production.lake.write(lake_keys.training_record("second"), record)
    with pytest.raises(CannotBeSealed, match="names another version"):
        promoted(production, "second")
    assert production.champion().version is None


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
