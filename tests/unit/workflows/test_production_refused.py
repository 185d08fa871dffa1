"""A version that fails, is incomplete, was deleted or whose sealed bytes changed never becomes champion."""

import pytest

from courtside.contracts import lake_keys, training_keys
from courtside.contracts.events import PromoteRequest, SealRequest
from courtside.workflows.ports import ModelUnusable, VersionMissing
from courtside.workflows.production import Production
from courtside.workflows.promote import promote, seal_challenger
from courtside.workflows.sealed_models import (
    CannotBeSealed,
    SealBroken,
)
from courtside.workflows.smoke import SmokeFailed
from tests.fakes.production import NOW
from tests.unit.workflows.production_moves import aliases, by_hand, promoted, registry_of, rolled_back, said


def test_known_rows_that_cannot_be_read_are_refused(production: Production) -> None:
    production.lake.write(training_keys.training_smoke("nba_games", "first"), b"no parquet")
    with pytest.raises(SmokeFailed, match="its known rows cannot be read"):
        by_hand(production, "1")
    assert aliases(production) == (None, None)


DAMAGES = {
    "the model is gone": b"",
    "the model cannot be loaded": b"no number",
    "the model predicts something else": b"0.7",
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_version_whose_model_does_not_work_never_becomes_champion(production: Production, damage: str) -> None:
    promoted(production, "first")
    registry_of(production).models["2"] = DAMAGES[damage]
    with pytest.raises((CannotBeSealed, ModelUnusable, SmokeFailed)):
        by_hand(production, "2")
    assert said(production) == ("1",) * 4
    assert len(production.history()) == 1


@pytest.mark.parametrize("left", ["profile", "smoke"])
def test_an_incomplete_training_never_becomes_champion(production: Production, left: str) -> None:
    key = (
        training_keys.training_profile("nba_games", "second")
        if left == "profile"
        else training_keys.training_smoke("nba_games", "second")
    )
    production.lake.remove([key])
    with pytest.raises(CannotBeSealed, match="its training left no"):
        promoted(production, "second")
    assert production.champion().version is None


def sealed_keys(production: Production) -> list[str]:
    (reign,) = [each for each in production.history() if each.version == "1"]
    assert reign.sha256 is not None
    return production.lake.keys(lake_keys.sealed("nba_games", reign.sha256))


@pytest.mark.parametrize("change", ["overwritten", "removed"])
@pytest.mark.parametrize("name", ["model/model", "record.json", "reference.profile", "smoke.parquet", "manifest.json"])
def test_changed_sealed_bytes_are_refused_before_anything_moves(production: Production, name: str, change: str) -> None:
    for training in ("first", "second"):
        promoted(production, training)
    (key,) = [each for each in sealed_keys(production) if each.endswith(name)]
    production.lake.remove([key])
    if change == "overwritten":
        production.lake.write(key, b"0.5 forged")
    with pytest.raises(SealBroken, match=name):
        rolled_back(production)
    assert said(production) == ("2",) * 4


def test_a_deleted_version_is_refused_and_nothing_moves(production: Production) -> None:
    for name in ("first", "second"):
        promoted(production, name)
    del registry_of(production).trainings["1"]
    with pytest.raises(VersionMissing, match="the registry holds no version 1"):
        rolled_back(production)
    assert said(production) == ("2",) * 4
    assert production.history()[-1].until is None


def test_a_challenger_of_another_training_is_not_promoted(production: Production) -> None:
    own = seal_challenger(SealRequest(model="nba_games", training_id="first"), production=production)
    with pytest.raises(CannotBeSealed, match="the gate judged version 2 of training second"):
        promote(
            PromoteRequest(model="nba_games", training_id="second", sha256=own.sha256), production=production, now=NOW
        )
    record = production.lake.read(training_keys.training_record("nba_games", "first")).replace(b'"version":"1"', b"")
    production.lake.write(training_keys.training_record("nba_games", "second"), record)
    with pytest.raises(CannotBeSealed, match="names another version"):
        promoted(production, "second")
    assert production.champion().version is None
