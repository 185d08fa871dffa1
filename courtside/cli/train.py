"""`courtside features` and `courtside train`: the library on files, without AWS."""

import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from courtside.cli.console import JsonFlag, print_json, print_models, print_table, say
from courtside.cli.input import (
    ContractOption,
    GamesOption,
    InputMismatch,
    QuarantineOption,
    games_contract,
    read_input,
    say_left_out,
    table_content,
    table_contract,
)
from courtside.cli.stage import Stage
from courtside.cli.training_ids import new_training_id
from courtside.contracts import lake_keys
from courtside.contracts.errors import BadInput
from courtside.contracts.events import RetrainingRequest, Trigger
from courtside.contracts.names import DEFAULT_DATASET
from courtside.contracts.records import Calibration, TrainingRecord
from courtside.contracts.shortening import listed

if TYPE_CHECKING:
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
    disable_mlflow: Annotated[bool, typer.Option("--disable-mlflow", help="Log nowhere.")] = False,
    disable_drift: Annotated[bool, typer.Option("--disable-drift", help="Make no drift reference.")] = False,
    quarantine: QuarantineOption = None,
    resume_logging: Annotated[
        bool, typer.Option("--resume-logging", help="Train nothing: log what waits in --out, or in --stage's lake.")
    ] = False,
    training_id: Annotated[str | None, typer.Option(help="With --resume-logging: only this training.")] = None,
    stage: Stage = "dev",
    as_json: JsonFlag = False,
) -> None:
    """Train the four candidates on a games file, or on a table of your own.

    Examples:

    - `courtside train --games games.csv.gz --out models --disable-mlflow`

    - `courtside train --games games.csv.gz --out models --newest 43485 --json`

    - `courtside train --games games.csv.gz --out models --search 10 --rolling-origin 5 --calibrate isotonic`

    - `courtside train --table churn.parquet --contract churn.yaml --out models`

    - `courtside train --resume-logging --stage dev`
    """
    from courtside.adapters.folder_lake import FolderLake
    from courtside.adapters.provenance import provenance
    from courtside.cli.input import parse_day
    from courtside.core.training.fit import FitOptions
    from courtside.datasets.catalog import load_dataset, table_address
    from courtside.workflows.train import train

    if resume_logging:
        from courtside.cli.resume_logging import resume

        resume(out=out, stage=stage, training_id=training_id, tracking_uri=tracking_uri, as_json=as_json)
        return
    if out is None:
        raise OptionMissing("--out")
    lake = FolderLake(out)
    if games is None and table is None:
        table = table_address(dataset, load_dataset(dataset))
    with lake.alone():
        contract = _store_input(lake, games=games, table=table, dataset=dataset, quarantine=quarantine)
        tracking = _tracking(tracking_uri, disabled=disable_mlflow or not contract.tracking)
        request = RetrainingRequest(
            training_id=new_training_id("files"),
            as_of=parse_day(as_of) if as_of else date.max,
            trigger=Trigger.MANUAL,
            reason=f"trained from {games or table}",
        )
        record = train(
            request,
            lake=lake,
            tracking=tracking,
            dataset=contract,
            newest_rows=newest,
            options=FitOptions(search=search, rolling_origin=rolling_origin or 0, calibration=calibrate),
            with_reference=not disable_drift,
            provenance=provenance(),
            progress=lambda part: say(f"… {part}"),
        )
    _print_record(record, out, as_json=as_json)
    if record.spooled:
        say(
            "trained, but not logged: what the tracking server did is described above. When it works again: "
            f"`courtside train --resume-logging --out {out} --tracking-uri {tracking_uri}`"
        )
        raise typer.Exit(EXIT_NOT_LOGGED)


def _print_record(record: TrainingRecord, out: Path, *, as_json: bool) -> None:
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
    page = out / lake_keys.training_card_page(record.training_id)
    say(f"Split: {record.split}.")
    say(f"Class 1 of {record.target} is {record.positive}: the models predict its probability.")
    say(f"Best: {best.name}, AUC {best.test_auc:.3f} on the test rows. Its card: {page}")


def _store_input(
    lake: "FolderLake", *, games: Path | None, table: str | None, dataset: str, quarantine: Path | None
) -> "Contract":
    """Put the given input where the training reads it, and return its contract."""
    if (games is None) == (table is None):
        raise InputMismatch(
            "give either --games or --table, or name the `table` in the contract: a training has one input"
        )
    if games is not None:
        from courtside.workflows.games import store_games

        contract = games_contract(dataset)
        stored = store_games(read_input(games, quarantine=quarantine).table, lake=lake)
        others = sorted(set(lake.keys(lake_keys.GAMES_PREFIX)) - set(stored))
        if others:
            raise InputMismatch(
                f"{lake.root} holds games of another training ({others[0]}), which would be trained on too; "
                "choose another folder with --out, or delete its games"
            )
        return contract
    from courtside.workflows.tables import checked_table

    assert table is not None
    contract = table_contract(dataset)
    content = table_content(table, contract)
    checked_table(content, name=table, dataset=contract)
    lake.write(lake_keys.loaded_table(contract.name, "table"), content)
    return contract


def _tracking(uri: str | None, *, disabled: bool) -> Any:
    if disabled or uri is None:
        if not disabled:
            say("no --tracking-uri given: nothing is logged to MLflow (--disable-mlflow says so on purpose)")
        return None
    from courtside.adapters.mlflow_tracking import MlflowTracking
    from courtside.adapters.tracking_address import require_server
    from courtside.workflows.ports import TrackingUnavailable

    try:
        require_server(uri)
    except TrackingUnavailable as error:
        say(f"warning: {error}. The training goes on, and tries again at its end.")
    return MlflowTracking(uri)
