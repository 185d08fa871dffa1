"""The condition key `dynamodb:LeadingKeys` holds the partitions that a request to DynamoDB names.

Wrong in 1.5.33: the key is unknown, so that a grant on some partitions of a table grants either nothing or every
partition. Here: it holds the partition key of every item that a request reads or writes, and is absent where none
is named (a scan), as on AWS:
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from embedded_aws.patches.context import PatchContext

_CONDITION = re.compile(r"(#?\w+)\s*=\s*(:\w+)")
_KINDS = ("Get", "Put", "Update", "Delete", "ConditionCheck")


def patch(_: PatchContext) -> None:
    """Add the key to the conditions that ministack computes for a request."""
    from ministack.core import iam_actions
    from ministack.services import dynamodb

    stock = iam_actions.dynamodb_service_context

    def partition_key(table: str) -> str | None:
        found = dynamodb._tables.get(table.rsplit("/", 1)[-1])  # noqa: SLF001
        return None if found is None else str(found["pk_name"])

    def context_of(body: bytes) -> dict[str, Any]:
        context: dict[str, Any] = stock(body)
        try:
            request = json.loads(body or b"{}")
        except ValueError:
            return context
        named = [] if not isinstance(request, dict) else leading_keys(request, partition_key=partition_key)
        return context | ({"dynamodb:LeadingKeys": named} if named else {})

    iam_actions.dynamodb_service_context = context_of


def leading_keys(request: Mapping[str, Any], *, partition_key: Any) -> list[str]:
    """Return the partitions that a request names; `partition_key` returns the name of a table's partition key."""
    return [
        value
        for table, item in _items(request)
        if (name := partition_key(table)) is not None and (value := _value(item.get(name))) is not None
    ] + _queried(request, partition_key=partition_key)


def _items(request: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the table and the item, or its key, of everything that a request reads or writes by key."""
    of_transaction = [each[kind] for each in request.get("TransactItems", []) for kind in _KINDS if kind in each]
    for each in (request, *of_transaction):
        for part in ("Key", "Item"):
            if part in each:
                yield each.get("TableName", ""), each[part]
    for table, asked in request.get("RequestItems", {}).items():
        if isinstance(asked, dict):
            yield from ((table, key) for key in asked.get("Keys", []))
        else:
            writes = (next(iter(write.values())) for write in asked)
            yield from ((table, write.get("Item") or write.get("Key", {})) for write in writes)


def _queried(request: Mapping[str, Any], *, partition_key: Any) -> list[str]:
    """Return the one partition that a query names."""
    name = partition_key(request.get("TableName", ""))
    names, values = request.get("ExpressionAttributeNames", {}), request.get("ExpressionAttributeValues", {})
    conditions = _CONDITION.findall(request.get("KeyConditionExpression", ""))
    found = [_value(values.get(value)) for field, value in conditions if names.get(field, field) == name]
    return [value for value in found if value is not None]


def _value(attribute: Any) -> str | None:
    """Return a key's value whatever its type (`{"S": "lock"}`)."""
    return str(next(iter(attribute.values()))) if isinstance(attribute, dict) and attribute else None
