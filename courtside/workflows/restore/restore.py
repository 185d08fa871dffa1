"""Bring all stores of a stage back to one moment, while nothing of the stage runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from courtside.workflows.restore.errors import StageWorkedMeanwhile, StageWorks, StageWrittenMeanwhile
from courtside.workflows.restore.stores import Change, Store


class Work(Protocol):
    """What a stage does by itself: its rounds and trainings."""

    def running(self) -> list[str]:
        """Return the executions that run."""
        ...

    def begun_since(self, moment: datetime) -> list[str]:
        """Return the executions that began after a moment, whether or not they have ended."""
        ...

    def trainings_since(self, moment: datetime) -> list[str]:
        """Return the executions that trained or moved a champion, and had not ended by a moment."""
        ...


@dataclass(frozen=True, slots=True)
class Restoring:
    """Brings stores back to a moment, in their order: who names something comes after what it names."""

    stores: Sequence[Store]
    work: Work

    def look(self, moment: datetime) -> list[Change]:
        """Return what would change, store by store; raises `StageWorks` and what the stores raise."""
        self._require_rest()
        return [each.look(moment) for each in self.stores]

    def make(self, changes: Sequence[Change], *, now: datetime) -> None:
        """Make the changes; the same again finishes what broke off.

        Raises `StageWorks` before anything is changed, and `StageWorkedMeanwhile` or `StageWrittenMeanwhile` when
        everything is.
        """
        self._require_rest()
        for each in changes:
            each.make()
        if begun := self.work.begun_since(now):
            raise StageWorkedMeanwhile(begun)
        if written := [each.store for each in changes if each.differs()]:
            raise StageWrittenMeanwhile(written)

    def _require_rest(self) -> None:
        if running := self.work.running():
            raise StageWorks(running)
