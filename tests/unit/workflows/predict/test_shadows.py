"""Shadows predict the same rows as the champion, under their own roles."""

from dataclasses import replace

import pytest

from courtside.contracts.scoring import Role
from courtside.core.decision_policy import DecisionPolicy, RollBack
from tests.fakes.predicting import LoansStage, loans


@pytest.fixture
def stage() -> LoansStage:
    stage = LoansStage()
    stage.promote("1", 0.1)
    stage.promote("2", 0.2)
    stage.put("march", loans(1, [0.5, 1.0]))
    return stage


def roles(stage: LoansStage, *versions: str) -> dict[str, Role]:
    return {each.version: each.role for each in stage.predict(versions=versions).shadows}


def test_the_previous_champion_predicts_the_same_rows(stage: LoansStage) -> None:
    stage.shadowed_by("previous")
    assert roles(stage) == {"1": Role.PREVIOUS}
    assert stage.said(role="champion") == {"1|2026-03-10": 0.1, "2|2026-03-10": 0.2}
    assert stage.said(role="previous") == {"1|2026-03-10": 0.05, "2|2026-03-10": 0.1}


def test_the_previous_champion_predicts_wherever_a_stage_may_roll_back_to_it(stage: LoansStage) -> None:
    for each in RollBack:
        stage.dataset = replace(stage.dataset, retrain=DecisionPolicy(roll_back=each))
        assert roles(stage) == ({} if each is RollBack.NEVER else {"1": Role.PREVIOUS})


def test_the_challenger_is_the_sealed_version_that_waits_for_a_person(stage: LoansStage) -> None:
    stage.shadowed_by("challenger")
    assert roles(stage) == {}
    stage.seal("3", 0.3)
    stage.seal("4", 0.4)
    stage.ask_for_approval("3", approved=False)
    assert roles(stage) == {}
    stage.ask_for_approval("4")
    assert roles(stage) == {"4": Role.CHALLENGER}
    assert stage.said(role="challenger")["2|2026-03-10"] == 0.4


def test_versions_are_named_by_the_contract_or_by_a_person(stage: LoansStage) -> None:
    stage.seal("3", 0.3)
    stage.shadowed_by("1")
    assert roles(stage, "3") == {"1": Role.SHADOW, "3": Role.SHADOW}


def test_nobody_is_a_shadow_of_its_own_or_twice(stage: LoansStage) -> None:
    stage.shadowed_by("previous", "1", "2")
    assert roles(stage, "1") == {"1": Role.PREVIOUS}
    assert len(stage.kept()) == 4


def test_the_seal_of_a_past_champion_is_the_one_that_it_was_champion_with(stage: LoansStage) -> None:
    stage.seal("1", 0.9)
    stage.predict(versions=("1",))
    assert stage.said(version="1")["2|2026-03-10"] == 0.1


def test_shadows_are_not_explained(stage: LoansStage) -> None:
    stage.shadowed_by("previous", explain=1)
    stage.predict()
    assert {row["contributions"] is None for row in stage.kept(role="previous")} == {True}
    assert {row["contributions"] is None for row in stage.kept(role="champion")} == {False}
