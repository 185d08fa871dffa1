"""Assemblies deploy in order, are updated, and are refused if they are broken."""

import json
from pathlib import Path

import pytest

from embedded_aws.assembly import read_assembly
from embedded_aws.errors import AssemblyInvalid, StackFailed
from tests.integration.embedded_aws import cloud
from tests.integration.embedded_aws.conftest import Deployed


def test_deploying_the_same_assembly_again_changes_nothing(deployed: Deployed) -> None:
    assert deployed.aws.deploy(deployed.assembly) == deployed.aws.outputs


def test_file_assets_are_uploaded(deployed: Deployed) -> None:
    bucket = "cdk-hnb659fds-assets-000000000000-us-east-1"
    s3 = deployed.aws.client("s3")
    assert s3.get_object(Bucket=bucket, Key="data.txt")["Body"].read() == b"a file asset"
    assert s3.get_object(Bucket=bucket, Key="context.zip")["Body"].read(2) == b"PK"


def test_a_refused_stack_names_the_resource_and_why(deployed: Deployed, tmp_path: Path) -> None:
    with pytest.raises(StackFailed) as failure:
        deployed.aws.deploy(_one_stack(tmp_path, {"Odd": {"Type": "AWS::Made::Up", "Properties": {}}}))
    assert failure.value.stack == "refused"
    assert "AWS::Made::Up" in str(failure.value)


def test_a_resource_that_fails_is_named_with_its_reason(deployed: Deployed, tmp_path: Path) -> None:
    rule = {"Type": "AWS::EC2::SecurityGroupIngress", "Properties": {"GroupId": "sg-none", "IpProtocol": "tcp"}}
    with pytest.raises(StackFailed) as failure:
        deployed.aws.deploy(_one_stack(tmp_path, {"Rule": rule}, name="failing"))
    assert [each[:2] for each in failure.value.failures] == [("Rule", "AWS::EC2::SecurityGroupIngress")]
    assert "security group sg-none does not exist" in str(failure.value)


def test_stacks_come_after_those_they_depend_on(tmp_path: Path) -> None:
    assembly = read_assembly(cloud.write(tmp_path, http_endpoint="http://127.0.0.1:1"))
    assert [stack.name for stack in assembly.stacks] == ["test-data", "test-tracking", "test-pipeline"]
    assert len(assembly.images) == 3


@pytest.mark.parametrize(
    ("manifest", "reason"),
    [
        (None, "manifest.json cannot be read"),
        ("{", "manifest.json cannot be read"),
        ('{"artifacts": {}}', "it holds no stack"),
        ('{"artifacts": {"A": {"type": "x", "dependencies": ["B"]}}}', "it lacks the artifacts B"),
        ('{"artifacts": {"A": {"type": "x", "dependencies": ["A"]}}}', "depend on each other"),
    ],
)
def test_a_folder_that_is_not_an_assembly_is_refused(tmp_path: Path, manifest: str | None, reason: str) -> None:
    if manifest is not None:
        (tmp_path / "manifest.json").write_text(manifest)
    with pytest.raises(AssemblyInvalid, match=reason):
        read_assembly(tmp_path)


def _one_stack(directory: Path, resources: dict[str, object], *, name: str = "refused") -> Path:
    (directory / "s.template.json").write_text(json.dumps({"Resources": resources}))
    stack = {
        "type": "aws:cloudformation:stack",
        "properties": {"templateFile": "s.template.json", "stackName": name},
    }
    (directory / "manifest.json").write_text(json.dumps({"artifacts": {"S": stack}}))
    return directory
