"""`courtside versions import`: register a pickle that is older than the registry."""

import re
from pathlib import Path
from typing import Annotated

import typer

from courtside.cli.console import JsonFlag, people, print_json, print_table
from courtside.cli.input import OptionalContractOption
from courtside.cli.resume_logging import place
from courtside.cli.stage import Model, Stage
from courtside.cli.stage_data import stage_lake
from courtside.contracts.errors import BadInput
from courtside.contracts.names import DEFAULT_DATASET
from courtside.contracts.shortening import shortened


class HashUnusable(BadInput):
    """What was given is no SHA-256."""

    def __init__(self, given: str) -> None:
        self.given = given
        super().__init__(
            f"{shortened(given)!r} is not a SHA-256: give its 64 hexadecimal digits, as `sha256sum` prints"
        )


def _sha256(given: str | None) -> str | None:
    if given is not None and not re.fullmatch("[0-9a-fA-F]{64}", given):
        raise HashUnusable(given)
    return given


Hash = Annotated[str, typer.Option(callback=_sha256, help="SHA-256 of the pickle, from a source that you trust.")]
ScalerHash = Annotated[
    str | None,
    typer.Option(
        callback=_sha256, help="SHA-256 of scaler.pkl, for a model that takes scaled features (logistic_regression)."
    ),
]


def import_model(
    name: Annotated[str, typer.Argument(help="The pickle's name in ml-models/, without .pkl.")],
    sha256: Hash,
    scaler_sha256: ScalerHash = None,
    stage: Stage = "dev",
    model: Model = None,
    out: Annotated[Path | None, typer.Option(help="A folder that `courtside train` wrote, instead of a stage.")] = None,
    tracking_uri: Annotated[
        str | None, typer.Option(envvar="MLFLOW_TRACKING_URI", help="MLflow server [default: the stage's].")
    ] = None,
    dataset: OptionalContractOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Register an old pickle, only from the lake's ml-models/ and only if its hash is the one you give.

    It is judged on ml-features/test.parquet if that exists, and becomes neither challenger nor champion.

    Example: `courtside versions import random_forest --sha256 9f86d0… --stage dev`
    """
    from courtside.datasets.catalog import load_dataset

    given = None if dataset is None and out is None else load_dataset(dataset or DEFAULT_DATASET)
    with people.status(f"Importing {name}"):
        from courtside.adapters.mlflow_tracking import MlflowTracking
        from courtside.workflows.import_model import import_model, require_allowed

        require_allowed(name)
        contract = given or stage_lake(stage, model)[1]
        lake, uri = place(out=out, stage=stage, tracking_uri=tracking_uri)
        logged = import_model(
            name,
            sha256=sha256,
            scaler_sha256=scaler_sha256,
            lake=lake,
            tracking=MlflowTracking(uri),
            dataset=contract,
        )
    result = {"name": name, "version": logged.version, "run_id": logged.run_ids[name]}
    print_json(result) if as_json else print_table("Imported", [result])
