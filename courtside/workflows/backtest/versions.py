"""What a replay keeps of a version: what a stage keeps in its registry, its lake and its ledger."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from courtside.contracts.events import RetrainingRequest
from courtside.contracts.records import HistoryRecord
from courtside.core.drift import Profile
from courtside.core.performance.promise import Promise
from courtside.core.training.candidates import Predictor
from courtside.core.training.fit import probability
from courtside.workflows.backtest.stream import Stream

BLOCK = 512
"""So many rows are predicted at once, because a call of a model takes far longer than a row."""


@dataclass(frozen=True)
class Version:
    """A registered version: the model that predicts, its drift reference, and what its training promised.

    `request` asked for its training, and its data ends before `data_until`. `judged` holds what was said of its holdout
    before it learned from that, by the rows' places in the stream. `name` is its candidate's.
    """

    number: str
    request: RetrainingRequest
    data_until: date
    name: str
    estimator: Predictor
    profile: Profile | None
    promise: Promise
    importances: Mapping[str, float] = field(default_factory=dict)
    judged: Mapping[int, float] = field(default_factory=dict)
    learned_before: int = 0
    history: HistoryRecord | None = None
    _blocks: dict[int, NDArray[np.float64]] = field(default_factory=dict, repr=False)

    @property
    def training_id(self) -> str:
        """The training that made it."""
        return self.request.training_id

    @property
    def as_of(self) -> date:
        """The day before which its training's rows lie."""
        return self.request.as_of

    def said(self, stream: Stream, begin: int, end: int) -> NDArray[np.float64]:
        """Return the probability of class 1 of the rows from one place of a stream to another, shape (end - begin,).

        Blocks of rows are predicted at once, always the same, so that no bit depends on where a replay went on.
        """
        blocks = range(begin // BLOCK, -(-end // BLOCK))
        for block in blocks:
            if block not in self._blocks:
                rows = stream.frame.iloc[block * BLOCK : (block + 1) * BLOCK]
                self._blocks[block] = probability(self.estimator, rows)
        found = np.concatenate([np.zeros(0), *(self._blocks[block] for block in blocks)])
        first = begin // BLOCK * BLOCK
        return found[begin - first : end - first]
