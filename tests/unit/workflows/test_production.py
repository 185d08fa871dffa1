"""Promotions, rollbacks and the history of champions follow the ledger."""

from datetime import timedelta

import pyarrow as pa
import pytest

from courtside.contracts import ledger_keys, training_keys
from courtside.workflows.compare_versions import NothingToCompare, compare
from courtside.workflows.ports import VersionMissing
from courtside.workflows.production import Production
from courtside.workflows.production_errors import ChampionChanged, MadeBefore
from courtside.workflows.promote import NotApproved
from courtside.workflows.rollback import AlreadyChampion, Moved, NothingToRollBackTo
from courtside.workflows.sealed_models import (
    champion_model,
    drift_profile,
    reference_in_use,
)
from tests.fakes.ports import InMemoryTracking
from tests.fakes.production import NOW, add_training, profile_of
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


def test_promotions_move_aliases_reference_and_history_together(production: Production) -> None:
    promoted(production, "first")
    promoted(production, "second", by="arn:person")
    assert aliases(production) == ("2", "1")
    assert reference(production) == "2"
    first, second = production.history()
    assert (first.version, first.since, first.until, first.by) == ("1", NOW, second.since, "gate")
    assert (second.version, second.until, second.by) == ("2", None, "arn:person")
    assert (second.training_id, second.rule, second.reason) == ("second", "better", "because of second")


def test_a_clock_that_is_behind_does_not_change_the_order_of_the_history(production: Production) -> None:
    promoted(production, "first")
    promoted(production, "second")
    by_hand(production, "1", now=NOW - timedelta(minutes=4))
    rolled_back(production, now=NOW - timedelta(minutes=2))
    reigns = production.history()
    assert [reign.version for reign in reigns] == ["1", "2", "1", "2"]
    assert [reign.until for reign in reigns] == [*(reign.since for reign in reigns[1:]), None]
    assert all(reign.until is None or reign.since < reign.until for reign in reigns)


def test_repeating_a_promotion_changes_nothing(production: Production) -> None:
    for _ in range(2):
        promoted(production, "first")
    assert len(production.history()) == 1
    assert aliases(production) == ("1", None)


def test_a_repeated_delivery_of_a_promotion_does_not_undo_a_rollback(production: Production) -> None:
    """The rollback restored the champion that the promotion was judged against, so only the history tells of it."""
    promoted(production, "first")
    promoted(production, "second")
    rolled_back(production)
    with pytest.raises(
        MadeBefore, match="version 2 of nba_games was promoted by this before, and since then somebody made version"
    ):
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


def test_a_rollback_returns_to_the_previous_or_a_named_version_and_is_recorded(production: Production) -> None:
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


def test_an_impossible_rollback_changes_nothing(production: Production) -> None:
    with pytest.raises(
        NothingToRollBackTo, match=r"no champion yet.*`courtside retrain --trigger initial --wait --model nba_games`"
    ):
        rolled_back(production, now=NOW)
    promoted(production, "first")
    with pytest.raises(NothingToRollBackTo, match="no version of nba_games was champion before version 1"):
        rolled_back(production, now=NOW)
    with pytest.raises(AlreadyChampion):
        rolled_back(production, now=NOW, to="1")
    for unknown in ("77", "no-number"):
        with pytest.raises(VersionMissing, match=f"the registry holds no version {unknown}"):
            rolled_back(production, to=unknown)
    assert aliases(production) == ("1", None)
    assert len(production.history()) == 1


def test_every_store_names_the_same_champion_after_every_move(production: Production) -> None:
    for name, version in (("first", "1"), ("second", "2")):
        promoted(production, name)
        assert said(production) == (version,) * 4
    rolled_back(production)
    assert said(production) == ("1",) * 4
    by_hand(production, "2")
    assert said(production) == ("2",) * 4


def test_a_former_champion_is_unaffected_by_later_writes_of_its_training(production: Production) -> None:
    for name in ("first", "second"):
        promoted(production, name)
    registry_of(production).models["1"] = b"0.9"
    for key in (
        training_keys.training_record("nba_games", "first"),
        training_keys.training_profile("nba_games", "first"),
    ):
        production.lake.write(key, b"forged")
    assert rolled_back(production).after == "1"
    champion = reference_in_use("nba_games", lake=production.lake)
    assert champion is not None
    assert drift_profile(champion, lake=production.lake) == profile_of("first")
    loaded = champion_model("nba_games", lake=production.lake, tracking=InMemoryTracking())
    assert loaded is not None
    assert (loaded.version, loaded.probability(pa.table({"x": [1.0]}))) == ("1", [0.5])
    assert compare("1", "2", production=production)


def test_a_champion_deleted_from_the_registry_can_be_rolled_back(production: Production) -> None:
    for name in ("first", "second"):
        promoted(production, name)
    del registry_of(production).trainings["2"]
    assert rolled_back(production) == Moved("2", "1")
    assert said(production) == ("1",) * 4
    assert aliases(production) == ("1", None)


def test_a_stage_without_a_ledger_continues_from_its_registry(production: Production) -> None:
    production.registry.appoint("1", previous=None, reason="long ago")
    promoted(production, "second")
    assert aliases(production) == ("2", "1")
    assert production.ledger.get(ledger_keys.CHAMPION) is not None
    assert [reign.version for reign in production.history()] == ["2"]


def test_versions_are_compared_by_the_records_of_their_trainings(production: Production) -> None:
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
