"""What brings a stage back to a moment: it runs with a person's own rights, as no function or task has them."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import TYPE_CHECKING

from courtside.contracts.names import StackOutput

if TYPE_CHECKING:
    from courtside.adapters.deployment import StageOutputs
    from courtside.workflows.restore.restore import Restoring

LAKE, ARTIFACTS, TRACKING, LEDGER = "lake", "artifacts", "tracking", "ledger"
STORES = (LAKE, ARTIFACTS, TRACKING, LEDGER)
"""The stores of a stage, in the order in which they are brought back: the ledger names what lies in the others."""


def deployed_restoring(
    outputs: "StageOutputs",
    wanted: Collection[str],
    *,
    restore_tracking: Callable[[str], object],
    now: datetime,
    progress: Callable[[str], None],
) -> "Restoring":
    """Wire what brings the wanted stores of the stage with these outputs back; nothing is contacted yet."""
    from courtside.adapters.dynamodb_ledger import DynamoDbLedger
    from courtside.adapters.past_ledger import DynamoDbPastLedger
    from courtside.adapters.s3_lake import S3Lake
    from courtside.adapters.stage_work import StageWork
    from courtside.workflows.restore.backups import Backups
    from courtside.workflows.restore.documents import Documents
    from courtside.workflows.restore.objects import Objects
    from courtside.workflows.restore.restore import Restoring
    from courtside.workflows.restore.stores import Store

    work = StageWork(outputs[StackOutput.RETRAINING], outputs[StackOutput.WATCH])
    lake, table = S3Lake(outputs[StackOutput.LAKE_BUCKET]), outputs[StackOutput.LEDGER_TABLE]
    stores: dict[str, Store] = {
        LAKE: Objects(LAKE, lake, now),
        ARTIFACTS: Objects(ARTIFACTS, S3Lake(outputs[StackOutput.ARTIFACTS_BUCKET]), now),
        TRACKING: Backups(lake, restore_tracking, TRACKING),
        LEDGER: Documents(DynamoDbPastLedger(table, progress), DynamoDbLedger(table), work.trainings_since, LEDGER),
    }
    return Restoring([stores[each] for each in STORES if each in wanted], work)
