"""`courtside games`: games into the lake, and back out."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from courtside.cli.arrivals import add_arrival_commands
from courtside.cli.console import JsonFlag, people, print_json, print_table, say
from courtside.cli.input import GamesOption, QuarantineOption, read_input
from courtside.cli.loads import LoadId, load_rows
from courtside.cli.stage import GamesModel, Stage
from courtside.cli.stage_data import games_lake, games_of

if TYPE_CHECKING:
    from courtside.workflows.game_loads import GamesLoaded

app = typer.Typer(no_args_is_help=True, help="Load games into the lake, or simulate some.")


@app.command("load")
def load(
    games: GamesOption,
    stage: Stage = "dev",
    model: GamesModel = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace the file's seasons, so that they hold nothing but its games.")
    ] = False,
    quarantine: QuarantineOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Validate a games file and merge it into a stage's lake by game_id, one parquet file per season.

    A later load replaces what was loaded before, game by game; a game without a score is left out, so that it never
    replaces one with a score. Without --replace no season loses a game. `courtside games unload` takes a load
    back.

    Examples:

    - `courtside games load --games games.csv.gz --stage dev`

    - `courtside games load --games corrected_season.csv --replace --stage dev`
    """
    from courtside.contracts import lake_keys
    from courtside.workflows.game_loads import load_games

    read = read_input(games, quarantine=quarantine, min_season_games=0)
    with people.status(f"Loading {games.name}") as status:
        lake = games_lake(stage, model)
        done = load_games(
            read, file=games.name, lake=lake, now=datetime.now(UTC), replace=replace, progress=status.update
        )
    _say(done, games.name)
    keys = [lake_keys.games(season) for season in done.load.seasons] if done.load else []
    result: dict[str, Any] = {
        "load": done.load.id if done.load else None,
        "games": read.table.num_rows,
        "seasons": len(keys),
        "new": done.new,
        "changed": done.changed,
        "unchanged": done.unchanged,
        "gone": done.gone,
        "no score": read.unplayed.num_rows,
        "odd": read.quarantined.num_rows,
    }
    if as_json:
        counts = {"no_score": result.pop("no score"), "scores_kept": done.kept, "quarantined": result.pop("odd")}
        print_json({**result, **counts, "repeated": done.repeated, "keys": keys})
    else:
        print_table(f"Loaded into {lake.bucket}", [result])


def _say(done: "GamesLoaded", file: str) -> None:
    if done.load is None:
        say(f"{file} holds no game with a score: nothing changed")
    elif done.repeated:
        say(f"the games of {file} were already loaded on {done.load.loaded_at:%Y-%m-%d %H:%M} UTC: nothing changed")
    if done.kept:
        say(f"{done.kept} rows without a score were skipped: the lake has the score and keeps it")


@app.command("loads")
def list_loads(stage: Stage = "dev", model: GamesModel = None, as_json: JsonFlag = False) -> None:
    """List the loads that the seasons in a stage's lake are made of, oldest first, and what was taken back.

    Example: `courtside games loads --stage dev --json`
    """
    from courtside.workflows.game_loads import PREFIX
    from courtside.workflows.loads import read_loads

    with people.status("Asking the stage"):
        loads, _ = read_loads(PREFIX, lake=games_lake(stage, model))
    if as_json:
        print_json([each.model_dump(mode="json") for each in loads.loads])
    else:
        print_table("Loads of games", load_rows(loads))


@app.command("unload")
def unload(load_id: LoadId, stage: Stage = "dev", model: GamesModel = None, as_json: JsonFlag = False) -> None:
    """Take a load back: its seasons are rebuilt from the other loads, so replaced games come back.

    Loading the file again puts it back, as the newest load.

    Example: `courtside games unload 4f1c2b7a90d3e815 --stage dev`
    """
    from courtside.workflows.game_loads import unload_games

    with people.status(f"Taking load {load_id} back") as status:
        lake = games_lake(stage, model)
        done = unload_games(load_id, lake=lake, now=datetime.now(UTC), progress=status.update)
    if done.repeated:
        say(f"load {load_id} had already been taken back: nothing changed")
    assert done.load is not None
    result = {
        "load": done.load.id,
        "file": done.load.file,
        "seasons": len(done.load.seasons),
        "gone": done.gone,
        "changed": done.changed,
        "back": done.new,
    }
    if as_json:
        print_json({**result, "repeated": done.repeated})
    else:
        print_table(f"Taken back out of {lake.bucket}", [result])


add_arrival_commands(app, "games", games_of)
