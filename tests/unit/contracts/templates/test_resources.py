"""Resources of several stacks know which of them refer to which."""

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
        # A resource of the other stack has the same id.
        "Policy": {"Type": "AWS::IAM::Policy", "Properties": {"Roles": [{"Ref": "Missing"}, {"Ref": "AWS::Region"}]}},
    }
}
TEMPLATES = {"x-data": DATA, "x-jobs": JOBS}


def names(resources: tuple[Resource, ...]) -> list[str]:
    return [each.name for each in resources]


def test_a_resource_knows_its_stack_and_its_deletion_policies() -> None:
    lake, policy = resources_of("x-data", DATA)
    assert (lake.name, lake.kind, lake.properties) == ("data/Lake", "AWS::S3::Bucket", {})
    assert (lake.deletion_policy, lake.replacement_policy) == ("Retain", "Snapshot")
    assert policy.deletion_policy is None


def test_references_between_stacks_are_followed_through_exports_and_outputs() -> None:
    stage = Resources.of(TEMPLATES)
    (lake,) = stage.of_kind("AWS::S3::Bucket")
    assert names(stage.users(lake)) == ["data/Policy", "jobs/Check", "jobs/Copy"]
    (check,) = stage.of_kind("AWS::Lambda::Function")
    assert stage.referred(check.stack, check.properties) == (lake,)


def test_without_exports_references_are_followed_only_within_a_stack() -> None:
    stage = Resources(resource for stack, each in TEMPLATES.items() for resource in resources_of(stack, each))
    (lake,) = stage.of_kind("AWS::S3::Bucket")
    assert names(stage.users(lake)) == ["data/Policy"]


def test_a_reference_to_something_outside_the_stage_finds_no_resource() -> None:
    stage = Resources.of(TEMPLATES)
    (policy,) = stage.of_kind("AWS::IAM::Policy")
    assert stage.referred(policy.stack, policy.properties) == ()
    assert stage.referred("x-jobs", {"Fn::ImportValue": "of-another-stage"}) == ()
    assert stage.find("x-data", "Check") is None


def test_outputs_are_listed_by_export_and_by_stack() -> None:
    assert exports_of(TEMPLATES).keys() == {"the-lake", "x-data:Named", "x-data:Plain"}
