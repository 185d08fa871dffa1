"""`courtside models`: which version is champion, and how to go back."""

from typing import Annotated

import typer

from courtside.cli.console import JsonFlag, print_json, print_table

app = typer.Typer(no_args_is_help=True, help="Look at the registry and undo a promotion.")

Stage = Annotated[str, typer.Option(help="The deployed stage.")]


@app.command("list")
def list_models(stage: Stage = "dev", as_json: JsonFlag = False) -> None:
    """List the registered versions and the part each plays.

    Example: `courtside models list --stage dev`
    """
    from courtside.adapters.mlflow_registry import MlflowRegistry

    versions = MlflowRegistry(_tracking_uri(stage)).versions()
    print_json(versions) if as_json else print_table("Models", versions)


@app.command("rollback")
def rollback_champion(stage: Stage = "dev", as_json: JsonFlag = False) -> None:
    """Make the previous champion champion again, drift reference included.

    Example: `courtside models rollback --stage dev`
    """
    from courtside.adapters.deployment import stage_outputs
    from courtside.adapters.mlflow_registry import MlflowRegistry
    from courtside.adapters.s3_lake import S3Lake
    from courtside.contracts.names import StackOutput
    from courtside.workflows.rollback import rollback

    outputs = stage_outputs(stage)
    registry = MlflowRegistry(_signed(outputs[StackOutput.TRACKING_URI]))
    done = rollback(lake=S3Lake(outputs[StackOutput.LAKE_BUCKET]), registry=registry)
    result = {"before": done.before, "after": done.after}
    print_json(result) if as_json else print_table("Champion", [result])


def _tracking_uri(stage: str) -> str:
    from courtside.adapters.deployment import stage_outputs
    from courtside.contracts.names import StackOutput

    return _signed(stage_outputs(stage)[StackOutput.TRACKING_URI])


def _signed(uri: str) -> str:
    """Have MLflow sign its requests: the tracking API of a stage is private by IAM."""
    import os

    os.environ.setdefault("MLFLOW_TRACKING_AUTH", "courtside-sigv4")
    return os.environ.get("COURTSIDE_TRACKING_URI", uri)
