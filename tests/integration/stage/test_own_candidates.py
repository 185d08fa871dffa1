"""A candidate of a team's own gets into a stage by a deployment, and there becomes champion like any other."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from courtside.contracts.own_candidates import CandidateAbsent
from embedded_aws.demo.loop import Loop
from tests.fakes.own_points import (
    MODEL,
    PACKAGE,
    add_points,
    done,
    load_points,
    promoted_points,
    synthesized_with_wheel,
)
from tests.integration.stage.conftest import Stage


@pytest.fixture
def removed() -> Iterator[None]:
    yield
    if MODEL in {each["name"] for each in done("models", "list")}:
        done("models", "remove", MODEL, "--yes")


@pytest.mark.usefixtures("removed")
def test_an_own_candidate_is_refused_then_deployed_trained_sealed_and_promoted(stage: Stage, tmp_path: Path) -> None:
    refused = add_points(tmp_path).exception
    assert isinstance(refused, CandidateAbsent)
    assert f"no package {PACKAGE}" in str(refused)
    assert "`training_packages`" in str(refused)
    stage.aws.deploy(synthesized_with_wheel(tmp_path))
    assert add_points(tmp_path).exit_code == 0
    load_points(tmp_path)
    card = promoted_points(Loop(stage.aws, stage="dev", model=MODEL), stage.end)
    assert [(each.name, each.package) for each in card.candidates] == [("nearest", PACKAGE)]
