"""A folder of replays: where their records lie, and the pages that are built from them."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from courtside.adapters.folder_lake import FolderLake
    from courtside.adapters.sqlite_ledger import SqliteLedger
    from courtside.workflows.backtest import Plan, Stream
    from courtside.workflows.replays import Recording

LEDGER = "ledger.sqlite"


@dataclass(frozen=True, slots=True)
class ReplayFolder:
    """A folder that holds what a stage keeps in its lake and in its ledger."""

    root: Path

    @property
    def lake(self) -> "FolderLake":
        """What a stage keeps in its bucket."""
        from courtside.adapters.folder_lake import FolderLake

        return FolderLake(self.root)

    @property
    def ledger(self) -> "SqliteLedger":
        """What a stage keeps in its table."""
        from courtside.adapters.sqlite_ledger import SqliteLedger

        return SqliteLedger(self.root / LEDGER)

    def recording(self, contract: bytes, stream: "Stream", plan: "Plan") -> "Recording":
        """Return what records the replays of a stream in this folder; `contract` is the YAML of its model."""
        from courtside.workflows.replays import Recording

        return Recording(contract, stream, plan, self.lake, self.ledger)

    def publish(self, model: str | None = None) -> "FolderLake":
        """Build the pages of the folder's replays, and return the lake that holds them.

        Raises `NoReplay`, and `ReplayUnknown` where `model` is none of them, before anything is written, and what
        building pages raises.
        """
        from courtside.workflows.replays import NoReplay, publish

        if not (self.root / LEDGER).is_file():
            raise NoReplay(str(self.root))
        publish(self.ledger, lake=self.lake, wanted=model)
        return self.lake
