"""`courtside features` and `courtside train`: the library on files, without AWS."""

import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from courtside.cli.console import JsonFlag, people, print_json, print_models, print_table, say
from courtside.cli.input import (
    ContractOption,
    GamesOption,
    QuarantineOption,
    read_input,
    require_games,
    say_left_out,
)
from courtside.cli.stage import Stage
from courtside.contracts import lake_keys, training_keys
from courtside.contracts.days import parse_day
from courtside.contracts.errors import BadInput, InputMismatch
from courtside.contracts.history import parse_history
from courtside.contracts.names import DEFAULT_DATASET
from courtside.contracts.records import Calibration, TrainingRecord
from courtside.contracts.shortening import listed

if TYPE_CHECKING:
    from rich.status import Status

    from courtside.adapters.folder_lake import FolderLake
    from courtside.core.dataset import Dataset as Contract

EXIT_NOT_LOGGED = 4


class OptionMissing(BadInput):
    """A command was called without an option that it needs when it is called in this way."""

    def __init__(self, option: str) -> None:
        self.option = option
        super().__init__(f"{option} is missing; `--help` shows examples")


def features(
    games: GamesOption,
    out: Annotated[Path, typer.Option(help="Parquet file to write.")],
    dataset: ContractOption = DEFAULT_DATASET,
    quarantine: QuarantineOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Compute the features of a games file.

    Example: `courtside features --games games.csv.gz --out features.parquet`
    """
    from courtside.adapters.files import write_table
    from courtside.core.features import build_features
    from courtside.datasets.catalog import load_dataset

    read = read_input(games, quarantine=quarantine)
    began = time.perf_counter()
    table = build_features(read.table, dataset=load_dataset(dataset))
    seconds = round(time.perf_counter() - began, 3)
    write_table(table, out)
    result = {"games": read.table.num_rows, "rows": table.num_rows, "seconds": seconds, "out": str(out)}
    print_json(result) if as_json else print_table("Features", [result])


def train_files(
    out: Annotated[
        Path | None, typer.Option(help="Folder for the models, the record, the card and the drift reference.")
    ] = None,
    games: Annotated[Path | None, typer.Option(help="Games: .csv, .csv.gz or .parquet.")] = None,
    table: Annotated[
        str | None,
        typer.Option(
            help="A table that holds the features of --contract, instead of games: parquet, CSV or Feather, a file, a "
            "folder or an s3:// address."
        ),
    ] = None,
    as_of: Annotated[str | None, typer.Option(help="Train on rows before this day (YYYY-MM-DD).")] = None,
    newest: Annotated[int | None, typer.Option(min=1, help="Train on only the newest N rows of features.")] = None,
    dataset: ContractOption = DEFAULT_DATASET,
    tracking_uri: Annotated[
        str | None, typer.Option(envvar="MLFLOW_TRACKING_URI", help="MLflow server to log to.")
    ] = None,
    search: Annotated[
        int, typer.Option(min=0, help="Try N random sets of parameters per candidate besides the published one.")
    ] = 0,
    rolling_origin: Annotated[
        int | None, typer.Option(min=2, max=20, help="Also evaluate every candidate over K expanding windows.")
    ] = None,
    calibrate: Annotated[
        Calibration | None, typer.Option(help="Calibrate the best candidate's probabilities on the selection part.")
    ] = None,
    history: Annotated[
        str, typer.Option(help="How much of the training part to learn from: all, auto, or the newest years, as in 5y.")
    ] = "all",
    disable_mlflow: Annotated[bool, typer.Option("--disable-mlflow", help="Log nowhere.")] = False,
    disable_drift: Annotated[bool, typer.Option("--disable-drift", help="Make no drift reference.")] = False,
    quarantine: QuarantineOption = None,
    resume_logging: Annotated[
        bool, typer.Option("--resume-logging", help="Train nothing: log what waits in --out, or in --stage's lake.")
    ] = False,
    model: Annotated[str | None, typer.Option(help="With --resume-logging: only trainings of this model.")] = None,
    training_id: Annotated[str | None, typer.Option(help="With --resume-logging: only this training.")] = None,
    stage: Stage = "dev",
    as_json: JsonFlag = False,
) -> None:
    """Train the contract's candidates on a games file, or on a table of your own.

    Examples:

    - `courtside train --games games.csv.gz --out models --disable-mlflow`

    - `courtside train --games games.csv.gz --out models --newest 43485 --json`

    - `courtside train --games games.csv.gz --out models --search 10 --rolling-origin 5 --calibrate isotonic`

    - `courtside train --games games.csv.gz --out models --history auto`

    - `courtside train --games games.csv.gz --out models --contract nba_ratings`

    - `courtside train --table churn.parquet --contract churn.yaml --out models`

    - `courtside train --resume-logging --stage dev`
    """
    from courtside.adapters.folder_lake import FolderLake
    from courtside.api.training import train_stored
    from courtside.core.training.fit import FitOptions
    from courtside.datasets.catalog import load_dataset, table_address
    from courtside.workflows.train import prepared

    if resume_logging:
        from courtside.cli.resume_logging import resume

        resume(
            out=out,
            stage=stage,
            model=model,
            training_id=training_id,
            tracking_uri=tracking_uri,
            as_json=as_json,
        )
        return
    if out is None:
        raise OptionMissing("--out")
    asked = parse_history(history)
    contract = load_dataset(dataset)  # once: its file may change while the training runs
    if games is None and table is None:
        table = table_address(dataset, contract)
    lake = FolderLake(out)
    with people.status(f"Reading {games or table}") as status, lake.alone(), lake.unchanged_if_refused():
        tracking = _tracking(tracking_uri, disabled=disable_mlflow or not contract.tracking)
        contract = prepared(contract, lake=lake, tracking=tracking)
        _store_input(lake, contract, games=games, table=table, quarantine=quarantine)
        record = train_stored(
            lake,
            contract,
            source=str(games or table),
            as_of=parse_day(as_of) if as_of else None,
            newest=newest,
            tracking=tracking,
            options=FitOptions(search=search, rolling_origin=rolling_origin or 0, calibration=calibrate),
            history=asked,
            drift=not disable_drift,
            progress=partial(_say_part, status),
        )
    _print_record(record, out, as_json=as_json)
    if record.spooled:
        say(
            "trained, but not logged: what the tracking server did is described above. When it works again: "
            f"`courtside train --resume-logging --out {out} --tracking-uri {tracking_uri}`"
        )
        raise typer.Exit(EXIT_NOT_LOGGED)


def _say_part(status: "Status", part: str) -> None:
    say(f"… {part}")
    status.update(part)


def _print_record(record: TrainingRecord, out: Path, *, as_json: bool) -> None:
    from courtside.core.model_card.facts import history as told_history
    from courtside.core.model_card.facts import primary_figure

    if as_json:
        print_json(record.model_dump(mode="json"))
        return
    for warning in record.warnings:
        say(f"warning: {warning}")
    print_models(f"Models ({record.rows_train:,} + {record.rows_test:,} rows)", record.models)
    if record.inferred:
        kinds = listed([f"{name} ({kind})" for name, kind in record.inferred.kinds.items()])
        say(f"The contract says `features: infer`, so the models take {len(record.inferred.kinds)}: {kinds}")
        say_left_out(record.inferred.left_out)
    best = next(model for model in record.models if model.name == record.best)
    page = out / training_keys.training_card_page(record.dataset, record.training_id)
    say(f"Split: {record.split}.")
    if record.history is not None and record.history.asked != "all":
        say(f"History: {told_history(record.history)}.")
    say(_predicted(record))
    reached = best.measured("test_auc") if record.primary_metric is None else None
    figure = primary_figure(record) if reached is None else f"AUC {reached:.3f}"
    say(f"Best: {best.name}, {figure} on the test rows. Its card: {page}")


def _predicted(record: TrainingRecord) -> str:
    """Say what the models predict, in terms of the target's own values."""
    if record.positive is not None:
        return f"Class 1 of {record.target} is {record.positive}: the models predict its probability."
    if record.classes:
        named = listed([name or repr(name) for name in record.classes])
        return (
            f"The models predict the probability of each of {len(record.classes)} classes of {record.target}: {named}."
        )
    return f"The models predict the value of {record.target}."


def _store_input(
    lake: "FolderLake", contract: "Contract", *, games: Path | None, table: str | None, quarantine: Path | None
) -> None:
    """Put the given input where the training reads it."""
    from courtside.api.training import store_table
    from courtside.workflows.games import store_games

    if (games is None) == (table is None):
        raise InputMismatch(
            "give either --games or --table, or name the `table` in the contract: a training has one input"
        )
    if table is not None:
        store_table(table, contract, lake=lake)
        return
    assert games is not None
    require_games(contract)
    stored = store_games(read_input(games, quarantine=quarantine).table, lake=lake)
    others = sorted(set(lake.keys(lake_keys.GAMES_PREFIX)) - set(stored))
    if others:
        raise InputMismatch(
            f"{lake.root} holds games of another training ({others[0]}), which would be trained on too; "
            "choose another folder with --out, or delete its games"
        )


def _tracking(uri: str | None, *, disabled: bool) -> Any:
    from courtside.api.training import tracking_at

    if not disabled and uri is None:
        say("no --tracking-uri given: nothing is logged to MLflow (--disable-mlflow says so on purpose)")
    return None if disabled or uri is None else tracking_at(uri, warn=say)
