"""What happens in a round of a replay, for those who watch it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from courtside.contracts.events import RetrainingRequest
from courtside.contracts.records import DecisionRecord, IncidentRecord
from courtside.core.evaluation.multiclass import aligned
from courtside.core.gate.verdict import GateVerdict
from courtside.core.tasks import Prediction
from courtside.core.training.fit import TrainedModel
from courtside.core.training.split import Split
from courtside.workflows.backtest.attempts import Attempt
from courtside.workflows.backtest.stream import PLACE
from courtside.workflows.backtest.versions import Version
from courtside.workflows.drift_window import WindowReport


@dataclass(frozen=True)
class Judged:
    """The model that the gate judges, which learned from none of the holdout of a split.

    What it said of the test part begins with `selection_rows` that only select. Its stream has so many `classes`, where
    there are several.
    """

    split: Split
    model: TrainedModel
    selection_rows: int
    classes: int = 0

    @property
    def probability(self) -> Prediction:
        """What it said of the holdout, n_holdout rows, as predictions of the stream are."""
        return self.padded(self.model.test_probability[self.selection_rows :])

    def padded(self, said: Prediction) -> Prediction:
        """Return predictions with a column for each class of the stream; training knew those up to its newest."""
        return said if said.ndim == 1 else aligned(said, classes=range(said.shape[1]), to=range(self.classes))

    def said(self) -> dict[int, Any]:
        """Return what it said of each row of the holdout, by its place in the stream."""
        places = self.split.holdout.column(PLACE).to_numpy().tolist()
        return dict(zip(places, self.probability.tolist(), strict=True))


@dataclass(frozen=True)
class Trained:
    """A training of a replay, and what the gate said of its challenger.

    A training that failed has no `version`, and `failure` says why. `attempt` is what later challengers pay for.
    """

    request: RetrainingRequest
    made: Judged | None = None
    version: Version | None = None
    verdict: GateVerdict | None = None
    failure: str = ""
    attempt: Attempt | None = None

    @property
    def promoted(self) -> bool:
        """Whether its challenger became champion."""
        return self.verdict is not None and self.verdict.promote


@dataclass(frozen=True)
class Round:
    """One round: what was decided on its `day` and from what, what was done, and what was predicted until the next one.

    `champion` is the version that predicted: `places` are those of the rows in the stream, and `probability` what was
    said of them, n rows. `watched` is the drift check (None: none), `statements` what was stated about windows
    of performance, and `tests` what promise tests say, in the columns of their archives. `trained` are the trainings of
    the round, which in the first one are two at most, because it begins with that of the first model. People would have
    been sent so many `alerts` about the `incidents`, of which there is the newest of each kind.
    """

    day: date
    until: date
    record: DecisionRecord
    champion: Version
    places: NDArray[np.int64]
    probability: Prediction
    watched: WindowReport | None = None
    statements: Sequence[pa.Table] = ()
    tests: pa.Table | None = None
    trained: Sequence[Trained] = ()
    rolled_back_to: Version | None = None
    alerts: int = 0
    incidents: Sequence[IncidentRecord] = ()


class Witness(Protocol):
    """Somebody who is told of each round of a replay, in order."""

    def see(self, lived: Round) -> None:
        """Take note of a round."""
