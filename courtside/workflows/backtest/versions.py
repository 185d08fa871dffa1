"""What a replay keeps of a version: what a stage keeps in its registry, its lake and its ledger."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from courtside.contracts.events import RetrainingRequest
from courtside.contracts.records import HistoryRecord
from courtside.core.drift import Profile
from courtside.core.intervals import ConformalIntervals
from courtside.core.performance.promise import Promise
from courtside.core.tasks import Prediction
from courtside.core.training.candidates import Candidate, Predictor
from courtside.workflows.backtest.stream import Stream

BLOCK = 512
"""So many rows are predicted at once, because a call of a model takes far longer than a row."""


@dataclass(frozen=True)
class Version:
    """A registered version: the model that predicts, its drift reference, and what its training promised.

    `request` asked for its training, and its data ends before `data_until`. `judged` holds what was said of its holdout
    before it learned from that, by the rows' places in the stream; it may have learned from all rows `learned_before` a
    place. A recalibrated version is one `of` another, whose data and drift reference it has. Of several classes its
    estimator knows those with the codes `seen`; `intervals` are those around its values.
    """

    number: str
    request: RetrainingRequest
    data_until: date
    candidate: Candidate
    estimator: Predictor
    profile: Profile | None
    promise: Promise
    importances: Mapping[str, float] = field(default_factory=dict)
    judged: Mapping[int, Any] = field(default_factory=dict)
    learned_before: int = 0
    of: "Version | None" = None
    history: HistoryRecord | None = None
    seen: Sequence[int] | None = None
    intervals: ConformalIntervals | None = None
    _blocks: dict[int, Prediction] = field(default_factory=dict, repr=False)

    @property
    def training_id(self) -> str:
        """The training that made it."""
        return self.request.training_id

    @property
    def as_of(self) -> date:
        """The day before which its training's rows lie."""
        return self.request.as_of if self.of is None else self.of.as_of

    def said_unseen(self, stream: Stream, places: NDArray[np.int64]) -> Prediction:
        """Return the prediction of each row, as of a model that had not learned from it, NaN where nobody knows it.

        `places` follow one another, shape (n,). Of rows that judged a version before it learned from them, it is what
        was said of them then.
        """
        first = int(places[0])
        now = self.said(stream, first, first + places.size)
        nothing = np.full(now.shape[1:], np.nan)
        before = np.array([self.judged.get(place, nothing) for place in places.tolist()])
        later = places >= self.learned_before
        return np.where(later.reshape(-1, *[1] * (now.ndim - 1)), now, before)

    def said(self, stream: Stream, begin: int, end: int) -> Prediction:
        """Return what is predicted of the rows from one place of a stream to another, with (end - begin) rows.

        Of two classes that is the probability of class 1, of several that of each class of the stream.

        Blocks of rows are predicted at once, always the same, so that no bit depends on where a replay went on.
        """
        blocks, learner = range(begin // BLOCK, -(-end // BLOCK)), stream.learner
        seen = None if self.seen is None else np.asarray(self.seen, dtype=np.intp)
        for block in blocks:
            if block not in self._blocks:
                rows = stream.frame.iloc[block * BLOCK : (block + 1) * BLOCK]
                self._blocks[block] = learner.said(self.estimator, rows, seen=seen)
        empty = np.zeros((0, learner.classes) if learner.classes else 0)
        found = np.concatenate([empty, *(self._blocks[block] for block in blocks)])
        first = begin // BLOCK * BLOCK
        return found[begin - first : end - first]
