"""`courtside games simulate` and `tables simulate`: write invented input to a file."""

from pathlib import Path
from typing import Annotated

import typer

from courtside.cli.console import JsonFlag, print_json, print_table

Out = Annotated[Path, typer.Option(help="Parquet file to write.")]


def simulate_games(
    out: Out,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same games.")] = 7,
    as_json: JsonFlag = False,
) -> None:
    """Simulate NBA-like seasons.

    Example: `courtside games simulate --out games.parquet`
    """
    from courtside.adapters.files import write_table
    from courtside.datasets import simulated

    table = simulated.simulate_games(seed=seed)
    write_table(table, out)
    result = {"games": table.num_rows, "seed": seed, "out": str(out)}
    print_json(result) if as_json else print_table("Simulated", [result])


def simulate_churn(
    out: Out,
    contract: Annotated[Path | None, typer.Option(help="Write the table's contract to this new file too.")] = None,
    months: Annotated[int, typer.Option(min=1, max=120, help="Months of bills, from January 2024 on.")] = 24,
    changed_from: Annotated[
        str | None,
        typer.Option(help="From this day (YYYY-MM-DD) on, prices are higher and there is a new plan."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same customers.")] = 7,
    as_json: JsonFlag = False,
) -> None:
    """Simulate the customers of a subscription: a table whose rows are bills, and who left after which.

    Examples:

    - `courtside tables simulate --out churn.parquet --contract churn.yaml`

    - `courtside tables simulate --out changed.parquet --changed-from 2025-07-01`
    """
    from courtside.adapters.files import write_files, write_table
    from courtside.api.contracts import ContractThere
    from courtside.contracts.days import parse_day
    from courtside.datasets import simulated_churn

    if contract is not None and contract.exists():
        raise ContractThere(contract)
    change = None if changed_from is None else parse_day(changed_from)
    table = simulated_churn.simulate_churn(seed, months=months, changed_from=change)
    write_table(table, out)
    if contract is not None:
        write_files({contract: simulated_churn.CHURN_CONTRACT.read_bytes()})
    result = {"rows": table.num_rows, "seed": seed, "out": str(out), "contract": contract and str(contract)}
    print_json(result) if as_json else print_table("Simulated", [result])
