"""`courtside games simulate`: write the default input to a file."""

from pathlib import Path
from typing import Annotated

import typer

from courtside.cli.console import JsonFlag, print_json, print_table


def simulate(
    out: Annotated[Path, typer.Option(help="Parquet file to write.")],
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same games.")] = 7,
    as_json: JsonFlag = False,
) -> None:
    """Simulate NBA-like seasons.

    Example: `courtside games simulate --out games.parquet`
    """
    from courtside.adapters.files import write_table
    from courtside.datasets.simulated import simulate_games

    table = simulate_games(seed=seed)
    write_table(table, out)
    result = {"games": table.num_rows, "seed": seed, "out": str(out)}
    print_json(result) if as_json else print_table("Simulated", [result])
