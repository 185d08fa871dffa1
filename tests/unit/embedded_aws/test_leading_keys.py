"""The partitions that a request to DynamoDB names are found in every form of request."""

from typing import Any

import pytest

from embedded_aws.patches.leading_keys import leading_keys

LOCK, CHAMPION = {"pk": {"S": "lock"}, "sk": {"S": "x"}}, {"pk": {"S": "champion"}, "sk": {"S": "y"}}
REQUESTS: list[tuple[dict[str, Any], list[str]]] = [
    ({"TableName": "t", "Key": LOCK}, ["lock"]),
    ({"TableName": "arn:aws:dynamodb:us-east-1:1:table/t", "Item": CHAMPION}, ["champion"]),
    (
        {"TransactItems": [{"Put": {"TableName": "t", "Item": LOCK}}, {"Delete": {"TableName": "t", "Key": CHAMPION}}]},
        ["lock", "champion"],
    ),
    ({"RequestItems": {"t": {"Keys": [LOCK, CHAMPION]}}}, ["lock", "champion"]),
    (
        {"RequestItems": {"t": [{"PutRequest": {"Item": LOCK}}, {"DeleteRequest": {"Key": CHAMPION}}]}},
        ["lock", "champion"],
    ),
    (
        {
            "TableName": "t",
            "KeyConditionExpression": "#p = :p AND sk > :s",
            "ExpressionAttributeNames": {"#p": "pk"},
            "ExpressionAttributeValues": {":p": {"S": "history"}, ":s": {"S": "a"}},
        },
        ["history"],
    ),
    ({"TableName": "t"}, []),
    ({"TableName": "another", "Key": LOCK}, []),
]


@pytest.mark.parametrize(("request_body", "named"), REQUESTS)
def test_the_partition_of_every_item_in_a_request_is_found(request_body: dict[str, Any], named: list[str]) -> None:
    tables = {"t": "pk"}
    assert leading_keys(request_body, partition_key=lambda table: tables.get(table.rsplit("/", 1)[-1])) == named
