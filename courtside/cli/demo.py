"""`courtside demo`: the whole loop on this machine."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from courtside.cli.checkout import require_checkout
from courtside.cli.console import people, print_models, print_table, say
from courtside.cli.input import QuarantineOption, read_input
from courtside.contracts.errors import CourtsideError

if TYPE_CHECKING:
    import pyarrow as pa

    from embedded_aws.demo.result import DemoResult, JudgedResult

DEFAULT_OUT = Path("demo-out")
EXIT_FAILED = 1


def demo(
    games: Annotated[
        Path | None, typer.Option(help="Games: .csv, .csv.gz or .parquet [default: simulated seasons].")
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Leave everything running and print where it is.")] = False,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the result to this file as JSON.")] = None,
    out: Annotated[Path, typer.Option(help="Folder for reports, histories and alerts.")] = DEFAULT_OUT,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the simulated seasons.")] = 7,
    backend_store_uri: Annotated[
        str | None, typer.Option(help="Your own database for MLflow [default: a PostgreSQL started for the demo].")
    ] = None,
    containers: Annotated[
        bool,
        typer.Option("--containers", help="Build the images and run them (Docker or podman) [default: processes]."),
    ] = False,
    quarantine: QuarantineOption = None,
) -> None:
    """Run the whole loop on an embedded AWS with two models: train, detect drift, retrain, promote, predict, judge.

    On games of your own (--games) a third model, nba_ratings, predicts the same games as the first, and the demo says
    which of the two is better.

    Examples:

    - `courtside demo`

    - `courtside demo --games games.csv.gz --json result.json`

    - `courtside demo --keep`, then `courtside local down`

    - `courtside demo --containers`
    """
    require_checkout()
    from courtside.adapters.files import prepare_folder
    from embedded_aws.aws import LocalOptions
    from embedded_aws.demo.archive import write_result
    from embedded_aws.demo.result import DemoResult
    from embedded_aws.demo.run import DemoOptions, run_demo

    prepare_folder(out)
    local = LocalOptions(backend_store_uri=backend_store_uri, enforce_iam=True, containers=containers)
    options = DemoOptions(local=local, out=out, keep=keep, side_by_side=games is not None)
    result = DemoResult()
    try:
        table, quarantined = _games(games, seed, quarantine or out / "quarantine.csv")
        result = run_demo(table, options, console=people)
        result.quarantined = quarantined
    except CourtsideError as error:
        result.error = f"{type(error).__name__}: {error}"
        raise
    finally:
        if json_file:
            write_result(result, json_file)
    _print(result, keep=keep)
    if not result.ok:
        raise typer.Exit(EXIT_FAILED)


def _games(path: Path | None, seed: int, quarantine: Path) -> "tuple[pa.Table, int]":
    if path is not None:
        read = read_input(path, quarantine=quarantine)
        return read.table, read.quarantined.num_rows
    from courtside.datasets.simulated import simulate_games

    with people.status("Simulating NBA-like seasons"):
        return simulate_games(seed=seed), 0


def _address(page: str) -> str:
    """Return the address of a page that is served, or lies in a file."""
    return page if page.startswith("http") else Path(page).absolute().as_uri()


def _judged(each: "JudgedResult") -> dict[str, object]:
    return {
        "weeks": f"{each.window[0]} to {each.window[1]}",
        "version": f"{each.version} ({each.role})",
        "games": each.games,
        "AUC": f"{each.auc:.3f}",
        "95 %": f"{each.low:.3f} to {each.high:.3f}",
        "promise": f"{each.promise:.3f}",
    }


def _print(result: "DemoResult", *, keep: bool) -> None:
    if result.models:
        print_models("Models of the last training", result.models)
    rows = [
        {
            "what": f"drift check {check.window[0]} to {check.window[1]}",
            "result": f"{len(check.features_drifted)} features moved → {check.decision}",
        }
        for check in result.checks
    ]
    if result.second is not None and result.second.outcome:
        moved = f"{len(result.second.moved)} features moved → {result.second.outcome}"
        rows.append({"what": f"round over {result.second.model}", "result": moved})
    rows += [{"what": f"execution {each.model}.{each.name}", "result": each.status} for each in result.executions]
    if (beside := result.side_by_side) is not None:
        said = beside.verdict.replace("_", " ")
        rows.append({"what": f"{beside.model} beside {beside.other}", "result": f"{said}, on {beside.rows:,} games"})
    rows += [
        {"what": "champion of nba_games", "result": f"version {result.champion.before} → {result.champion.after}"},
        {"what": "alerts that reached Slack", "result": str(sum(alert.delivered for alert in result.alerts))},
        {"what": "games, odd ones set aside", "result": f"{result.games:,}, {result.quarantined}"},
        {"what": "time and memory", "result": f"{result.seconds:.0f} s, at most {result.peak_memory_mb:,} MB"},
    ]
    print_table("Summary", rows)
    if result.performance:
        print_table("Performance of nba_games", [_judged(each) for each in result.performance])
    if result.stage_models:
        print_table("Models of the stage", result.stage_models)
    ended = {"dashboard"} if keep else {"dashboard", "mlflow", "aws"}
    shown = {name: place for name, place in result.urls.items() if name not in ended}
    print_table("Where to look", [{"what": name, "where": place} for name, place in shown.items()])
    if keep and "instance" in result.urls:
        instance = result.urls["instance"]
        say(f"MLflow in a browser: `eval $(courtside local env {instance})`, then `courtside mlflow ui --open`")
        say(f"What its own Slack received: `courtside local slack {instance}`")
        say(f"Still running; stop it with `courtside local down {instance}`")
    if "dashboard" in result.urls:
        say("Look at it in a browser:")
        typer.echo(_address(result.urls["dashboard"]))
    if result.error:
        say(f"failed: {result.error}", style="bold red")
