"""These tests cover the parts of the doctor that the embedded AWS cannot show."""

import json
from pathlib import Path

import pytest

from courtside.adapters.examination import account
from courtside.adapters.examination.machine import machine, stage_settings
from courtside.adapters.examination.monitoring import listeners
from courtside.core.findings import Finding, failed

ARN = "arn:aws:sns:eu-central-1:123456789012:topic:1"
ROOT = Path(__file__).parents[3]


def subscription(address: str, arn: str = ARN, protocol: str = "email") -> dict[str, str]:
    return {"SubscriptionArn": arn, "Protocol": protocol, "Endpoint": address}


def test_an_unconfirmed_email_address_is_a_failure() -> None:
    found = list(listeners([subscription("ops@example.com", "PendingConfirmation"), subscription("team@example.com")]))
    (finding,) = found
    assert finding.level == "fail"
    assert "ops@example.com has not confirmed" in finding.detail
    assert "follow the link" in finding.fix


def test_confirmed_addresses_are_fine_and_a_subscribed_function_is_not_counted() -> None:
    (finding,) = listeners([subscription("ops@example.com"), subscription("arn:aws:lambda", protocol="lambda")])
    assert (finding.level, finding.detail) == ("ok", "1 confirmed")
    (nobody,) = listeners([subscription("arn:aws:lambda", protocol="lambda")])
    assert nobody.level == "warn"


def program(folder: Path, name: str, *, exits: int = 0, says: str = "") -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\necho '{says}'\nexit {exits}\n")
    (folder / name).chmod(0o755)


def checkout(folder: Path, *, installed: str, pinned: str) -> Path:
    (folder / "node_modules/aws-cdk").mkdir(parents=True)
    (folder / "node_modules/aws-cdk/package.json").write_text(json.dumps({"version": installed}))
    (folder / "package.json").write_text(json.dumps({"devDependencies": {"aws-cdk": pinned}}))
    return folder


def examined(root: Path, *, deployed: bool = False) -> dict[str, Finding]:
    return {finding.check: finding for finding in machine(root, deployed=deployed)}


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the only folder on the PATH, so that the machine has no other programs."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("CDK_DOCKER", raising=False)
    return folder


def test_a_machine_with_everything_is_fine(tools: Path, tmp_path: Path) -> None:
    program(tools, "node", says="v22.1.0")
    program(tools, "docker")
    found = examined(checkout(tmp_path, installed="2.1.0", pinned="2.1.0"))
    assert {check: finding.level for check, finding in found.items()} == {"node": "ok", "cdk": "ok", "images": "ok"}


@pytest.mark.usefixtures("tools")
def test_a_bare_machine_fails_with_what_to_install(tmp_path: Path) -> None:
    found = examined(tmp_path)
    assert {check: finding.level for check, finding in found.items()} == {
        "node": "fail",
        "cdk": "fail",
        "images": "fail",
    }
    assert failed(found.values())
    assert all(finding.fix for finding in found.values())


@pytest.mark.usefixtures("tools")
def test_operating_a_deployed_stage_needs_no_tools(tmp_path: Path) -> None:
    found = examined(tmp_path, deployed=True)
    assert not failed(found.values())
    assert "only deploying needs it" in found["images"].detail


def test_old_and_mismatched_tools_are_named(tools: Path, tmp_path: Path) -> None:
    program(tools, "node", says="v18.19.0")
    program(tools, "docker", exits=1)
    found = examined(checkout(tmp_path, installed="3.0.0", pinned="2.1.0"))
    assert "version 18.19.0" in found["node"].detail
    assert "3.0.0 is installed, 2.1.0 is pinned" in found["cdk"].detail
    assert "does not answer" in found["images"].detail


def test_cdk_has_to_be_told_of_podman_when_docker_is_missing(
    tools: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tools, "podman")
    assert examined(tmp_path)["images"].fix == "export CDK_DOCKER=podman"
    monkeypatch.setenv("CDK_DOCKER", "podman")
    assert examined(tmp_path)["images"].level == "ok"


def test_stage_settings_come_from_the_checkout_and_an_unknown_stage_is_reported(tmp_path: Path) -> None:
    settings, finding = stage_settings(ROOT, "staging")
    assert settings is not None
    assert (settings["approval"], finding.level) == (True, "ok")
    nothing, unknown = stage_settings(ROOT, "nowhere")
    assert (nothing, unknown.level) == (None, "fail")
    assert "choose one of dev, staging, prod" in unknown.detail
    assert stage_settings(tmp_path, "dev")[1].level == "warn"


def test_without_credentials_no_further_call_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/dev/null")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    answers, (finding,) = account.caller(None)
    assert not answers
    assert finding.level == "fail"
    assert "AWS_PROFILE" in finding.fix
