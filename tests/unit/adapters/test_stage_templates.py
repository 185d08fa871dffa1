"""A stage's templates are read from its own stacks, in whichever form CloudFormation hands them out."""

import json

import boto3
import pytest
from botocore.stub import Stubber

from courtside.adapters.deployment import AwsUnusable
from courtside.adapters.stage_templates import StageTemplates
from courtside.contracts.names import STACKS


def template(name: str) -> str:
    return json.dumps({"Resources": {f"{name}Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"Of": name}}}})


def test_the_resources_of_all_stacks_are_returned_with_the_stack_that_has_them(monkeypatch: pytest.MonkeyPatch) -> None:
    client = boto3.client("cloudformation", region_name="eu-west-1")
    monkeypatch.setattr(boto3, "client", lambda _: client)
    with Stubber(client) as stubbed:
        for part in STACKS:
            stubbed.add_response(
                "get_template", {"TemplateBody": template(part)}, {"StackName": f"courtside-test-{part}"}
            )
        templates = StageTemplates("test")
        found = templates.resources()
    assert templates.region == "eu-west-1"
    assert [(each.name, each.kind, each.properties) for each in found] == [
        (f"{part}/{part}Bucket", "AWS::S3::Bucket", {"Of": part}) for part in STACKS
    ]


def test_a_refusal_is_an_error_with_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    client = boto3.client("cloudformation", region_name="eu-west-1")
    monkeypatch.setattr(boto3, "client", lambda _: client)
    with Stubber(client) as stubbed:
        stubbed.add_client_error("get_template", "AccessDenied", "no right to cloudformation:GetTemplate")
        with pytest.raises(AwsUnusable, match="cloudformation:GetTemplate"):
            StageTemplates("test").resources()


def test_a_process_that_has_no_region_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    with pytest.raises(AwsUnusable, match="region"):
        _ = StageTemplates("test").region
