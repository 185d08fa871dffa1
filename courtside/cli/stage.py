"""Options and addresses of a deployed stage, the same for every command."""

import os
from typing import Annotated

import typer

Stage = Annotated[str, typer.Option(help="The deployed stage.")]


def stage_tracking_uri(stage: str) -> str:
    """Return the address of a stage's tracking server and have MLflow sign its requests; raises `StageNotDeployed`."""
    from courtside.adapters.deployment import stage_outputs
    from courtside.contracts.names import StackOutput

    return signed(stage_outputs(stage)[StackOutput.TRACKING_URI])


def signed(uri: str) -> str:
    """Have MLflow sign its requests, as the tracking API of a stage is private by IAM; return the address to use.

    ``COURTSIDE_TRACKING_URI`` names another one, for a server that is reached in another way.
    """
    os.environ.setdefault("MLFLOW_TRACKING_AUTH", "courtside-sigv4")
    return os.environ.get("COURTSIDE_TRACKING_URI", uri)
