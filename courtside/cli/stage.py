"""Options and addresses of a deployed stage, the same for every command."""

import os
import re
from typing import Annotated

import typer

from courtside.cli.hints import named_model, named_stage
from courtside.contracts.errors import BadInput
from courtside.contracts.key_names import key_name
from courtside.contracts.names import TRACKING_AUTH

# infra/stage.py has the same rule for a stage's settings.
_NAME = re.compile(r"[a-z][a-z0-9]{1,15}")


class StageNameInvalid(BadInput):
    """No stage can have this name."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            f"{name[:40]!r} cannot be the name of a stage: a name is 2 to 16 lower-case letters and digits, such as "
            "dev or prod. Give it with --stage or in COURTSIDE_STAGE"
        )


def _stage_name(context: typer.Context, name: str) -> str:
    if not _NAME.fullmatch(name):
        raise StageNameInvalid(name)
    source = context.get_parameter_source("stage")
    named_stage.set(name if source is not None and source.name == "COMMANDLINE" else None)
    return name


Stage = Annotated[str, typer.Option(envvar="COURTSIDE_STAGE", callback=_stage_name, help="The stage.")]


def model_name(name: str | None) -> str | None:
    """Return the name of a model that an option was given; raises `NameUnusable`."""
    if name is not None:
        key_name(name, "the name of a model")
    named_model.set(name)
    return name


Model = Annotated[
    str | None,
    typer.Option("--model", callback=model_name, help="The model [default: the only one that the stage has]."),
]


ModelName = Annotated[
    str,
    typer.Argument(metavar="MODEL", callback=model_name, help="The model, as `courtside models list` shows it."),
]


GamesModel = Annotated[
    str | None,
    typer.Option(
        "--model", callback=model_name, help="A model of games; all of them learn from the same [default: any]."
    ),
]


OneModel = Annotated[
    str | None,
    typer.Option("--model", callback=model_name, help="Only this model [default: all that the stage has]."),
]


def stage_tracking_uri(stage: str) -> str:
    """Return the address of a stage's tracking server and make MLflow sign its requests; raises `StageNotDeployed`."""
    from courtside.adapters.deployment import stage_outputs
    from courtside.contracts.names import StackOutput

    return signed(stage_outputs(stage)[StackOutput.TRACKING_URI])


def signed(uri: str) -> str:
    """Make MLflow sign its requests, because IAM keeps a stage's tracking API private; return the address to use.

    ``COURTSIDE_TRACKING_URI`` names another one, for a server that is reached in another way.
    """
    os.environ.setdefault("MLFLOW_TRACKING_AUTH", TRACKING_AUTH)
    return os.environ.get("COURTSIDE_TRACKING_URI", uri)


def caller() -> str:
    """Return the AWS identity of this person, which records and histories name."""
    import boto3

    return boto3.client("sts").get_caller_identity()["Arn"]
