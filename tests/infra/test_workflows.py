"""These tests check what the CI workflows pin, what they may do, and that everything they call exists."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.changes.comment import LONGEST
from infra.settings import STAGES
from tests.infra.synthesized import ROOT, SynthesizedStage
from tests.infra.test_access import synthesize_access

FOLDER = ROOT / ".github" / "workflows"
WORKFLOWS = {path.stem: path for path in sorted(FOLDER.glob("*.yml"))}


def read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(WORKFLOWS[name].read_text())
    return found


def steps(name: str) -> Iterator[dict[str, Any]]:
    for job in read(name)["jobs"].values():
        yield from job.get("steps", [])


def test_there_is_one_for_checks_one_for_differences_and_one_for_deployments() -> None:
    assert set(WORKFLOWS) == {"check", "diff", "deploy", "deploy-stage"}


@pytest.mark.parametrize("name", WORKFLOWS)
def test_every_action_is_pinned_to_a_commit_and_says_its_version(name: str) -> None:
    used = re.findall(r"uses: (\S+)(.*)", WORKFLOWS[name].read_text())
    assert used
    for action, comment in used:
        if not action.startswith("./"):
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action), action
            assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment), (action, comment)


@pytest.mark.parametrize("name", WORKFLOWS)
def test_by_default_a_job_may_only_read_and_leaves_no_token_behind(name: str) -> None:
    assert read(name)["permissions"] == {"contents": "read"}
    checkouts = [step for step in steps(name) if "actions/checkout" in step.get("uses", "")]
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


@pytest.mark.parametrize("name", WORKFLOWS)
def test_text_from_strangers_never_becomes_part_of_a_command(name: str) -> None:
    """Text from strangers, such as titles and branch names, reaches a shell only as a variable and never as part of a
    command.
    """
    assert not [step["run"] for step in steps(name) if "${{" in step.get("run", "")]
    assert "pull_request_target" not in WORKFLOWS[name].read_text()


def test_a_job_has_only_its_listed_write_permissions_and_a_time_limit() -> None:
    allowed = {"diff": {"contents": "read", "pull-requests": "write"}}
    deploying = {"contents": "read", "id-token": "write"}
    for name in WORKFLOWS:
        for job in read(name)["jobs"].values():
            expected = deploying if name.startswith("deploy") else allowed.get(name)
            assert job.get("permissions") == expected, name
            assert "uses" in job or 0 < job["timeout-minutes"] <= 60, name


def test_a_deployment_takes_the_role_that_the_access_stack_makes(tmp_path: Path) -> None:
    """The deployment takes the role that the access stack makes, and settings, workflow and documentation agree on its
    name.
    """
    (credentials,) = [step["with"] for step in steps("deploy-stage") if "credentials@" in step.get("uses", "")]
    (variable,) = re.findall(r"\{\{ vars\.(\w+) \}\}", credentials["role-to-assume"])
    access = synthesize_access(tmp_path)
    (output,) = access.template["Outputs"].values()
    assert f"variable {variable} of the GitHub environment staging" in output["Description"]
    _, role = access.only("AWS::IAM::Role")
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    subject = trust["Condition"]["StringEquals"]["token.actions.githubusercontent.com:sub"]
    assert subject.endswith(":environment:staging")
    assert "staging" in [job["with"]["stage"] for job in read("deploy")["jobs"].values()]
    named = set(re.findall(r"vars\.(\w+)", WORKFLOWS["deploy-stage"].read_text()))
    assert named == set(re.findall(r"`(AWS_\w+)`", (ROOT / "docs/operations.md").read_text()))


def test_only_deployments_may_ask_for_an_identity_and_only_in_their_environment() -> None:
    for name in ("check", "diff"):
        assert "id-token" not in WORKFLOWS[name].read_text()
        assert "secrets." not in WORKFLOWS[name].read_text()
    (job,) = read("deploy-stage")["jobs"].values()
    assert job["environment"] == "${{ inputs.stage }}"
    assert job["permissions"] == {"contents": "read", "id-token": "write"}


def test_every_stage_is_deployed_after_the_one_before() -> None:
    jobs = read("deploy")["jobs"]
    assert list(jobs) == list(STAGES)
    assert [job["with"]["stage"] for job in jobs.values()] == list(STAGES)
    assert [job.get("needs") for job in jobs.values()] == [None, *list(STAGES)[:-1]]


def test_images_are_scanned_before_there_are_credentials_and_deployed_after() -> None:
    described = [step.get("uses", step.get("run", "")) for step in steps("deploy-stage")]
    scans = [number for number, text in enumerate(described) if "trivy-action" in text]
    (credentials,) = [number for number, text in enumerate(described) if "configure-aws-credentials" in text]
    (deploy,) = [number for number, text in enumerate(described) if "cdk deploy" in text]
    assert max(scans) < credentials < deploy
    given = [step["with"] for step in steps("deploy-stage") if "trivy" in step.get("uses", "")]
    images = ("lambdas", "training_image", "mlflow_image")
    assert [each["image-ref"] for each in given] == [f"courtside-scan/{image}" for image in images]
    assert all(each["exit-code"] == "1" for each in given)


def test_the_pipeline_cannot_change_its_own_role() -> None:
    (command,) = [step["run"] for step in steps("deploy-stage") if "cdk deploy" in step.get("run", "")]
    assert "--all" not in command
    assert "access" not in command
    for stack in ("data", "tracking", "pipeline"):
        assert f"courtside-$STAGE-{stack}" in command


@pytest.mark.parametrize("name", WORKFLOWS)
def test_every_script_that_a_workflow_runs_exists_and_is_executable(name: str) -> None:
    for step in steps(name):
        for script in re.findall(r"(?:^|\s)((?:scripts|\.ci)/[\w-]+)", step.get("run", "")):
            assert os.access(ROOT / script, os.X_OK), script


def test_the_images_of_an_assembly_are_built_as_the_cdk_would_build_them(dev: SynthesizedStage, tmp_path: Path) -> None:
    docker = tmp_path / "docker"
    docker.write_text('#!/bin/sh\nfor word; do printf "%s\\n" "$word"; done >>"$0.said"\n')
    docker.chmod(0o755)
    environment = {**os.environ, "CDK_DOCKER": str(docker)}
    done = subprocess.run(
        [ROOT / "scripts/build-images", dev.assembly], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    words = (tmp_path / "docker.said").read_text().splitlines()
    tags = {words[number + 1] for number, word in enumerate(words) if word == "--tag"}
    assert tags == {f"courtside-scan/{image}" for image in ("lambdas", "mlflow_image", "training_image")}
    files = [Path(words[number + 1]) for number, word in enumerate(words) if word == "--file"]
    assert all(file.is_file() for file in files)
    assert words.count("linux/arm64") == 3
    given = [words[number + 1].partition("=")[0] for number, word in enumerate(words) if word == "--build-arg"]
    assert sorted(set(given)) == ["LAMBDA_BASE", "PYTHON_BASE", "REVISION", "VERSION"]


def test_a_checkout_compared_with_itself_shows_no_changes() -> None:
    done = subprocess.run([ROOT / "scripts/diff-stages", ROOT, "dev"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "## Stage dev\n\nNo resource changes."), done.stderr


def test_the_comments_of_all_stages_fit_into_one() -> None:
    assert len(STAGES) * (LONGEST + 100) < 65_536
