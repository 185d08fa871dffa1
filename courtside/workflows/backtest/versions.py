"""What a replay keeps of a version: what a stage keeps in its registry, its lake and its ledger."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from courtside.contracts.events import RetrainingRequest
from courtside.contracts.records import HistoryRecord
from courtside.core.drift import Profile
from courtside.core.performance.promise import Promise
from courtside.core.training.candidates import Predictor
from courtside.core.training.fit import probability


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

    @property
    def training_id(self) -> str:
        """The training that made it."""
        return self.request.training_id

    @property
    def as_of(self) -> date:
        """The day before which its training's rows lie."""
        return self.request.as_of

    def predict(self, rows: pd.DataFrame) -> NDArray[np.float64]:
        """Return the probability of class 1 of each row, shape (n,)."""
        return probability(self.estimator, rows)
