"""A decision rolls the champion back only while the champion is the one that it was made about."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from pydantic import ValidationError

from courtside.contracts.events import RetrainingRequest
from courtside.contracts.retraining_ends import RollBackRequest, RollBackResponse
from courtside.workflows.production import Production
from courtside.workflows.production_errors import ChampionChanged, NeverChampion
from courtside.workflows.rollback import roll_back
from courtside.workflows.sealed_models import CannotBeSealed
from tests.fakes.endings import TRAINING
from tests.fakes.production import NOW, add_training, hold
from tests.unit.workflows.production_moves import aliases, by_hand, promoted, rolled_back, said

LATER = NOW + timedelta(hours=2)


def asked(to: str = "1", champion: str = "2", sha256: str | None = None) -> RollBackRequest:
    return RollBackRequest(
        model="nba_games",
        training_id="roll-back-v2",
        roll_back_to=to,
        roll_back_from=champion,
        reason="version 2 is worse beyond noise",
        sha256=sha256,
    )


def carried_out(production: Production, request: RollBackRequest) -> RollBackResponse:
    hold(production, request.training_id)
    return roll_back(request, production=production, now=LATER)


@pytest.fixture
def two_champions(production: Production) -> Production:
    promoted(production, "first")
    promoted(production, "second")
    return production


def test_the_version_is_found_under_its_seal_and_then_made_champion_again(two_champions: Production) -> None:
    found = carried_out(two_champions, asked())
    assert found.wanted
    assert found.sha256 == two_champions.history()[0].sha256
    assert said(two_champions) == ("2", "2", "2", "2"), "finding it must move nothing"
    for _ in range(2):  # a step may be repeated
        done = carried_out(two_champions, asked(sha256=found.sha256))
    assert said(two_champions) == ("1", "1", "1", "1")
    assert aliases(two_champions) == ("1", "2")
    reigns = two_champions.history()
    assert (reigns[-1].version, reigns[-1].rule, reigns[-1].by) == ("1", "rollback", "decision")
    assert reigns[-1].reason == "version 2 is worse beyond noise"
    assert len(reigns) == 3
    assert done.subject == "Courtside: version 1 of nba_games is champion again"
    assert "courtside versions promote 2 --reason WHY --model nba_games" in done.message


@pytest.mark.parametrize("moved_by", [rolled_back, lambda production: by_hand(production, "3")])
def test_nothing_is_done_where_somebody_moved_the_champion_before(
    production: Production, moved_by: Callable[[Production], object]
) -> None:
    add_training(production, "third", version="3", judged_against="2")
    promoted(production, "first")
    promoted(production, "second")
    moved_by(production)
    before = said(production)
    found = carried_out(production, asked())
    assert not found.wanted
    assert f"version {before[0]} is champion now, so nothing was changed" in found.message
    assert said(production) == before


def test_a_champion_that_moves_between_the_two_steps_is_not_rolled_back(two_champions: Production) -> None:
    add_training(two_champions, "third", version="3", judged_against="2")
    found = carried_out(two_champions, asked())
    promoted(two_champions, "third")
    with pytest.raises(ChampionChanged):
        carried_out(two_champions, asked(sha256=found.sha256))
    assert said(two_champions) == ("3", "3", "3", "3")


def test_a_version_that_was_never_champion_is_left_to_people(two_champions: Production) -> None:
    add_training(two_champions, "third", version="3", judged_against="2")
    with pytest.raises(NeverChampion, match="`courtside versions promote 3 --reason WHY --model nba_games`"):
        carried_out(two_champions, asked(to="3"))


def test_the_seal_of_another_version_is_refused(two_champions: Production) -> None:
    seal = two_champions.history()[1].sha256
    with pytest.raises(CannotBeSealed, match="the seal given is that of version 2"):
        carried_out(two_champions, asked(sha256=seal))


@pytest.mark.parametrize(
    "versions", [{"roll_back_to": "1"}, {"roll_back_from": "2"}, {"roll_back_to": "2", "roll_back_from": "2"}]
)
def test_a_request_names_both_versions_or_none(versions: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="a rollback names two versions"):
        RetrainingRequest(**(TRAINING.model_dump() | versions))
