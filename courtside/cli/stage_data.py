"""The lake of a deployed stage, and which dataset the stage trains on."""

from pathlib import Path
from typing import TYPE_CHECKING

from courtside.contracts.errors import BadInput

if TYPE_CHECKING:
    from courtside.adapters.deployment import StageOutputs
    from courtside.adapters.s3_lake import S3Lake
    from courtside.core.dataset import Dataset
    from courtside.workflows.stage_models import StageModels


class DatasetNotServed(BadInput):
    """A stage trains on another dataset, and would never look at this one."""

    def __init__(self, given: str, served: str, stage: str, *, hint: str) -> None:
        self.given = given
        self.served = served
        self.stage = stage
        super().__init__(
            f"stage {stage} trains on {served} and would never look at {given}; {hint}. To change what the stage "
            'trains on, copy the contract to courtside/datasets/<name>.yaml, set dataset="<name>" in '
            "infra/settings.py, and deploy again"
        )


class StageContractMissing(BadInput):
    """A stage trains on a contract that the installed Courtside does not have."""

    def __init__(self, dataset: str, stage: str) -> None:
        self.dataset = dataset
        self.stage = stage
        super().__init__(
            f"stage {stage} trains on {dataset}, and this Courtside has no contract of that name; run the command in "
            f"the checkout from which the stage was deployed, or copy its courtside/datasets/{dataset}.yaml to this one"
        )


def stage_models(outputs: "StageOutputs") -> "StageModels":
    """Return the models of a stage with these outputs; nothing is contacted yet."""
    from courtside.adapters.dynamodb_ledger import DynamoDbLedger
    from courtside.adapters.s3_lake import S3Lake
    from courtside.contracts.names import StackOutput
    from courtside.workflows.stage_models import StageModels

    return StageModels(DynamoDbLedger(outputs[StackOutput.LEDGER_TABLE]), S3Lake(outputs[StackOutput.LAKE_BUCKET]))


def stage_lake(stage: str) -> "tuple[S3Lake, Dataset]":
    """Return a stage's lake, and the contract of the dataset that it trains on.

    Raises `StageNotDeployed`, `AwsUnusable`, `StageContractMissing`, `DatasetInvalid`.
    """
    from courtside.adapters.deployment import reaching_aws, stage_outputs
    from courtside.adapters.function_environment import function_environment
    from courtside.adapters.s3_lake import S3Lake
    from courtside.contracts.environment import LakeEnv
    from courtside.contracts.names import StackOutput
    from courtside.datasets.catalog import CATALOG, load_dataset

    outputs = stage_outputs(stage)
    with reaching_aws():
        environment = function_environment(outputs[StackOutput.CHECK_DRIFT])
    dataset = LakeEnv.read(environment).dataset
    shipped, path = CATALOG.joinpath(f"{dataset}.yaml"), Path(dataset)
    if not (shipped.is_file() or path.is_file()):
        raise StageContractMissing(dataset, stage)
    return S3Lake(outputs[StackOutput.LAKE_BUCKET]), load_dataset(dataset)


def stage_games(stage: str) -> "S3Lake":
    """Return the lake of a stage that trains on games; raises `DatasetNotServed`."""
    return games_of(stage)[0]


def games_of(stage: str) -> "tuple[S3Lake, Dataset]":
    """Return the lake and the contract of a stage that trains on games; raises `DatasetNotServed`."""
    lake, served = stage_lake(stage)
    if served.builder is None:
        hint = "load rows of its own table with `courtside tables load`"
        raise DatasetNotServed("games", served.name, stage, hint=hint)
    return lake, served


def stage_table(stage: str, given: "Dataset | None" = None) -> "tuple[S3Lake, Dataset]":
    """Return the lake and the contract of a stage that trains on a table of its own.

    Raises `DatasetNotServed` for games, and for a contract other than the stage's.
    """
    lake, served = stage_lake(stage)
    name = "tables" if given is None else f"the table of {given.name}"
    if served.builder is not None:
        hint = (
            f"its rows are games, which `courtside games load` loads. A stage trains on one dataset: train on {name} "
            "with `courtside train --table`"
        )
        raise DatasetNotServed(name, served.name, stage, hint=hint)
    if given is not None and given != served:
        hint = (
            "give the contract that the stage was deployed with: this one has the same name and says something else"
            if given.name == served.name
            else f"a stage trains on one dataset: train on {name} with `courtside train --table`"
        )
        raise DatasetNotServed(name, served.name, stage, hint=hint)
    return lake, served
