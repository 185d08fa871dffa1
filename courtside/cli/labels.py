"""`courtside labels`: what became known about rows that were predicted."""

from datetime import UTC, datetime
from pathlib import PurePath
from typing import TYPE_CHECKING, Annotated, Any

import typer

from courtside.cli.console import JsonFlag, people, print_json, print_table, say
from courtside.cli.stage import Model, Stage
from courtside.cli.stage_data import stage_lake
from courtside.contracts.days import parse_day
from courtside.contracts.shortening import listed

if TYPE_CHECKING:
    from courtside.contracts.records import LabelLoad

app = typer.Typer(no_args_is_help=True, help="Tell a stage what became known about rows that its models predicted.")

LabelsFile = Annotated[
    str,
    typer.Argument(
        help="A parquet, CSV or Feather file, a folder of them or an s3:// address, with the columns of a row's id "
        "(for a table with times, also its time column) and the target.",
    ),
]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", help="The day since which the labels count, as YYYY-MM-DD [default: today in UTC]."),
]


@app.callback()
def labels() -> None:
    """Tell a stage what became known about rows that its models predicted."""


@app.command("load")
def load(
    file: LabelsFile, stage: Stage = "dev", model: Model = None, as_of: AsOf = None, as_json: JsonFlag = False
) -> None:
    """Add labels to those that a stage knows; a label that differs from the one before corrects it.

    The same labels again change nothing. Rows without a label say nothing. Labels of rows that are not predicted yet
    are kept until they are. Rows that contradict each other, that have no id, or whose label cannot be judged are set
    aside in the lake: neither of two classes, or no number for a model of values. Of several classes a new one counts,
    and is told. Labels that come late into the model's own rows need no load: the watch takes them.

    Examples:

    - `courtside labels load march.csv --model churn`

    - `courtside labels load s3://their-bucket/labels/ --as-of 2026-03-03 --json`
    """
    from courtside.api.inputs import opened_rows
    from courtside.workflows.label_loads import load_labels, read_labels

    day, table, name = None if as_of is None else parse_day(as_of), opened_rows(file, name=file), PurePath(file).name
    table.require_readable()  # before the stage is asked
    with people.status(f"Loading {name}"):
        lake, dataset = stage_lake(stage, model)
        rows = read_labels(table, dataset)
        done = load_labels(rows, file=name, as_of=day, lake=lake, dataset=dataset, now=datetime.now(UTC))
    if as_json:
        print_json({**done.load.model_dump(mode="json"), "repeated": done.repeated})
        return
    if done.repeated:
        say(f"these labels were already loaded on {done.load.loaded_at:%Y-%m-%d %H:%M} UTC: nothing changed")
        if done.corrected:
            say(f"labels of this file that were corrected since then, and stay so: {done.corrected}")
    else:
        for sentence in _told(done.load, aside=lake.uri(f"{done.load.quarantine}rows.csv")):
            say(sentence)
    print_table(f"Labels of {dataset.name}, known since {done.load.known_on}", [_row(done.load)])


@app.command("list")
def list_loads(stage: Stage = "dev", model: Model = None, as_json: JsonFlag = False) -> None:
    """List the labels that people loaded, oldest first; those that the watch takes from the model's rows are no loads.

    Example: `courtside labels list --model churn --json`
    """
    from courtside.workflows.label_loads import label_loads

    with people.status("Asking the stage"):
        lake, dataset = stage_lake(stage, model)
        loads = label_loads(dataset, lake=lake)
    if as_json:
        print_json([each.model_dump(mode="json") for each in loads])
    else:
        loaded = [{"load": each.id, "loaded (UTC)": f"{each.loaded_at:%Y-%m-%d %H:%M}", **_row(each)} for each in loads]
        print_table(f"Loads of labels of {dataset.name}", loaded)


def _row(load: "LabelLoad") -> dict[str, Any]:
    return {
        "known on": load.known_on.isoformat(),
        "new": load.new,
        "changed": load.changed,
        "same": load.same,
        "unknown": load.unknown,
        "set aside": load.wrong,
    }


def _told(load: "LabelLoad", *, aside: str) -> list[str]:
    """Return what a person should know about a load besides its counts."""
    told = {
        "rows that repeat the label of another row, and count once": load.copies,
        "rows that have no label yet, and were left out": load.unlabelled,
        "labels of rows that are neither predicted nor among the model's own rows, such as "
        f"{listed(load.unknown_ids)}; they are kept, and count as soon as such a row is predicted": load.unknown,
        f"rows that are set aside in {aside}, each with its reason": load.wrong,
    }
    if load.new_classes:
        named = listed([f"{name} ({count})" for name, count in load.new_classes.items()])
        sentence = f"labels of classes that the champion does not know, and that cost it the most: {named}; in all"
        told[sentence] = sum(load.new_classes.values())
    return [f"{sentence}: {count}" for sentence, count in told.items() if count]
