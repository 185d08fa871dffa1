"""`courtside tracking`: copies of the tracking store and the registry."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from courtside.cli.console import JsonFlag, people, print_json, print_pairs, print_table
from courtside.cli.stage import Stage
from courtside.contracts.errors import BadInput

if TYPE_CHECKING:
    from courtside.adapters.tracking_task import CopyTask

app = typer.Typer(
    no_args_is_help=True,
    help="Back up and restore runs, models and aliases. A stage's database is reached from inside its network only, so "
    "these start a task there; with `--database-uri` they work on a database that this machine reaches.",
)

DatabaseUri = Annotated[
    str,
    typer.Option(
        help="postgresql://… of a database that is reached from here, instead of a stage's; its password may be in "
        "PGPASSWORD."
    ),
]


class OptionsMixed(BadInput):
    """Options that do not belong together."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)


@app.command("backup")
def backup(
    stage: Stage = "dev",
    database_uri: DatabaseUri = "",
    out: Annotated[Path | None, typer.Option(help="The file to write; needs --database-uri.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Copy every table as it is at one moment; runs that are being logged go on.

    Artifacts are not included: they are in the artifacts bucket, which keeps versions.

    Examples:

    - `courtside tracking backup --stage dev`

    - `courtside tracking backup --database-uri postgresql://mlflow@127.0.0.1/mlflow --out mlflow.zip`
    """
    if bool(database_uri) != (out is not None):
        raise OptionsMixed("--database-uri and --out belong together: a stage's backup goes into its lake")
    result = _dumped(database_uri, out) if out is not None else ran(stage, ["backup"])
    _print(result, as_json=as_json)


@app.command("restore")
def restore(
    source: Annotated[str, typer.Argument(help="A key of the stage's lake (`courtside tracking backups`), or a file.")],
    stage: Stage = "dev",
    database_uri: DatabaseUri = "",
    replace: Annotated[bool, typer.Option("--replace", help="Delete what the database holds.")] = False,
    artifacts_from: Annotated[str, typer.Option(help="Artifacts lay under this s3:// address …")] = "",
    artifacts_to: Annotated[str, typer.Option(help="… and lie under this one now.")] = "",
    as_json: JsonFlag = False,
) -> None:
    """Put a copy into an empty database with MLflow's schema, all of it or nothing.

    Examples:

    - `courtside tracking restore backups/tracking/2026-11-24T120000Z.zip --stage dev`

    - `courtside tracking restore mlflow.zip --database-uri postgresql://mlflow@127.0.0.1/mlflow`
    """
    if bool(artifacts_from) != bool(artifacts_to):
        raise OptionsMixed("--artifacts-from and --artifacts-to belong together")
    artifacts = [artifacts_from, artifacts_to] if artifacts_from else []
    if database_uri:
        result = _loaded(database_uri, Path(source), replace=replace, artifacts=artifacts)
    else:
        moved = ["--artifacts", *artifacts] if artifacts else []
        result = ran(stage, ["restore", *(["--replace"] if replace else []), *moved, "--", source])
    _print(result, as_json=as_json)


@app.command("backups")
def backups(stage: Stage = "dev", as_json: JsonFlag = False) -> None:
    """List a stage's backups, newest first.

    Example: `courtside tracking backups --stage dev`
    """
    from courtside.adapters.deployment import reaching_aws, stage_outputs
    from courtside.adapters.s3_lake import S3Lake
    from courtside.contracts.lake_keys import TRACKING_BACKUPS_PREFIX
    from courtside.contracts.names import StackOutput

    with people.status("Asking the stage"), reaching_aws():
        lake = S3Lake(stage_outputs(stage)[StackOutput.LAKE_BUCKET])
        rows = [{"key": each.key, "bytes": each.size} for each in reversed(lake.list_objects(TRACKING_BACKUPS_PREFIX))]
    print_json(rows) if as_json else print_table("Backups", rows)


def _print(result: dict[str, Any], *, as_json: bool) -> None:
    """Print what was copied, one line each, without the task's action, which the user has typed."""
    print_json(result) if as_json else print_pairs({name: each for name, each in result.items() if name != "did"})


def ran(stage: str, command: list[str]) -> dict[str, Any]:
    """Run the copy task of a stage and return what it printed; raises what `CopyTask.run` does."""
    from courtside.adapters.deployment import reaching_aws

    with reaching_aws(), people.status("The copy task runs in the stage's network"):
        return _task(stage).run(command)


def _task(stage: str) -> "CopyTask":
    from courtside.adapters.deployment import stage_outputs
    from courtside.adapters.stack_resources import stack_resources
    from courtside.adapters.tracking_task import copy_task
    from courtside.contracts.names import StackOutput, stack_name

    definition = stage_outputs(stage)[StackOutput.TRACKING_COPY]
    return copy_task(stack_resources(stack_name(stage, "tracking")), definition=definition)


def _dumped(uri: str, out: Path) -> dict[str, Any]:
    from courtside.adapters.tracking_backups import back_up_to_file

    with people.status("Copying the database"):
        return {"file": str(out), **back_up_to_file(uri, out, now=datetime.now(UTC)).summary()}


def _loaded(uri: str, source: Path, *, replace: bool, artifacts: list[str]) -> dict[str, Any]:
    from courtside.adapters.tracking_backups import restore_from_file
    from courtside.adapters.tracking_copy.load import ArtifactsMoved

    moved = ArtifactsMoved(*artifacts) if artifacts else None
    with people.status("Filling the database"):
        return {"file": str(source), **restore_from_file(uri, source, replace=replace, moved=moved).summary()}
