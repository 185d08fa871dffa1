"""What ran of a model: every training, rollback, drift check and copy of the tracking database, newest first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from courtside.contracts.errors import BadInput
from courtside.contracts.lake_keys import decisions, is_by_hand
from courtside.contracts.records import DecisionRecord
from courtside.contracts.versioned import TooNew
from courtside.core.runs import RETRAININGS, Execution, Run, RunKind, check_run, damaged_check, training_run
from courtside.workflows.lake_documents import DocumentDamaged, read_document
from courtside.workflows.ports import Lake, ObjectMissing

_LOOKED_THROUGH = 200
_LOOKED_THROUGH_FOR_A_KIND = 50


class RunUnknown(BadInput):
    """Nothing of that name ran for a model."""

    def __init__(self, run_id: str, model: str) -> None:
        self.run_id = run_id
        self.model = model
        super().__init__(
            f"nothing named {run_id} ran for {model}; `courtside runs list --model {model}` shows what did"
        )


class Executions(Protocol):
    """The executions of the retraining machine."""

    def recent(self, limit: int) -> list[Execution]:
        """Return the newest executions, newest first."""
        ...

    def of(self, training_id: str) -> Execution | None:
        """Return the execution of a training, or None if there is none."""
        ...


@dataclass(frozen=True, slots=True)
class Runs:
    """Where the runs of a model are found.

    `copies` returns at most that many of the newest copies of the tracking database.
    """

    executions: Executions
    lake: Lake
    model: str
    copies: Callable[[int], Sequence[Run]] = lambda _: ()

    def recent(self, *, limit: int, kind: RunKind | None = None) -> list[Run]:
        """Return the newest runs, all kinds or one, newest first; a kind is looked for among the newest 50 or more."""
        found: list[Run] = []
        if kind in {None, *RETRAININGS.values()}:
            newest = limit if kind is None else max(limit, _LOOKED_THROUGH_FOR_A_KIND)
            ran = (training_run(each) for each in self.executions.recent(newest))
            found += [each for each in ran if kind in {None, each.kind}]
        if kind in {None, RunKind.CHECK}:
            found += self._checks(limit)
        if kind in {None, RunKind.BACKUP, RunKind.RESTORE}:
            found += [each for each in self.copies(limit) if kind in {None, each.kind}]
        return sorted(found, key=lambda run: run.started_at, reverse=True)[:limit]

    def of(self, run_id: str) -> Run:
        """Return one run by its id, or by the beginning of it if only one has it; raises `RunUnknown`."""
        execution = self.executions.of(run_id)
        if execution is not None:
            return training_run(execution)
        found = [run for run in self.recent(limit=_LOOKED_THROUGH) if run.id.startswith(run_id)]
        exact = [run for run in found if run.id == run_id] or found
        if len(exact) != 1 or not run_id:
            raise RunUnknown(run_id, self.model)
        return exact[0]

    def _checks(self, limit: int) -> list[Run]:
        """Return the checks that looked at the newest windows, in the order of their days."""
        keys = [key for key in self.lake.keys(decisions(self.model)) if not is_by_hand(key)][-limit:]
        return [run for key in keys if (run := self._check(key)) is not None]

    def _check(self, key: str) -> Run | None:
        """Return one check; an unreadable record hides no other, and None is returned for one that has gone."""
        try:
            return check_run(read_document(DecisionRecord, key, lake=self.lake))
        except (DocumentDamaged, TooNew) as error:
            return damaged_check(key, str(error), model=self.model)
        except ObjectMissing:
            return None
