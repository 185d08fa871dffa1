"""What a restore meets besides: a table that is gone, rounds of the stage, and rows that were erased on request."""

import re
import signal
import time
from datetime import timedelta

from courtside.cli.entry import EXIT_INTERRUPTED
from courtside.contracts import lake_keys
from courtside.contracts.names import StackOutput
from courtside.core.parquet import read_parquet_content
from embedded_aws.faults.client import HOLD
from tests.fakes.own_points import done
from tests.faults.fault import fault
from tests.faults.model import PATIENCE_SECONDS, TO_COME, Model, load, rows
from tests.faults.restore.kept import kept
from tests.faults.restore.losses import (
    documents_removed,
    moment,
    objects_removed,
    restored,
    unreadable_versions_removed,
)
from tests.faults.restore.processes import failed, started, told


@fault(
    "The ledger's table is deleted.",
    promise="`courtside restore` names the commands that bring its last moment back, and they do.",
    quick=True,
)
def test_a_deleted_table_comes_back_by_the_commands_that_the_error_names(model: Model) -> None:
    client, table = model.stage.aws.client("dynamodb"), model.loop.output(StackOutput.LEDGER_TABLE)
    before, then = kept(model), moment()
    client.update_table(TableName=table, DeletionProtectionEnabled=False)
    client.delete_table(TableName=table)
    said = failed("restore", "--to", told(then), "--yes", "--only", "ledger")
    assert said.startswith("LedgerDeleted")
    named = re.search(r"restore-table-from-backup --target-table-name (\S+) --backup-arn (\S+)`", said)
    assert named is not None
    client.restore_table_from_backup(TargetTableName=named[1], BackupArn=named[2])
    client.update_continuous_backups(
        TableName=named[1], PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    assert kept(model) == before
    model.loop.predict(TO_COME)


@fault(
    "A round runs when a stage is to be brought back.",
    promise="The command refuses and changes nothing; after the round it works.",
)
def test_a_stage_that_works_is_not_brought_back(model: Model) -> None:
    then = moment()
    with model.faults.fault("round", HOLD(caller="FindDue", request="^POST|^PUT")):
        arn = _round(model)
        model.faults.wait_held("round")
        before = kept(model)
        said = failed("restore", "--to", told(then), "--yes", "--only", "lake", "--only", "ledger")
        assert said.startswith("StageWorks")
        assert kept(model) == before
        model.faults.release("round")
    _ended(model, arn)
    restored(then, "lake", "ledger")


@fault(
    "A round begins while a stage is brought back.",
    promise="The command says so and fails; the same command again brings all back as it was.",
)
def test_a_round_that_begins_meanwhile_is_noticed(model: Model) -> None:
    before, then = kept(model), moment()
    documents_removed(model)
    words = ("restore", "--to", told(then), "--yes", "--only", "lake", "--only", "ledger")
    held = HOLD(caller="^$", service="dynamodb", request="PutItem")
    with model.faults.fault("write", held), started(*words) as ours:
        model.faults.wait_held("write")
        _ended(model, _round(model))
        model.faults.release("write")
        _, said = ours.communicate(timeout=PATIENCE_SECONDS)
    assert ours.returncode == 1
    assert b"StageWorkedMeanwhile" in said
    restored(then, "lake", "ledger")
    assert kept(model) == before


@fault(
    "A person pauses the model while DynamoDB makes the table of the moment that the stage is brought back to.",
    promise="All is as it was at that moment, the model's entry too.",
)
def test_what_is_written_while_the_table_is_made_is_brought_back(model: Model) -> None:
    before, then = kept(model), moment()
    held = HOLD(caller="^$", service="dynamodb", request="RestoreTableToPointInTime")
    with model.faults.fault("table", held), started("restore", "--to", told(then), "--yes", "--only", "ledger") as ours:
        model.faults.wait_held("table")
        done("models", "pause", model.name)
        assert kept(model) != before
        model.faults.release("table")
        _, said = ours.communicate(timeout=PATIENCE_SECONDS)
    assert ours.returncode == 0, said
    assert kept(model) == before


@fault(
    "A person ends `courtside restore` by Ctrl-C when the first document is written.",
    promise="It says that the stage may be of both times until the same command has run to its end, and that does it.",
)
def test_a_person_ends_a_restore(model: Model) -> None:
    before, then = kept(model), moment()
    done("models", "pause", model.name)
    held = HOLD(caller="^$", service="dynamodb", request="PutItem", times=1)
    with model.faults.fault("write", held), started("restore", "--to", told(then), "--yes", "--only", "ledger") as ours:
        model.faults.wait_held("write")
        ours.send_signal(signal.SIGINT)
        model.faults.release("write")
        _, said = ours.communicate(timeout=PATIENCE_SECONDS)
    assert ours.returncode == EXIT_INTERRUPTED, said
    assert b"may be of both times until the same command has run to its end" in b" ".join(said.split())
    restored(then, "ledger")
    assert kept(model) == before


@fault(
    "A row is erased on request, and then the lake is lost and brought back to a moment before the erasure.",
    promise="The row stays erased, the rows beside it are there, and the command says what to erase again.",
)
def test_what_was_erased_does_not_come_back(model: Model) -> None:
    load(model.name, rows(first=300_000, start=TO_COME + timedelta(9), days=1, a_day=5, labelled=False))
    unreadable_versions_removed(model)
    then = moment()
    done("forget", "--model", model.name, "--id", "300001", "--yes")
    objects_removed(model)
    answer = restored(then, "lake", "artifacts")
    assert f"courtside forget --model {model.name}" in answer["stores"][0]["notes"][0]
    table = lake_keys.tables(model.name)
    keys = [key for key in model.stage.lake.keys(table) if key.endswith(".parquet") and "/_" not in key]
    ids = [each for key in keys for each in read_parquet_content(model.stage.lake.read(key))["parcel"].to_pylist()]
    assert [each for each in sorted(ids) if each >= 300_000] == [300_000, 300_002, 300_003, 300_004]
    assert done("forget", "--model", model.name, "--id", "300001", "--dry-run")["places"] == []


def _round(model: Model) -> str:
    """Start a round as the schedule does."""
    client = model.stage.aws.client("stepfunctions")
    started_at = f'{{"as_of": "{TO_COME.isoformat()}T06:15:00Z"}}'
    return str(
        client.start_execution(stateMachineArn=model.loop.output(StackOutput.WATCH), input=started_at)["executionArn"]
    )


def _ended(model: Model, arn: str) -> None:
    """Wait until a round has ended, however it did."""
    client, deadline = model.stage.aws.client("stepfunctions"), time.monotonic() + PATIENCE_SECONDS
    while client.describe_execution(executionArn=arn)["status"] == "RUNNING":
        assert time.monotonic() < deadline
        time.sleep(0.1)
