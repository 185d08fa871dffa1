"""The ledger's table as it was: DynamoDB makes another table of a moment, which is read and removed again."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from courtside.adapters import aws_clients
from courtside.adapters.dynamodb_ledger import entry_of, item_of, place_of
from courtside.adapters.many_requests import request_each
from courtside.workflows.ports import LedgerEntry
from courtside.workflows.restore.errors import LedgerDeleted

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_AT_ONCE = 8
_POLL_SECONDS, _MOST_POLLS = 10, 720
_LONGEST_NAME = 255


@dataclass(frozen=True)
class DynamoDbPastLedger:
    """The table of a ledger; `progress` hears what is waited for."""

    table: str
    progress: Callable[[str], None] = field(default=lambda _: None)

    @cached_property
    def _dynamodb(self) -> "DynamoDBClient":
        return aws_clients.client("dynamodb")

    def restorable(self) -> tuple[datetime, datetime]:
        """Return the earliest and the latest moment that it can be seen at; raises `LedgerDeleted`.

        Without point-in-time recovery, both are the moment of the question, at which nothing can be restored.
        """
        client = self._dynamodb
        try:
            found = client.describe_continuous_backups(TableName=self.table)["ContinuousBackupsDescription"]
        except (client.exceptions.TableNotFoundException, client.exceptions.ResourceNotFoundException) as error:
            raise LedgerDeleted(self.table, self._last_backup()) from error
        recovery = found["PointInTimeRecoveryDescription"]
        return recovery["EarliestRestorableDateTime"], recovery["LatestRestorableDateTime"]

    def everything(self) -> list[LedgerEntry]:
        """Return every entry as it is now."""
        return self._scan(self.table)

    def everything_at(self, moment: datetime) -> list[LedgerEntry]:
        """Return every entry as it was at a moment; a table that an earlier try left is used and removed."""
        with self._restored(moment) as table:
            return self._scan(table)

    def overwrite(self, entries: Sequence[LedgerEntry]) -> None:
        """Write entries with their own revisions, whatever is there."""

        def put(each: LedgerEntry) -> None:
            self._dynamodb.put_item(TableName=self.table, Item=item_of(each))

        request_each(put, entries, at_once=_AT_ONCE)

    def remove(self, keys: Sequence[str]) -> None:
        """Remove entries."""

        def delete(key: str) -> None:
            self._dynamodb.delete_item(TableName=self.table, Key=place_of(key))

        request_each(delete, keys, at_once=_AT_ONCE)

    @contextmanager
    def _restored(self, moment: datetime) -> Iterator[str]:
        client, ending = self._dynamodb, f"-at-{moment:%Y%m%dT%H%M%SZ}"
        name = f"{self.table[: _LONGEST_NAME - len(ending)]}{ending}"
        with suppress(client.exceptions.TableAlreadyExistsException):
            client.restore_table_to_point_in_time(
                SourceTableName=self.table, TargetTableName=name, RestoreDateTime=moment
            )
        self.progress("DynamoDB restores the ledger into a table beside it, which may take half an hour")
        waits: Any = {"Delay": _POLL_SECONDS, "MaxAttempts": _MOST_POLLS}
        client.get_waiter("table_exists").wait(TableName=name, WaiterConfig=waits)
        yield name
        client.delete_table(TableName=name)

    def _scan(self, table: str) -> list[LedgerEntry]:
        pages = self._dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
        return [entry_of(item) for page in pages for item in page["Items"]]

    def _last_backup(self) -> str | None:
        """Return the backup that DynamoDB made when the table was deleted."""
        found = self._dynamodb.list_backups(TableName=self.table, BackupType="SYSTEM")["BackupSummaries"]
        newest = max(found, key=lambda each: each["BackupCreationDateTime"], default=None)
        return None if newest is None else newest["BackupArn"]
