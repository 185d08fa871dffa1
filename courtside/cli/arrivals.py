"""`courtside tables arrivals` and `courtside games arrivals`: what arrived by itself, the same for both."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from courtside.cli.console import people, print_json, print_table, say

if TYPE_CHECKING:
    from courtside.contracts.records import ArrivalRecord
    from courtside.core.dataset import Dataset
    from courtside.workflows.ports import Lake

NowFlag = Annotated[bool, typer.Option("--now", help="First take in what has arrived, as the schedule does.")]
QuarantineFlag = Annotated[bool, typer.Option("--quarantine", help="Only files that are set aside, whole or in part.")]
ArrivalId = Annotated[str, typer.Argument(help="The file, as `arrivals` lists it.")]
_LONGEST_NAME = 28


def take_in(stage: str) -> None:
    """Run a round on a stage; raises `RoundFailed`."""
    from courtside.adapters.deployed_check import receive_now
    from courtside.adapters.deployment import reaching_aws, stage_outputs
    from courtside.contracts.names import StackOutput

    function = stage_outputs(stage)[StackOutput.RECEIVE_ROWS]
    with people.status("Taking in what has arrived"), reaching_aws():
        done = receive_now(function)
    say(
        f"files looked at: {done.files}, loaded: {done.loaded}, refused whole: {done.refused}, with wrong rows: "
        f"{done.quarantined - done.refused}, left for the next round: {done.waiting}; rows new or changed: {done.rows}"
    )


def show_arrivals(lake: "Lake", dataset: "Dataset", *, quarantine: bool, as_json: bool) -> None:
    """Print which files arrived, oldest first."""
    from courtside.workflows.arrival_records import arrival_records, astray, in_quarantine

    with people.status("Asking the stage"):
        records = arrival_records(lake=lake, dataset=dataset)
        lost = astray(lake=lake, dataset=dataset)
    aside = in_quarantine(records)
    shown = aside if quarantine else records
    if as_json:
        kept = {record.id for record in aside}
        print_json([record.model_dump(mode="json") | {"in_quarantine": record.id in kept} for record in shown])
        return
    print_table(f"Files that arrived for {dataset.name}", [_row(record) for record in shown])
    for record in aside:
        say(f"{record.id} ({record.file}): {record.reason}. It is kept in {lake.uri(record.quarantine or '')}")
    if lost:
        say(lost)


def take_in_again(arrival_id: str, lake: "Lake", dataset: "Dataset", *, as_json: bool) -> None:
    """Let the next round look at a refused file once more."""
    from courtside.workflows.arrival_records import look_again

    record = look_again(arrival_id, lake=lake, dataset=dataset)
    if as_json:
        print_json(record.model_dump(mode="json"))
    else:
        say(f"the next round looks at {record.file} again, if it is still as it was; `arrivals --now` runs one")


def _row(record: "ArrivalRecord") -> dict[str, Any]:
    name = record.file.rsplit("/", 1)[-1]
    return {
        "id": record.id,
        "taken in (UTC)": f"{record.seen_at:%Y-%m-%d %H:%M}",
        "file": name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…",
        "outcome": record.outcome.value,
        "new": record.new,
        "changed": record.changed,
        "same": record.same,
        "wrong": record.wrong,
    }
