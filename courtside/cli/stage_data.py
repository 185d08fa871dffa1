"""The lake of a deployed stage, and the contract of the model that a command is about."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from courtside.contracts.errors import BadInput
from courtside.contracts.shortening import listed

if TYPE_CHECKING:
    from courtside.adapters.deployment import StageOutputs
    from courtside.adapters.s3_lake import S3Lake
    from courtside.core.dataset import Dataset
    from courtside.workflows.stage_models import StageModels


class NoModel(BadInput):
    """A stage has no model of the kind that a command is about."""

    def __init__(self, stage: str, kind: str, known: list[str]) -> None:
        self.stage = stage
        self.known = known
        has = f"its models are {listed(known)}" if known else "it has none at all yet"
        super().__init__(
            f"stage {stage} has no {kind}; {has}. Add one with `courtside models add CONTRACT.yaml --stage {stage}`, "
            "or `courtside models add nba_games` for the games that Courtside ships a contract for"
        )


class ModelNotNamed(BadInput):
    """A stage has several models, and nobody said which one is meant."""

    def __init__(self, stage: str, known: list[str]) -> None:
        self.stage = stage
        self.known = known
        super().__init__(f"stage {stage} has the models {listed(known)}; say which one is meant with --model")


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
    from courtside.adapters.dynamodb_ledger import DynamoDbLedger
    from courtside.adapters.s3_lake import S3Lake
    from courtside.contracts.names import StackOutput
    from courtside.workflows.stage_models import StageModels

    return StageModels(DynamoDbLedger(outputs[StackOutput.LEDGER_TABLE]), S3Lake(outputs[StackOutput.LAKE_BUCKET]))


def stage_lake(
    stage: str,
    model: str | None = None,
    *,
    fits: "Callable[[Dataset], bool]" = lambda _: True,
    kind: str = "model",
) -> "tuple[S3Lake, Dataset]":
    """Return a stage's lake and the contract of a model: the one that is named, or the only one that fits.

    Raises `StageNotDeployed`, `AwsUnusable`, `NoModel`, `ModelNotNamed`, and what `StageModels.dataset` raises.
    """
    from courtside.adapters.deployment import reaching_aws, stage_outputs
    from courtside.adapters.s3_lake import S3Lake
    from courtside.contracts.names import StackOutput

    outputs = stage_outputs(stage)
    lake, models = S3Lake(outputs[StackOutput.LAKE_BUCKET]), stage_models(outputs)
    with reaching_aws():
        if model is not None:
            return lake, models.dataset(model)
        known = models.list().names
        found = [dataset for dataset in map(models.dataset, known) if fits(dataset)]
    if not found:
        raise NoModel(stage, kind, known)
    if len(found) > 1:
        raise ModelNotNamed(stage, [dataset.name for dataset in found])
    return lake, found[0]


def games_of(stage: str, model: str | None = None) -> "tuple[S3Lake, Dataset]":
    """Return the lake, and the contract of a model that learns from games; raises as `stage_lake`."""
    lake, served = stage_lake(stage, model, fits=lambda dataset: dataset.builder is not None, kind="model of games")
    if served.builder is None:
        raise RowsOfAnotherKind(served.name, hint="load rows of its own table with `courtside tables load`")
    return lake, served


def stage_games(stage: str) -> "S3Lake":
    """Return the lake of a stage with a model that learns from games; raises as `games_of`."""
    return games_of(stage)[0]


def stage_table(stage: str, given: "Dataset | None" = None, *, model: str | None = None) -> "tuple[S3Lake, Dataset]":
    """Return the lake, and the contract of a model that learns from a table of its own.

    Raises `ContractDiffers` for a `given` contract that says something else than the stage's, and as `stage_lake`.
    """
    named = model if given is None else given.name
    lake, served = stage_lake(stage, named, fits=lambda dataset: dataset.builder is None, kind="model of a table")
    if served.builder is not None:
        raise RowsOfAnotherKind(served.name, hint="its rows are games, which `courtside games load` loads")
    if given is not None and given.contract != served.contract:
        raise ContractDiffers(served.name, stage)
    return lake, served
