"""The commands `arrivals` and `retry` of `courtside tables` and `courtside games`: what arrived by itself."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Protocol

import typer

from courtside.cli.console import JsonFlag, people, print_json, print_table, say
from courtside.cli.stage import Model, Stage
from courtside.core.sentences import ended

if TYPE_CHECKING:
    from courtside.contracts.records import ArrivalRecord
    from courtside.core.dataset import Dataset
    from courtside.workflows.ports import Lake

NowFlag = Annotated[bool, typer.Option("--now", help="First take in what has arrived, as the schedule does.")]
QuarantineFlag = Annotated[bool, typer.Option("--quarantine", help="Only files that are set aside, whole or in part.")]
ArrivalId = Annotated[str, typer.Argument(help="The file, as `arrivals` lists it.")]
_LONGEST_PATH = 60
_ARRIVALS_HELP = """List the files that arrived by themselves, oldest first, and what became of them.

Files arrive under `incoming/<model>/` in the stage's lake, or where the contract's key `incoming` says. The table shows
their paths below that place, and --json whole addresses, also of files in a folder of no model.

Examples:

- `courtside {group} arrivals --stage dev --json`

- `courtside {group} arrivals --now --quarantine`
"""
_RETRY_HELP = """Let the next round look again at a file that was refused as a whole, as after a contract was corrected.

A file that was corrected need not be named: it arrives by being written again.

Example: `courtside {group} retry 4f1c2b7a90d3e815 --stage dev`
"""


class RowsOf(Protocol):
    """Find the lake and the contract of a model of some kind: the one that is named, or the only one of the stage."""

    def __call__(self, stage: str, *, model: str | None) -> "tuple[Lake, Dataset]":
        """Raise a named `BadInput` where no model, or another kind of model, would be meant."""
        ...


def add_arrival_commands(app: typer.Typer, group: str, rows_of: "RowsOf") -> None:
    """Add `arrivals` and `retry` to a group of commands; `rows_of` returns the lake and the contract of a model."""

    @app.command("arrivals", help=_ARRIVALS_HELP.format(group=group))
    def list_arrivals(
        stage: Stage = "dev",
        model: Model = None,
        now: NowFlag = False,
        quarantine: QuarantineFlag = False,
        as_json: JsonFlag = False,
    ) -> None:
        with people.status("Asking the stage"):
            lake, dataset = rows_of(stage, model=model)
        if now:
            _take_in(stage, dataset.name)
        _show(lake, dataset, quarantine=quarantine, as_json=as_json)

    @app.command("retry", help=_RETRY_HELP.format(group=group))
    def retry(arrival_id: ArrivalId, stage: Stage = "dev", model: Model = None, as_json: JsonFlag = False) -> None:
        with people.status("Asking the stage"):
            lake, dataset = rows_of(stage, model=model)
        _take_in_again(arrival_id, lake, dataset, as_json=as_json)


def _take_in(stage: str, model: str) -> None:
    """Run a round for a model of a stage; raises `RoundFailed`."""
    from courtside.adapters.deployed_check import receive_now
    from courtside.adapters.deployment import reaching_aws, stage_outputs
    from courtside.contracts.events import ArrivalsRequest
    from courtside.contracts.names import StackOutput

    with people.status("Taking in what has arrived"), reaching_aws():
        function = stage_outputs(stage)[StackOutput.RECEIVE_ROWS]
        done = receive_now(function, ArrivalsRequest(model=model))
    say(
        f"files looked at: {done.files}, loaded: {done.loaded}, refused whole: {done.refused}, with wrong rows: "
        f"{done.quarantined - done.refused}, left for the next round: {done.waiting}; rows new or changed: {done.rows}"
    )


def _show(lake: "Lake", dataset: "Dataset", *, quarantine: bool, as_json: bool) -> None:
    """Print which files arrived, oldest first."""
    from courtside.contracts import lake_keys
    from courtside.workflows.arrival_records import arrival_records, astray, astray_said, in_quarantine

    with people.status("Asking the stage"):
        records = arrival_records(lake=lake, dataset=dataset)
        lost = astray(lake=lake, dataset=dataset)
    aside = in_quarantine(records)
    shown = aside if quarantine else records
    if as_json:
        kept = {record.id for record in aside}
        told = [record.model_dump(mode="json") | {"in_quarantine": record.id in kept} for record in shown]
        print_json(told if quarantine else told + [_not_looked_at(lake.uri(key)) for key in lost])
        return
    places = [lake.uri(lake_keys.incoming(dataset.name)), *([dataset.incoming] if dataset.incoming else [])]
    print_table(f"Files that arrived for {dataset.name}", [_row(record, places) for record in shown])
    for record in aside:
        say(f"{record.id} ({record.file}): {ended(record.reason)} It is kept in {lake.uri(record.quarantine or '')}")
    if lost:
        say(astray_said(lost, lake=lake, dataset=dataset))


def _take_in_again(arrival_id: str, lake: "Lake", dataset: "Dataset", *, as_json: bool) -> None:
    """Let the next round look at a refused file once more."""
    from courtside.workflows.arrival_records import look_again

    with people.status("Asking the stage"):
        record = look_again(arrival_id, lake=lake, dataset=dataset)
    if as_json:
        print_json(record.model_dump(mode="json"))
    else:
        say(f"the next round looks at {record.file} again, if it is still as it was; `arrivals --now` runs one")


def _not_looked_at(file: str) -> dict[str, Any]:
    from courtside.contracts.records import ArrivalRecord

    reason = "its folder is that of no model, so nobody looks at it"
    told = {"file": file, "outcome": "not looked at", "reason": reason, "in_quarantine": False}
    return dict.fromkeys(ArrivalRecord.model_fields) | told


def _row(record: "ArrivalRecord", places: Sequence[str]) -> dict[str, Any]:
    place = max((each for each in places if record.file.startswith(each)), key=len, default="")
    path = record.file.removeprefix(place)
    return {
        "id": record.id,
        "taken in (UTC)": f"{record.seen_at:%Y-%m-%d %H:%M}",
        "file": path if len(path) <= _LONGEST_PATH else f"…{path[1 - _LONGEST_PATH :]}",
        "outcome": record.outcome.value,
        "new": record.new,
        "changed": record.changed,
        "same": record.same,
        "wrong": record.wrong,
    }
