"""`courtside games`: games into the lake."""

import typer

from courtside.cli.console import JsonFlag, print_json, print_table
from courtside.cli.input import GamesOption, QuarantineOption, read_input
from courtside.cli.stage import Stage

app = typer.Typer(no_args_is_help=True, help="Put games into the lake, or make some up.")


@app.command("load")
def load(
    games: GamesOption, stage: Stage = "dev", quarantine: QuarantineOption = None, as_json: JsonFlag = False
) -> None:
    """Validate a games file and write it to a stage's lake, one parquet file a season.

    Example: `courtside games load --games games.csv.gz --stage dev`
    """
    from courtside.adapters.deployment import stage_outputs
    from courtside.adapters.s3_lake import S3Lake
    from courtside.contracts.names import StackOutput
    from courtside.workflows.games import store_games

    read = read_input(games, quarantine=quarantine)
    lake = S3Lake(stage_outputs(stage)[StackOutput.LAKE_BUCKET])
    keys = store_games(read.table, lake=lake)
    result = {"games": read.table.num_rows, "seasons": len(keys), "quarantined": read.quarantined.num_rows}
    print_json({**result, "keys": keys}) if as_json else print_table(f"Loaded into {lake.bucket}", [result])
