"""These fixtures synthesize each stage once per session, in process, with the context that a deployment has."""

import json
import os
from pathlib import Path
from typing import Any

# The node process that importing aws_cdk starts reads these variables. Full validation takes seconds and belongs to
# `cdk synth`.
os.environ.setdefault("CDK_VALIDATION", "false")
os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20")

import pytest

from infra.app import build, empty_app
from infra.settings import settings_for
from infra.stage import StageSettings
from tests.fakes.sign_in_setting import SIGN_IN
from tests.infra.synthesized import Synthesized, SynthesizedStage, text


def synthesize(settings: StageSettings, outdir: Path, *, commit: str = "") -> SynthesizedStage:
    app = empty_app(outdir)
    stacks = build(app, settings, commit=commit)
    assembly = app.synth()
    templates = {
        part: Synthesized(name=part, template=assembly.get_stack_by_name(getattr(stacks, part).stack_name).template)
        for part in ("data", "tracking", "pipeline")
    }
    return SynthesizedStage(assembly=outdir, **templates)


@pytest.fixture(scope="session")
def dev(tmp_path_factory: pytest.TempPathFactory) -> SynthesizedStage:
    return synthesize(settings_for("dev"), tmp_path_factory.mktemp("dev"))


@pytest.fixture(scope="session")
def prod(tmp_path_factory: pytest.TempPathFactory) -> SynthesizedStage:
    settings = settings_for("prod").model_copy(update={"alert_emails": ("ops@example.com", "team@example.com")})
    return synthesize(settings, tmp_path_factory.mktemp("prod"))


@pytest.fixture(scope="session")
def complete(tmp_path_factory: pytest.TempPathFactory) -> SynthesizedStage:
    """Synthesize a stage with every part that a setting can add."""
    everything = {"private_subnets": True, "github_repository": "example/courtside"}
    return synthesize(settings_for("prod").model_copy(update=everything), tmp_path_factory.mktemp("complete"))


@pytest.fixture(scope="session")
def signing_in(tmp_path_factory: pytest.TempPathFactory) -> SynthesizedStage:
    """Synthesize dev with an address at which people sign in to its pages."""
    settings = settings_for("dev").model_copy(update={"dashboard_sign_in": SIGN_IN})
    return synthesize(settings, tmp_path_factory.mktemp("signing_in"))


@pytest.fixture(params=["dev", "prod"])
def stage(request: pytest.FixtureRequest) -> SynthesizedStage:
    synthesized: SynthesizedStage = request.getfixturevalue(request.param)
    return synthesized


@pytest.fixture
def machine(stage: SynthesizedStage) -> dict[str, Any]:
    """Return the retraining state machine as Amazon States Language."""
    _, properties = stage.pipeline.only("AWS::StepFunctions::StateMachine", "RetrainingMachine")
    definition: dict[str, Any] = json.loads(text(properties["DefinitionString"]))
    return definition


@pytest.fixture
def states(machine: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = machine["States"]
    return found
