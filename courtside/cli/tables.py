"""`courtside tables`: a team's own table into the lake."""

from pathlib import Path
from typing import Annotated

import typer

from courtside.cli.console import JsonFlag, print_json, print_table
from courtside.cli.input import TableOption, table_content, table_contract
from courtside.cli.stage import Stage

app = typer.Typer(no_args_is_help=True, help="Put a table of your own that already holds features into the lake.")


@app.callback()
def tables() -> None:
    """Put a table of your own that already holds features into the lake."""


@app.command("load")
def load(
    table: TableOption,
    dataset: Annotated[Path, typer.Option("--contract", "--dataset", help="The YAML file of the table's contract.")],
    stage: Stage = "dev",
    as_json: JsonFlag = False,
) -> None:
    """Check a parquet file against its contract and add it to a stage's lake; the same file again changes nothing.

    Labels may be missing in rows whose outcome is not known yet.

    Examples:

    - `courtside tables load --table churn.parquet --contract churn.yaml --stage dev`

    - `courtside tables load --table march.parquet --contract churn.yaml --json`
    """
    from courtside.adapters.deployment import stage_outputs
    from courtside.adapters.s3_lake import S3Lake
    from courtside.contracts.names import StackOutput
    from courtside.core.rows import period
    from courtside.workflows.tables import loaded_key, store_table

    contract = table_contract(str(dataset))
    content = table_content(table)
    lake = S3Lake(stage_outputs(stage)[StackOutput.LAKE_BUCKET])
    key = loaded_key(content, dataset=contract)
    rows = store_table(content, name=table.name, key=key, lake=lake, dataset=contract)
    first, last = period(rows, contract.time_column)
    result = {
        "rows": rows.num_rows,
        "first_day": first.isoformat(),
        "last_day": last.isoformat(),
        "unlabelled": rows.column(contract.target).null_count,
        "key": key,
    }
    print_json(result) if as_json else print_table(f"Loaded into {lake.bucket}", [result])
