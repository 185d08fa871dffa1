"""A table with point-in-time recovery can be restored as it was at any moment, and leaves a backup when it is deleted.

Wrong in 1.5.33: a template's ``PointInTimeRecoverySpecification`` is ignored; ``RestoreTableToPointInTime`` copies the
table as it is now, whatever moment is asked for; a deleted table is gone. Here: every write is noted in a file of the
table's, from which the moment is made again, and the last state of a deleted table is a backup of the type SYSTEM:
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery_Howitworks.html
"""

import json
import threading
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from embedded_aws.patches.context import PatchContext

_TYPES = ("AWS::DynamoDB::GlobalTable", "AWS::DynamoDB::Table")
_Items = defaultdict[str, dict[str, Any]]


class _History:
    """What was written to each table and when, one line a write: in files, so that no memory grows with them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()

    def wrote(self, table: dict[str, Any], place: tuple[str, str], item: Any) -> None:
        """Note an item that was written, or None for one that was removed."""
        line = json.dumps([time.time(), *place, item])
        with self._lock, self._file(table).open("a") as file:
            file.write(f"{line}\n")

    def at(self, table: dict[str, Any], moment: float) -> _Items:
        """Return the items of a table as they were after the last write of that moment."""
        items: _Items = defaultdict(dict)
        with self._lock:
            lines = self._file(table).read_text().splitlines() if self._file(table).exists() else []
        for at, partition, sort, item in map(json.loads, lines):
            if at > moment:
                break
            items[partition].pop(sort, None)
            if item is not None:
                items[partition][sort] = item
        return defaultdict(dict, {partition: kept for partition, kept in items.items() if kept})

    def _file(self, table: dict[str, Any]) -> Path:
        self._folder.mkdir(parents=True, exist_ok=True)
        return self._folder / f"{table['TableId']}.jsonl"


def patch(context: PatchContext) -> None:
    """Note what is written, and restore from that."""
    history = _History(context.settings.directory / "dynamodb-history")
    _note_writes(history)
    _restore(history)
    _tell_earliest()
    _keep_deleted()
    _enable_by_template()


def _note_writes(history: _History) -> None:
    from ministack.services import dynamodb

    stock_set, stock_remove = dynamodb._set_item, dynamodb._remove_item  # noqa: SLF001

    def set_item(table: dict[str, Any], partition: str, sort: str, item: Any) -> Any:
        old = stock_set(table, partition, sort, item)
        history.wrote(table, (partition, sort), item)
        return old

    def remove_item(table: dict[str, Any], partition: str, sort: str) -> Any:
        old = stock_remove(table, partition, sort)
        history.wrote(table, (partition, sort), None)
        return old

    dynamodb._set_item, dynamodb._remove_item = set_item, remove_item  # noqa: SLF001


def _restore(history: _History) -> None:
    from ministack.services import dynamodb

    stock_restore, stock_from_backup = dynamodb._restore_table_to_point_in_time, dynamodb._restore_table_from_backup  # noqa: SLF001

    def restore(data: dict[str, Any]) -> Any:
        source = str(data.get("SourceTableName") or data.get("SourceTableArn", "")).rpartition("/")[2]
        moment = float(data.get("RestoreDateTime") or time.time())
        if source in dynamodb._tables and (why := _refused(source, moment)) is not None:  # noqa: SLF001
            return dynamodb.error_response_json(*why, 400)
        answer = stock_restore(data)
        if answer[0] == 200:
            _fill(data["TargetTableName"], history.at(dynamodb._tables[source], moment), history)  # noqa: SLF001
        return answer

    def from_backup(data: dict[str, Any]) -> Any:
        answer = stock_from_backup(data)
        if answer[0] == 200:
            target = data["TargetTableName"]
            _fill(target, dynamodb._tables[target]["items"], history)  # noqa: SLF001
        return answer

    dynamodb._restore_table_to_point_in_time, dynamodb._restore_table_from_backup = restore, from_backup  # noqa: SLF001


def _refused(source: str, moment: float) -> tuple[str, str] | None:
    """Return the error with which DynamoDB refuses to restore a table to a moment."""
    from ministack.services import dynamodb

    if not dynamodb._pitr_settings.get(source):  # noqa: SLF001
        return "PointInTimeRecoveryUnavailableException", f"Point in time recovery is not enabled for '{source}'"
    if not dynamodb._tables[source]["CreationDateTime"] <= moment <= time.time():  # noqa: SLF001
        return "InvalidRestoreTimeException", "RestoreDateTime is not between earliest and latest restorable time"
    return None


def _fill(name: str, items: _Items, history: _History) -> None:
    """Let a table hold these items, and nothing else."""
    from ministack.services import dynamodb

    table = dynamodb._tables[name]  # noqa: SLF001
    table["items"] = items
    dynamodb._items_replaced(table)  # noqa: SLF001
    for partition, kept in items.items():
        for sort, item in kept.items():
            history.wrote(table, (partition, sort), item)


def _tell_earliest() -> None:
    from ministack.services import dynamodb

    stock_describe = dynamodb._describe_continuous_backups  # noqa: SLF001

    def describe(data: dict[str, Any]) -> Any:
        status, headers, body = stock_describe(data)
        described = json.loads(body)
        found = described.get("ContinuousBackupsDescription", {}).get("PointInTimeRecoveryDescription", {})
        if "EarliestRestorableDateTime" in found:
            table = dynamodb._tables[data["TableName"].rpartition("/")[2]]  # noqa: SLF001
            found["EarliestRestorableDateTime"] = table["CreationDateTime"]
            body = json.dumps(described).encode()
        return status, headers, body

    dynamodb._describe_continuous_backups = describe  # noqa: SLF001


def _keep_deleted() -> None:
    from ministack.services import dynamodb

    stock_delete = dynamodb._delete_table  # noqa: SLF001

    def delete(data: dict[str, Any]) -> Any:
        name = str(data.get("TableName", "")).rpartition("/")[2]
        kept = None
        if dynamodb._pitr_settings.get(name):  # noqa: SLF001
            made = dynamodb._create_backup({"TableName": name, "BackupName": f"{name}$DeletedTableBackup"})  # noqa: SLF001
            kept = json.loads(made[2])["BackupDetails"]["BackupArn"]
            dynamodb._backups[kept]["BackupDetails"]["BackupType"] = "SYSTEM"  # noqa: SLF001
        answer = stock_delete(data)
        if answer[0] != 200 and kept is not None:
            dynamodb._backups.pop(kept, None)  # noqa: SLF001
        return answer

    dynamodb._delete_table = delete  # noqa: SLF001


def _enable_by_template() -> None:
    from ministack.services import dynamodb
    from ministack.services.cloudformation import provisioners

    def enabling(stock: Any) -> Any:
        def create(logical_id: str, properties: dict[str, Any], stack: str) -> Any:
            created = stock(logical_id, properties, stack)
            for each in (properties, *properties.get("Replicas", ())):
                asked = each.get("PointInTimeRecoverySpecification", {}).get("PointInTimeRecoveryEnabled")
                if asked in {True, "true"}:
                    dynamodb._pitr_settings[created[0]] = True  # noqa: SLF001
            return created

        return create

    for kind in _TYPES:
        handler = provisioners._RESOURCE_HANDLERS[kind]  # noqa: SLF001
        handler["create"] = enabling(handler["create"])
