"""The lake of a deployed stage, and the contract of the model that a command is about."""

from datetime import datetime
from typing import TYPE_CHECKING

from courtside.cli.stage import signed
from courtside.contracts.errors import BadInput

if TYPE_CHECKING:
    from courtside.adapters.deployment import StageOutputs
    from courtside.adapters.s3_lake import S3Lake
    from courtside.contracts.records import StageModel
    from courtside.core.dataset import Dataset
    from courtside.workflows.stage_models import StageModels


class RowsOfAnotherKind(BadInput):
    """A model's rows are not of the kind that a command is about."""

    def __init__(self, model: str, *, hint: str) -> None:
        self.model = model
        super().__init__(f"{model} does not learn from them; {hint}")


class ContractDiffers(BadInput):
    """The contract that was given is not the one that the stage has of that name."""

    def __init__(self, model: str, stage: str) -> None:
        self.model = model
        self.stage = stage
        super().__init__(
            f"stage {stage} has another contract of {model} than this one, so nothing was done; put this one into the "
            f"stage first with `courtside models add CONTRACT.yaml --stage {stage}`"
        )


def stage_models(outputs: "StageOutputs") -> "StageModels":
    """Return the models of a stage with these outputs; nothing is contacted yet."""
    from courtside.bootstrap.stage import deployed_models

    return deployed_models(outputs)


def stage_lake(stage: str, model: str | None = None, *, of_games: bool | None = None) -> "tuple[S3Lake, Dataset]":
    """Return a stage's lake and the contract of a model: the one that is named, or the only one that can be meant.

    Raises `StageNotDeployed`, `AwsUnusable`, and what `StageModels.only` and `StageModels.dataset` raise.
    """
    from courtside.adapters.deployment import reaching_aws, stage_outputs
    from courtside.adapters.s3_lake import S3Lake
    from courtside.contracts.names import StackOutput

    outputs = stage_outputs(stage)
    models = stage_models(outputs)
    with reaching_aws():
        return S3Lake(outputs[StackOutput.LAKE_BUCKET]), models.dataset(model or models.only(of_games=of_games))


def games_lake(stage: str, model: str | None = None) -> "S3Lake":
    """Return the lake, whose games all models of games share; raises as `stage_lake` unless it has one."""
    from courtside.adapters.deployment import reaching_aws, stage_outputs

    outputs = stage_outputs(stage)
    with reaching_aws():
        of_games = [each.name for each in stage_models(outputs).list().models if each.builder is not None]
    return games_of(stage, model or next(iter(of_games), None))[0]


def games_of(stage: str, model: str | None = None) -> "tuple[S3Lake, Dataset]":
    """Return the lake, and the contract of a model that learns from games; raises as `stage_lake`."""
    lake, served = stage_lake(stage, model, of_games=True)
    if served.builder is None:
        raise RowsOfAnotherKind(
            served.name, hint=f"load rows of its own table with `courtside tables load --model {served.name}`"
        )
    return lake, served


def stage_table(stage: str, given: "Dataset | None" = None, *, model: str | None = None) -> "tuple[S3Lake, Dataset]":
    """Return the lake, and the contract of a model that learns from a table of its own.

    Raises `ContractDiffers` for a `given` contract that says something else than the stage's, and as `stage_lake`.
    """
    lake, served = stage_lake(stage, model if given is None else given.name, of_games=False)
    if served.builder is not None:
        raise RowsOfAnotherKind(served.name, hint="its rows are games, which `courtside games load` loads")
    if given is not None and given.contract != served.contract:
        raise ContractDiffers(served.name, stage)
    return lake, served


def delete_stage_data(models: "StageModels", entry: "StageModel", outputs: "StageOutputs", *, now: datetime) -> int:
    """Delete the data of a removed model, and return of how many objects; raises as `delete_data`."""
    from courtside.adapters.mlflow_registry import MlflowRegistry
    from courtside.contracts.names import StackOutput
    from courtside.workflows.model_data import delete_data
    from courtside.workflows.model_ledger import ModelLedger
    from courtside.workflows.stage_model_errors import ContractChanged

    try:
        registry = MlflowRegistry(signed(outputs[StackOutput.TRACKING_URI]), place=models.said_by(entry).place)
    except ContractChanged:
        # It was deleted before, and it says where in the registry the model is.
        registry = None
    return delete_data(ModelLedger(models.ledger, entry.name), lake=models.lake, registry=registry, now=now)
