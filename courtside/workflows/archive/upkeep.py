"""Keep the archive fit for queries: rows follow their documents, and small files are merged."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from courtside.workflows.archive.compact import compact
from courtside.workflows.archive.derive import Derive, derive_incidents
from courtside.workflows.model_ledger import ModelLedger
from courtside.workflows.ports import Lake, Ledger
from courtside.workflows.runs import Executions


@dataclass(frozen=True, slots=True)
class ArchiveUpkeep:
    """The archive of a stage; `executions` returns those of a model in the retraining machine."""

    lake: Lake
    ledger: Ledger
    executions: Callable[[str], Executions]

    def tend(self, model: str | None, *, now: datetime) -> None:
        """Bring the rows of a model up to date, or those of the stage itself for None; repeating it changes nothing.

        Raises `DerivingBusy` and `LogDamaged`.
        """
        if model is None:
            derive_incidents("", lake=self.lake)
            return
        Derive(self.lake, ModelLedger(self.ledger, model), self.executions(model))()
        compact(model, before=now.date(), lake=self.lake)
