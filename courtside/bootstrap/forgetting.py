"""What erases an id from a deployed stage: it runs with a person's own rights, as no function or task has them."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from courtside.contracts import lake_keys
from courtside.contracts.names import StackOutput

if TYPE_CHECKING:
    from courtside.adapters.deployment import StageOutputs
    from courtside.workflows.forget.forget import Forgetting


def deployed_forgetting(
    outputs: "StageOutputs",
    model: str,
    ids: Sequence[str],
    *,
    column: str | None,
    progress: Callable[[str], None],
) -> "Forgetting":
    """Wire what erases ids of a model, or of one that was removed, from the stage with these outputs.

    Raises `ModelUnknown`, `ContractChanged`, `NoIds`, `IdsUnclear` and `IdsOfGames`.
    """
    from courtside.adapters.s3_incoming import S3Incoming
    from courtside.adapters.s3_lake import S3Lake
    from courtside.bootstrap.stage import deployed_models
    from courtside.core.forget import wanted_ids
    from courtside.workflows.forget.contracts import earlier_contracts
    from courtside.workflows.forget.forget import Forgetting
    from courtside.workflows.stage_model_errors import ModelRemoved

    lake, models = S3Lake(outputs[StackOutput.LAKE_BUCKET]), deployed_models(outputs)
    contracts = earlier_contracts(model, lake=lake)
    try:
        dataset = models.dataset(model)
    except ModelRemoved:  # its data is still there
        if not contracts:
            raise
        dataset = max(contracts, key=lambda each: each.version)
    return Forgetting.of(
        wanted_ids(ids, dataset, column=column, contracts=contracts),
        dataset=dataset,
        lake=lake,
        ledger=models.ledger,
        incoming=S3Incoming(lake.bucket, lake_keys.incoming(model)),
        contracts=contracts,
        progress=progress,
    )
