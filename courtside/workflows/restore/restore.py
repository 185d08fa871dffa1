"""Bring all stores of a stage back to one moment, while nothing of the stage runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from courtside.workflows.restore.errors import StageWorkedMeanwhile, StageWorks, StageWrittenMeanwhile
from courtside.workflows.restore.stores import Change, Store

Newest = Mapping[str, str | None]
"""The name of the newest execution by state machine; None where there is none."""


class Work(Protocol):
    """What a stage does by itself: its rounds and trainings."""

    def running(self) -> list[str]:
        """Return the executions that run."""
        ...

    def newest(self) -> Newest:
        """Return what began last, by which what begins after it is known: nobody's clock is asked."""
        ...

    def begun_after(self, newest: Newest) -> list[str]:
        """Return the executions that began after others, whether or not they have ended, and those that run."""
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

    def make(self, changes: Sequence[Change]) -> None:
        """Make the changes; the same again finishes what broke off.

        Raises `StageWorks` before anything is changed, and `StageWorkedMeanwhile` or `StageWrittenMeanwhile` when
        everything is.
        """
        newest = self.work.newest()
        self._require_rest()
        for each in changes:
            each.make()
        if begun := self.work.begun_after(newest):
            raise StageWorkedMeanwhile(begun)
        if written := [each.store for each in changes if each.differs()]:
            raise StageWrittenMeanwhile(written)

    def _require_rest(self) -> None:
        if running := self.work.running():
            raise StageWorks(running)
