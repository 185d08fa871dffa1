"""The resources of several stacks, and what refers to what among them."""

from typing import Any

from courtside.contracts.templates.resources import Resource, Resources, exports_of, resources_of

DATA: dict[str, Any] = {
    "Resources": {
        "Lake0123ABCD": {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Snapshot"},
        "Policy": {"Type": "AWS::S3::BucketPolicy", "Properties": {"Bucket": {"Ref": "Lake0123ABCD"}}},
    },
    "Outputs": {
        "Named": {"Value": {"Ref": "Lake0123ABCD"}, "Export": {"Name": "the-lake"}},
        "Plain": {"Value": {"Fn::GetAtt": ["Lake0123ABCD", "Arn"]}},
    },
}
JOBS: dict[str, Any] = {
    "Resources": {
        "Check": {
            "Type": "AWS::Lambda::Function",
            "Properties": {"A": {"Fn::ImportValue": "the-lake"}, "B": {"Fn::ImportValue": "the-lake"}},
        },
        "Copy": {
            "Type": "AWS::ECS::TaskDefinition",
            "Properties": {"From": {"Fn::GetStackOutput": {"StackName": "x-data", "OutputName": "Plain"}}},
        },
        # The same id as a resource of the other stack.
        "Policy": {"Type": "AWS::IAM::Policy", "Properties": {"Roles": [{"Ref": "Missing"}, {"Ref": "AWS::Region"}]}},
    }
}
TEMPLATES = {"x-data": DATA, "x-jobs": JOBS}


def names(resources: tuple[Resource, ...]) -> list[str]:
    return [each.name for each in resources]


def test_a_resource_knows_its_stack_and_what_becomes_of_it() -> None:
    lake, policy = resources_of("x-data", DATA)
    assert (lake.name, lake.kind, lake.properties) == ("data/Lake", "AWS::S3::Bucket", {})
    assert (lake.deletion_policy, lake.replacement_policy) == ("Retain", "Snapshot")
    assert policy.deletion_policy is None


def test_references_are_followed_from_stack_to_stack_by_export_and_by_output() -> None:
    stage = Resources.of(TEMPLATES)
    (lake,) = stage.of_kind("AWS::S3::Bucket")
    assert names(stage.users(lake)) == ["data/Policy", "jobs/Check", "jobs/Copy"]
    (check,) = stage.of_kind("AWS::Lambda::Function")
    assert stage.referred(check.stack, check.properties) == (lake,)


def test_without_exports_references_stay_within_their_stack() -> None:
    stage = Resources(resource for stack, each in TEMPLATES.items() for resource in resources_of(stack, each))
    (lake,) = stage.of_kind("AWS::S3::Bucket")
    assert names(stage.users(lake)) == ["data/Policy"]


def test_what_is_no_resource_of_the_stage_is_referred_to_by_nobody() -> None:
    stage = Resources.of(TEMPLATES)
    (policy,) = stage.of_kind("AWS::IAM::Policy")
    assert stage.referred(policy.stack, policy.properties) == ()
    assert stage.referred("x-jobs", {"Fn::ImportValue": "of-another-stage"}) == ()
    assert stage.find("x-data", "Check") is None


def test_outputs_are_known_by_their_export_and_by_their_stack() -> None:
    assert exports_of(TEMPLATES).keys() == {"the-lake", "x-data:Named", "x-data:Plain"}
