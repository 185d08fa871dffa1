"""These tests check who gets the role that GitHub Actions deploys with, and how little it may do."""

import json
from pathlib import Path
from typing import Any, Literal

import pytest

from infra.app import build, empty_app
from infra.settings import settings_for
from tests.infra.synthesized import Synthesized, SynthesizedStage, text

REPOSITORY = "example/courtside"


def synthesize_access(outdir: Path, **settings: Any) -> Synthesized:
    app = empty_app(outdir)
    changed = settings_for("staging").model_copy(update={"github_repository": REPOSITORY, **settings})
    build(app, changed)
    return Synthesized("access", app.synth().get_stack_by_name("courtside-staging-access").template)


@pytest.fixture(scope="module")
def access(tmp_path_factory: pytest.TempPathFactory) -> Synthesized:
    return synthesize_access(tmp_path_factory.mktemp("access"))


def test_only_jobs_of_the_stages_environment_get_the_role(access: Synthesized) -> None:
    _, role = access.only("AWS::IAM::Role")
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Action"] == "sts:AssumeRoleWithWebIdentity"
    # The condition must be equal, not merely alike: a pattern would let other branches or repositories in.
    assert trust["Condition"] == {
        "StringEquals": {
            "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
            "token.actions.githubusercontent.com:sub": f"repo:{REPOSITORY}:environment:staging",
        }
    }
    assert role["MaxSessionDuration"] == 3600


def test_it_may_only_assume_the_bootstrap_roles_of_this_account_and_region(access: Synthesized) -> None:
    policies = access.of_type("AWS::IAM::Policy").values()
    (statement,) = [each for policy in policies for each in policy["PolicyDocument"]["Statement"]]
    assert statement["Action"] == "sts:AssumeRole"
    arns = {text(arn) for arn in statement["Resource"]}
    assert arns == {
        f"arn:aws:iam::<AWS::AccountId>:role/cdk-hnb659fds-{name}-role-<AWS::AccountId>-<AWS::Region>"
        for name in ("deploy", "file-publishing", "image-publishing", "lookup")
    }
    _, role = access.only("AWS::IAM::Role")
    assert "ManagedPolicyArns" not in role
    assert "Policies" not in role


def test_a_bootstrap_with_another_qualifier_is_the_one_that_is_assumed_and_deployed_with(tmp_path: Path) -> None:
    access = synthesize_access(tmp_path, bootstrap_qualifier="mlteam")
    (policy,) = access.of_type("AWS::IAM::Policy").values()
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert all("role/cdk-mlteam-" in text(arn) for arn in statement["Resource"])
    assert access.template["Parameters"]["BootstrapVersion"]["Default"] == "/cdk-bootstrap/mlteam/version"
    assert "hnb659fds" not in "".join(path.read_text() for path in tmp_path.glob("*.json"))


@pytest.mark.parametrize("provider", ["create", "existing"])
def test_an_account_gets_one_identity_provider(tmp_path: Path, provider: Literal["create", "existing"]) -> None:
    access = synthesize_access(tmp_path, github_provider=provider)
    made = access.of_type("AWS::IAM::OIDCProvider")
    assert len(made) == (provider == "create")
    assert all(each["ClientIdList"] == ["sts.amazonaws.com"] for each in made.values())
    assert all(access.resources[key]["DeletionPolicy"] == "Retain" for key in made)
    _, role = access.only("AWS::IAM::Role")
    federated = text(role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["Federated"])
    known = "arn:aws:iam::<AWS::AccountId>:oidc-provider/token.actions.githubusercontent.com"
    assert federated == (f"<{next(iter(made))}.Arn>" if made else known)


def test_without_a_repository_there_is_no_such_stack(dev: SynthesizedStage) -> None:
    artifacts = json.loads((dev.assembly / "manifest.json").read_text())["artifacts"]
    assert not [name for name in artifacts if "access" in name]
