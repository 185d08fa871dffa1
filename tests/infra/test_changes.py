"""The comment on a pull request puts first what a reviewer must not miss."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from infra.changes.__main__ import changes_between
from infra.changes.comment import LONGEST, comment
from infra.changes.specification import SpecificationMissing, specification
from tests.infra.synthesized import ROOT


def resource(kind: str, policy: str = "Delete", **properties: Any) -> dict[str, Any]:
    return {"Type": kind, "Properties": properties, "DeletionPolicy": policy, "UpdateReplacePolicy": policy}


def statement(action: str, resource: Any = "*") -> dict[str, Any]:
    return {"Statement": [{"Effect": "Allow", "Action": action, "Resource": resource}]}


OLD = {
    "Bucket": resource("AWS::S3::Bucket", "Retain"),
    "Table": resource("AWS::DynamoDB::Table", TableName="one"),
    "Task": resource("AWS::ECS::TaskDefinition", Cpu="256"),
    "Service": resource("AWS::ECS::Service", TaskDefinition={"Ref": "Task"}, DesiredCount=1),
    "Policy": resource("AWS::IAM::Policy", PolicyDocument=statement("s3:GetObject")),
    "Group": resource("AWS::EC2::SecurityGroup", GroupDescription="x"),
    "Same": resource("AWS::SNS::Topic"),
    "Meta": resource("AWS::CDK::Metadata", Analytics="a"),
}
NEW = {
    "Table": resource("AWS::DynamoDB::Table", TableName="two"),
    "Task": resource("AWS::ECS::TaskDefinition", Cpu="512"),
    "Service": resource("AWS::ECS::Service", TaskDefinition={"Ref": "Task"}, DesiredCount=2),
    "Policy": resource("AWS::IAM::Policy", PolicyDocument=statement("s3:*")),
    "Group": resource(
        "AWS::EC2::SecurityGroup",
        GroupDescription="x",
        SecurityGroupIngress=[{"CidrIp": "0.0.0.0/0", "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22}],
    ),
    "Same": resource("AWS::SNS::Topic"),
    "Meta": resource("AWS::CDK::Metadata", Analytics="b"),
    "Queue": resource("AWS::SQS::Queue"),
}


def write(folder: Path, resources: dict[str, Any], stack: str = "courtside-dev-data") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / f"{stack}.template.json").write_text(json.dumps({"Resources": resources}))
    return folder


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([ROOT / "scripts/diff-comment", *arguments], capture_output=True, text=True, check=False)


@pytest.fixture
def text(tmp_path: Path) -> str:
    done = run(write(tmp_path / "old", OLD), write(tmp_path / "new", NEW), "--title", "Stage dev")
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_dangers_come_first_then_replacements_then_permissions(text: str) -> None:
    assert text.startswith("## Stage dev\n")
    order = ("1 added, 3 changed, 2 replaced, 1 removed; permissions of 2", "### ⚠ Data at risk", "### Replaced")
    places = [text.index(part) for part in (*order, "### Permissions", "<details>")]
    assert places == sorted(places)


def test_the_comment_says_whether_data_is_kept_or_deleted(text: str) -> None:
    bucket = "- `courtside-dev-data/Bucket` (AWS::S3::Bucket) would be removed; what it holds stays in the account"
    table = (
        "- `courtside-dev-data/Table` (AWS::DynamoDB::Table) would be replaced: TableName; **what it holds is deleted**"
    )
    assert bucket in text
    assert table in text


def test_permissions_are_shown_as_given_and_taken(text: str) -> None:
    assert "+ Allow Action s3:* Resource *\n- Allow Action s3:GetObject Resource *" in text
    assert "+ Ingress from 0.0.0.0/0 tcp ports 22-22" in text


def test_every_change_is_in_its_stacks_table_and_nothing_else(text: str) -> None:
    table = text[text.index("<details>") :]
    for row in ("| + added | `Queue` | SQS::Queue |", "| ~ changed | `Service` | ECS::Service | DesiredCount |"):
        assert row in table
    assert "`Same`" not in table
    assert "`Meta`" not in table


def test_ci_can_refuse_a_change_that_deletes_data(tmp_path: Path) -> None:
    old = write(tmp_path / "old", OLD)
    assert run(old, write(tmp_path / "new", NEW), "--fail-on-data-loss").returncode == 3
    harmless = write(tmp_path / "harmless", {**OLD, "Queue": resource("AWS::SQS::Queue")})
    assert run(old, harmless, "--fail-on-data-loss").returncode == 0


def test_a_comment_without_changes_says_so(tmp_path: Path) -> None:
    old = write(tmp_path / "old", OLD)
    assert run(old, old).stdout == "## Infrastructure changes\n\nNo resource changes.\n"


def test_removing_a_stack_removes_all_its_resources() -> None:
    changes = changes_between({"a": {"Resources": OLD}}, {})
    assert {change.action for change in changes} == {"removed"}
    assert {change.logical_id for change in changes if change.endangers} == {"Bucket", "Table"}


@pytest.mark.parametrize(
    "written",
    [
        {"Fn::GetAtt": ["Task", "Arn"]},
        {"Fn::GetAtt": "Task.Arn"},
        {"Fn::Sub": "${Task}"},
        {"Fn::Sub": ["${it}", {"it": {"Ref": "Task"}}]},
        {"Fn::Join": [":", [{"Ref": "Task"}, "1"]]},
    ],
)
def test_a_replacement_is_followed_through_every_form_of_reference(written: Any) -> None:
    tasks = [resource("AWS::ECS::TaskDefinition", Family=family) for family in ("one", "two")]
    user = resource("AWS::Scheduler::Schedule", Name=written)
    old, new = ({"Resources": {"Task": task, "User": user}} for task in tasks)
    (_, followed) = changes_between({"a": old}, {"a": new})
    assert (followed.logical_id, followed.action, followed.causes) == ("User", "replaced", ("Task is replaced",))


def test_a_folder_without_templates_is_bad_input(tmp_path: Path) -> None:
    done = run(tmp_path, tmp_path)
    assert done.returncode == 2
    assert "cdk synth --output" in done.stderr


def test_a_comment_fits_githubs_limit() -> None:
    many = {f"Queue{number}": resource("AWS::SQS::Queue") for number in range(3000)}
    text = comment(changes_between({"a": {}}, {"a": {"Resources": many}}), title="t")
    assert len(text) < LONGEST + 100
    assert text.rstrip().endswith("`cdk diff`.")


def test_without_the_cdk_cli_the_error_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(SpecificationMissing, match="make setup"):
        specification(tmp_path / "none.json.gz")
