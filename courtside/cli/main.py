"""The command's root: its subcommands; `entry` turns what goes wrong into exit codes."""

from importlib.metadata import version
from typing import Annotated

import typer

from courtside.cli import (
    alerts,
    backtest,
    costs,
    dashboard,
    decide,
    doctor,
    drift,
    forget,
    games,
    init,
    kept,
    labels,
    local,
    mlflow,
    models,
    performance,
    predict,
    query,
    restore,
    retrain,
    runs,
    simulate,
    status,
    tables,
    tracking,
    train,
    versions,
    watch,
)
from courtside.cli import demo as demo_command
from courtside.cli.entry import main

__all__ = ["app", "main"]

app = typer.Typer(
    name="courtside",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    epilog=(
        "Exit codes: 0 done, 1 failed, 2 bad input, 3 drift found (with --exit-code), "
        "4 trained but not logged (the tracking server was away), 130 interrupted."
    ),
)
app.command("backtest")(backtest.backtest)
app.command("costs")(costs.costs)
app.command("dashboard")(dashboard.dashboard)
app.command("demo")(demo_command.demo)
app.command("features")(train.features)
app.command("init")(init.init)
app.command("train")(train.train_files)
app.command("forget")(forget.forget)
app.command("restore")(restore.restore)
app.command("retrain")(retrain.retrain)
app.command("decide")(decide.decide)
app.command("doctor")(doctor.doctor)
app.command("status")(status.status)
app.command("kept")(kept.kept)
app.command("performance")(performance.performance)
app.command("predict")(predict.predict)
app.command("query")(query.query)
app.command("watch")(watch.watch)
app.add_typer(alerts.app, name="alerts")
app.add_typer(drift.app, name="drift")
app.add_typer(games.app, name="games")
app.add_typer(labels.app, name="labels")
app.add_typer(local.app, name="local")
app.add_typer(mlflow.app, name="mlflow")
app.add_typer(models.app, name="models")
app.add_typer(runs.app, name="runs")
app.add_typer(tables.app, name="tables")
app.add_typer(tracking.app, name="tracking")
app.add_typer(versions.app, name="versions")
games.app.command("simulate")(simulate.simulate_games)
tables.app.command("simulate")(simulate.simulate_churn)


def _print_version(asked: bool) -> None:  # noqa: FBT001 — Typer calls it with the flag
    if asked:
        typer.echo(f"courtside {version('courtside')}")
        raise typer.Exit


@app.callback()
def courtside(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Courtside looks after a small team's models in its own AWS account; start with `courtside demo`."""
