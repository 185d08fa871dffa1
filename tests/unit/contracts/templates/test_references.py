"""References in a template are found in every form that CloudFormation allows."""

from typing import Any

import pytest

from courtside.contracts.templates.references import NotText, Reference, references, text


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Ref": "Bucket"}, ["<Bucket>"]),
        ({"Fn::GetAtt": ["Database", "Endpoint.Address"]}, ["<Database.Endpoint.Address>"]),
        ({"Fn::GetAtt": "Database.Endpoint.Address"}, ["<Database.Endpoint.Address>"]),
        ({"Fn::ImportValue": "data:Lake"}, ["<data:Lake>"]),
        ({"Fn::GetStackOutput": {"StackName": "data", "OutputName": "Lake"}}, ["<data:Lake>"]),
        ({"Fn::Sub": "${AWS::Region}-${Bucket.Arn}-${!literal}"}, ["<AWS::Region>", "<Bucket.Arn>"]),
        ({"Fn::Sub": ["${here}/${Bucket}", {"here": {"Ref": "Topic"}}]}, ["<Bucket>", "<Topic>"]),
        ({"Fn::If": ["IsProd", {"Ref": "Large"}, {"Ref": "Small"}]}, ["<Large>", "<Small>"]),
        ([{"a": [{"Fn::Join": ["", ["x", {"Ref": "Deep"}]]}]}, "Ref", 3, None], ["<Deep>"]),
        # A property may also be called "Ref": only a mapping with that single key is a reference.
        ({"Ref": "Bucket", "Other": {"Ref": "Topic"}}, ["<Topic>"]),
    ],
)
def test_every_reference_within_a_value_is_found(value: Any, expected: list[str]) -> None:
    assert [str(each) for each in references(value)] == expected


def test_an_import_is_distinguished_from_a_resource_of_the_same_name() -> None:
    found = list(references([{"Ref": "Lake"}, {"Fn::ImportValue": "Lake"}]))
    assert found == [Reference("Lake"), Reference("Lake", imported=True)]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain ${X}", "plain ${X}"),
        ({"Fn::Join": ["/", ["arn", {"Ref": "Bucket"}, {"Fn::Sub": "${Key.Arn}"}]]}, "arn/BUCKET/KEY"),
        ({"Fn::Sub": "${Bucket}/${!kept}"}, "BUCKET/${kept}"),
        ({"Fn::Sub": ["${here}${none}/${Bucket}", {"here": {"Ref": "Topic"}, "none": ""}]}, "TOPIC/BUCKET"),
        ({"Fn::Select": [2, {"Fn::Split": ["/", {"Ref": "Id"}]}]}, "</2 of ID>"),
    ],
)
def test_a_value_becomes_text_with_its_references_replaced(value: Any, expected: str) -> None:
    assert text(value, lambda reference: reference.name.upper()) == expected


@pytest.mark.parametrize("value", [3, None, [], {"Fn::GetAZs": ""}, {"Fn::Join": ["", [{"Fn::Base64": "x"}]]}])
def test_a_value_that_is_not_text_is_refused_and_named(value: Any) -> None:
    with pytest.raises(NotText) as caught:
        text(value)
    assert str(caught.value.value) in str(value)
