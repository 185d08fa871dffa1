"""Writing what promise tests count, window by window."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from courtside.contracts.events import Window
from courtside.core.performance.evidence import compare, first_days
from courtside.core.performance.evidence_archive import OF_EVIDENCE, evidence_table
from courtside.workflows.archive_log import evidence_log
from courtside.workflows.performance.evidence import Evidence
from courtside.workflows.performance.judging import Judging
from courtside.workflows.performance.learnt import Learnt
from courtside.workflows.performance.statements import Stating
from courtside.workflows.ports import Lake


@dataclass(frozen=True, slots=True)
class Comparing:
    """How champions are compared with their opponents.

    `champions` has the first day of each that is known so far, and `files` the number of the last file of each day of
    the evidence's log.
    """

    judging: Judging
    lake: Lake
    learnt: Learnt
    champions: dict[str, date]
    files: Mapping[date, int]

    @classmethod
    def of(cls, judging: Judging, evidence: Evidence, *, lake: Lake) -> "Comparing":
        """Go on from the evidence that there is."""
        learnt = Learnt(judging.dataset, lake, judging.as_of, evidence)
        return cls(judging, lake, learnt, evidence.champions(), evidence.files)

    def state(self, window: Window, served: pa.Table) -> None:
        """Write the evidence of a window unless it is known already; raises `LogBusy` and `LogDamaged`."""
        for version, day in first_days(served).items():
            self.champions[version] = min(day, self.champions.get(version, day))
        judging = self.judging
        compared = compare(
            served,
            promises=judging.promises.of(self.champions),
            champions=self.champions,
            learnt=self.learnt.before(window.start),
            task=judging.dataset.task,
        )
        said = evidence_table(compared, window, stated_on=judging.as_of, recorded_at=judging.now, files=judging.files)
        self.learnt.add(said)
        files = list(range(1, self.files.get(window.start, 0) + 1))
        Stating(window, said, OF_EVIDENCE).state(evidence_log(judging.dataset.name, lake=self.lake), files=files)
