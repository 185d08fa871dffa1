"""`courtside tables`: load a team's own table into the lake, and take it back out."""

from datetime import UTC, datetime
from pathlib import Path, PurePath
from typing import Annotated, Any

import typer

from courtside.cli.arrivals import add_arrival_commands
from courtside.cli.console import JsonFlag, people, print_json, print_table, say
from courtside.cli.input import TableOption
from courtside.cli.loads import LoadId, load_rows
from courtside.cli.stage import Model, Stage
from courtside.cli.stage_data import stage_table
from courtside.contracts.errors import InputMismatch

app = typer.Typer(no_args_is_help=True, help="Put a table of your own that already holds features into the lake.")


@app.callback()
def tables() -> None:
    """Put a table of your own that already holds features into the lake."""


@app.command("load")
def load(
    table: TableOption,
    stage: Stage = "dev",
    model: Model = None,
    dataset: Annotated[
        Path | None,
        typer.Option("--contract", "--dataset", help="Name the model by its contract, which must be the stage's."),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Check a table against its model's contract and add it to a stage's lake; the same rows again change nothing.

    Rows whose ids and time are in the lake already are refused. Labels may be missing in rows whose outcome is not
    known yet. `courtside tables unload` takes a load back.

    Examples:

    - `courtside tables load --table churn.parquet --stage dev`

    - `courtside tables load --table march.csv --model churn --json`
    """
    from courtside.api.inputs import content_of, load_contract, opened_rows
    from courtside.workflows.table_loads import load_table

    given = None if dataset is None else load_contract(dataset)
    if given is not None and model not in {None, given.name}:
        raise InputMismatch(f"the contract {dataset} is that of {given.name}, not of {model}; name one of the two")
    name = PurePath(table).name
    rows = opened_rows(table, name="given")
    rows.require_readable()  # before the stage is asked
    content = None if given is None else content_of(rows, given)
    with people.status(f"Loading {name}") as status:
        lake, served = stage_table(stage, given, model=model)
        content = content or content_of(rows, served)
        done = load_table(content, file=name, lake=lake, dataset=served, now=datetime.now(UTC), progress=status.update)
    if not served.id_columns:
        say(f"warning: {served.name} names no id_columns, so rows that were loaded before are not recognised")
    if served.time_column is None:
        say(f"{served.name} names no time_column: this load is one window, which the drift check compares as a whole")
    if done.repeated:
        say(f"{name} was already loaded on {done.load.loaded_at:%Y-%m-%d %H:%M} UTC: nothing changed")
    result: dict[str, Any] = {
        "load": done.load.id,
        "rows": done.load.rows,
        "first_day": done.load.first_day.isoformat(),
        "last_day": done.load.last_day.isoformat(),
        "unlabelled": done.load.unlabelled,
    }
    if as_json:
        print_json({**result, "key": done.load.key, "repeated": done.repeated})
    else:
        print_table(f"Loaded into {lake.bucket}", [result])


@app.command("loads")
def list_loads(stage: Stage = "dev", model: Model = None, as_json: JsonFlag = False) -> None:
    """List what was loaded into the table that a stage trains on, oldest first, and what was taken back.

    Example: `courtside tables loads --stage dev --json`
    """
    from courtside.workflows.loads import read_loads
    from courtside.workflows.tables import TableRows

    with people.status("Asking the stage"):
        lake, dataset = stage_table(stage, model=model)
        loads, _ = read_loads(TableRows(dataset).prefix, lake=lake)
    if as_json:
        print_json([each.model_dump(mode="json") for each in loads.loads])
    else:
        print_table(f"Loads of {dataset.name}", load_rows(loads))


@app.command("unload")
def unload(load_id: LoadId, stage: Stage = "dev", model: Model = None, as_json: JsonFlag = False) -> None:
    """Take a load back: from now on its rows are in no training and no check, and its file is stored apart in the lake.

    Loading the file again puts it back.

    Example: `courtside tables unload 4f1c2b7a90d3e815 --stage dev`
    """
    from courtside.workflows.table_loads import unload_table

    with people.status(f"Taking load {load_id} back"):
        lake, dataset = stage_table(stage, model=model)
        done = unload_table(load_id, lake=lake, dataset=dataset, now=datetime.now(UTC))
    if done.repeated:
        say(f"load {load_id} had already been taken back: nothing changed")
    result = {"load": done.load.id, "file": done.load.file, "rows": done.load.rows}
    if as_json:
        print_json({**result, "repeated": done.repeated})
    else:
        print_table(f"Taken back out of {lake.bucket}", [result])


add_arrival_commands(app, "tables", stage_table)
