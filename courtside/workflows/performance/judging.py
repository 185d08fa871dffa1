"""Judging one window after the other by what is known as of a day."""

from dataclasses import dataclass
from datetime import date, datetime

import pyarrow as pa

from courtside.contracts.events import Window
from courtside.core.dataset import Dataset
from courtside.core.performance.judge import judge, lines_of, where
from courtside.core.performance.maturity import is_final, may_be_judged
from courtside.core.performance.statements import statement_table
from courtside.workflows.performance.promises import Promises


@dataclass(frozen=True, slots=True)
class Judging:
    """What windows are judged by; `files` is how many files of predictions and labels are known."""

    dataset: Dataset
    promises: Promises
    as_of: date
    now: datetime
    files: int = 0

    def awaits_labels(self, window: Window) -> bool:
        """Tell whether labels may still come within the contract's delay."""
        return not is_final(window.end, as_of=self.as_of, label_delay=self.dataset.label_delay)

    def is_mature(self, window: Window, served: pa.Table) -> bool:
        """Tell whether enough of the labels are in, or whatever will come."""
        mature = self.dataset.performance.mature
        return may_be_judged(share=share_labelled(served), mature=mature, final=not self.awaits_labels(window))

    def said(self, window: Window, served: pa.Table) -> pa.Table:
        """Return what is to be said about a window, in the archive's columns, as statement 0."""
        promises = self.promises.of(version for _, version in lines_of(served))
        for version in promises:
            self.promises.note_strange(version, where(served, version=version).column("label"))
        judged = judge(served, window, promises=promises, task=self.dataset.task)
        return statement_table(
            judged, window, stated_on=self.as_of, recorded_at=self.now, statement=0, files=self.files
        )


def share_labelled(served: pa.Table) -> float:
    """Return the share of predictions whose label is known, in [0, 1]; there is at least one."""
    return 1 - served.column("label").null_count / served.num_rows
