"""A candidate of a team's own gets into a stage by a deployment, and there becomes champion like any other."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from courtside.contracts.own_candidates import CandidateAbsent
from embedded_aws.assembly import read_assembly
from embedded_aws.demo.loop import Loop
from infra.settings import settings_for
from tests.fakes.own_package import OF_ITS_OWN, write_package
from tests.fakes.own_points import MODEL, PACKAGE, add_points, done, load_points, promoted_points
from tests.infra.conftest import synthesize
from tests.integration.stage.conftest import Stage


@pytest.fixture
def removed() -> Iterator[None]:
    yield
    if MODEL in {each["name"] for each in done("models", "list")}:
        done("models", "remove", MODEL, "--yes")


def deploy_with_package(stage: Stage, folder: Path) -> None:
    """Deploy the stage with a training package, which its image holds: here an image is its folder."""
    settings = settings_for("dev").model_copy(update={"training_packages": (f"{PACKAGE}==1.0",)})
    assembly = synthesize(settings, folder).assembly
    (image,) = [each for each in read_assembly(assembly).images if each.asset.name == "training_image"]
    write_package(image.asset.path, OF_ITS_OWN, name=PACKAGE)
    stage.aws.deploy(assembly)


@pytest.mark.usefixtures("removed")
def test_an_own_candidate_is_refused_then_deployed_trained_sealed_and_promoted(stage: Stage, tmp_path: Path) -> None:
    refused = add_points(tmp_path).exception
    assert isinstance(refused, CandidateAbsent)
    assert f"no package {PACKAGE}" in str(refused)
    assert "`training_packages`" in str(refused)
    deploy_with_package(stage, tmp_path / "cdk.out")
    assert add_points(tmp_path).exit_code == 0
    load_points(tmp_path)
    card = promoted_points(Loop(stage.aws, stage="dev", model=MODEL), stage.end)
    assert [(each.name, each.package) for each in card.candidates] == [("nearest", PACKAGE)]
