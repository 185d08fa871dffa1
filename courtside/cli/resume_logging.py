"""`courtside train --resume-logging`: log what a tracking server missed while it was away."""

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from courtside.cli.console import people, print_json, print_table, say
from courtside.cli.stage import signed
from courtside.contracts.errors import BadInput
from courtside.contracts.names import StackOutput

if TYPE_CHECKING:
    from courtside.workflows.ports import Lake


class NoTrackingServer(BadInput):
    """Runs should be logged, but no server was named."""

    def __init__(self) -> None:
        super().__init__("say which server to log to: --tracking-uri (or MLFLOW_TRACKING_URI), or --stage")


def resume(
    *,
    out: Path | None,
    stage: str,
    model: str | None,
    training_id: str | None,
    tracking_uri: str | None,
    as_json: bool,
) -> None:
    """Log the spooled trainings of a folder or of a stage (or of one `model`), and print where each went."""
    from courtside.adapters.folder_lake import FolderLake

    with people.status("Logging"), nullcontext() if out is None else FolderLake(out).alone():
        from courtside.adapters.mlflow_tracking import MlflowTracking
        from courtside.workflows.resume_logging import resume_logging

        lake, uri = place(out=out, stage=stage, tracking_uri=tracking_uri)
        records = resume_logging(
            lake=lake,
            tracking=MlflowTracking(uri),
            model=model,
            training_id=training_id,
            progress=lambda name: say(f"… {name}"),
        )
    rows = [
        {
            "model": record.dataset,
            "training_id": record.training_id,
            "best": record.best,
            "version": record.challenger_version,
            "run_id": record.challenger_run_id,
        }
        for record in records
    ]
    print_json(rows) if as_json else print_table("Logged", rows)


def place(*, out: Path | None, stage: str, tracking_uri: str | None) -> "tuple[Lake, str]":
    """Return the lake (a folder, or that of a stage) and the address of a tracking server that answers.

    Raises `NoTrackingServer`, and what `require_server` raises.
    """
    from courtside.adapters.tracking_address import require_server

    if out is not None:
        from courtside.adapters.folder_lake import FolderLake

        if tracking_uri is None:
            raise NoTrackingServer
        require_server(tracking_uri)
        return FolderLake(out), tracking_uri
    from courtside.adapters.deployment import stage_outputs
    from courtside.adapters.s3_lake import S3Lake

    outputs = stage_outputs(stage)
    uri = tracking_uri or signed(outputs[StackOutput.TRACKING_URI])
    require_server(uri)
    return S3Lake(outputs[StackOutput.LAKE_BUCKET]), uri
