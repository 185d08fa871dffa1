"""The ledger in a DynamoDB table: one item per document, conditional writes, and several writes in one transaction.

A key's part before the last slash is the item's partition, the rest its sort key.
"""

from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from courtside.adapters import aws_clients
from courtside.workflows.ports import LedgerEntry, LedgerWrite

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.paginator import QueryPaginator
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

PARTITION, SORT = "partition", "sort"
_AT_ONCE = 8
"""Partitions that are asked at once, fewer than the connections that a client keeps."""


class DynamoDbLedger:
    """Documents of one table; the client is created on first use."""

    def __init__(self, table: str) -> None:
        self.table = table

    @cached_property
    def _dynamodb(self) -> "DynamoDBClient":
        return aws_clients.client("dynamodb")

    def get(self, key: str) -> LedgerEntry | None:
        """Return the newest document under `key`, or None."""
        item = self._dynamodb.get_item(TableName=self.table, Key=place_of(key), ConsistentRead=True).get("Item")
        return None if item is None else entry_of(item)

    def entries(self, *prefixes: str) -> list[LedgerEntry]:
        """Return every entry of some partitions (each its name and a slash), by partition and key."""
        query = self._dynamodb.get_paginator("query")
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return [entry for found in pool.map(partial(self._partition, query), prefixes) for entry in found]

    def _partition(self, query: "QueryPaginator", prefix: str) -> list[LedgerEntry]:
        pages = query.paginate(
            TableName=self.table,
            KeyConditionExpression=f"#{PARTITION} = :{PARTITION}",
            ExpressionAttributeNames={f"#{PARTITION}": PARTITION},
            ExpressionAttributeValues={f":{PARTITION}": {"S": prefix.removesuffix("/")}},
            ConsistentRead=True,
        )
        return [entry_of(item) for page in pages for item in page["Items"]]

    def put(self, *writes: LedgerWrite) -> bool:
        """Write all or none; return False when a revision was not as expected, or somebody else is writing."""
        try:
            self._dynamodb.transact_write_items(TransactItems=[self._item(write) for write in writes])
        except ClientError as error:
            if error.response["Error"]["Code"] in {"TransactionCanceledException", "TransactionConflictException"}:
                return False
            raise
        return True

    def _item(self, write: LedgerWrite) -> "TransactWriteItemTypeDef":
        """Return one conditional put."""
        new = write.expected_revision == 0
        put: Any = {
            "TableName": self.table,
            "Item": item_of(LedgerEntry(write.key, write.document, write.expected_revision + 1)),
            "ConditionExpression": "attribute_not_exists(#revision)" if new else "#revision = :expected",
            "ExpressionAttributeNames": {"#revision": "revision"},
        }
        if not new:
            put["ExpressionAttributeValues"] = {":expected": {"N": str(write.expected_revision)}}
        return {"Put": put}


def place_of(key: str) -> dict[str, Any]:
    """Return where the table has what lies under a key."""
    partition, _, sort = key.rpartition("/")
    return {PARTITION: {"S": partition}, SORT: {"S": sort}}


def item_of(entry: LedgerEntry) -> dict[str, Any]:
    """Return an entry as the table has it."""
    return {**place_of(entry.key), "document": {"S": entry.document}, "revision": {"N": str(entry.revision)}}


def entry_of(item: Any) -> LedgerEntry:
    """Return what an item of the table says, the inverse of `item_of`."""
    key = f"{item[PARTITION]['S']}/{item[SORT]['S']}"
    return LedgerEntry(key, item["document"]["S"], int(item["revision"]["N"]))
