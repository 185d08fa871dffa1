"""`courtside models`: which version is champion, and how to go back."""

import typer

from courtside.cli.console import JsonFlag, print_json, print_table
from courtside.cli.stage import Stage, signed, stage_tracking_uri

app = typer.Typer(no_args_is_help=True, help="Look at the registry and undo a promotion.")


@app.command("list")
def list_models(stage: Stage = "dev", as_json: JsonFlag = False) -> None:
    """List the registered versions and the part each plays.

    Example: `courtside models list --stage dev`
    """
    from courtside.adapters.mlflow_registry import MlflowRegistry

    versions = MlflowRegistry(stage_tracking_uri(stage)).versions()
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
    registry = MlflowRegistry(signed(outputs[StackOutput.TRACKING_URI]))
    done = rollback(lake=S3Lake(outputs[StackOutput.LAKE_BUCKET]), registry=registry)
    result = {"before": done.before, "after": done.after}
    print_json(result) if as_json else print_table("Champion", [result])
