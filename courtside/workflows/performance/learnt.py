"""What the recalibrations of champions had learnt before a window, which later windows go on from."""

import json
from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa

from courtside.core.dataset import Dataset
from courtside.core.performance.evidence_archive import learnt_by
from courtside.core.recalibration import Recalibration
from courtside.workflows.performance.evidence import Evidence
from courtside.workflows.ports import Lake


@dataclass(slots=True)
class Learnt:
    """Finds what had been learnt before a day; `evidence` is what there was before this check."""

    dataset: Dataset
    lake: Lake
    as_of: date
    evidence: Evidence
    _states: dict[str, dict[date, str]] = field(init=False)

    def __post_init__(self) -> None:
        self._states = learnt_by(self.evidence.rows())

    def before(self, day: date) -> dict[str, Recalibration]:
        """Return what was learnt before a day by the recalibration of each champion; raises `LogDamaged`."""
        counted = self.evidence.counted
        if counted is not None and day < counted.before:  # which is long ago, so all evidence has to be read once
            self.evidence = Evidence.of(self.dataset, self.as_of, lake=self.lake, anew=True)
            recent, self._states = self._states, learnt_by(self.evidence.rows())
            for version, states in recent.items():
                self._states.setdefault(version, {}).update(states)
            return self.before(day)
        found = {} if counted is None else dict(counted.learnt)
        for version, states in self._states.items():
            earlier = [each for each in states if each < day]
            if earlier:
                found[version] = states[max(earlier)]
        return {version: Recalibration.of_plain(json.loads(state)) for version, state in found.items()}

    def add(self, evidence: pa.Table) -> None:
        """Take in what this check has found out about a window."""
        for version, states in learnt_by(evidence).items():
            self._states.setdefault(version, {}).update(states)
