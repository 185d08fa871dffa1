"""What a replay was, kept beside the records that it left."""

from datetime import date, datetime

from courtside.contracts.versioned import Versioned


class ReplayRecord(Versioned):
    """One policy that lived through the days from `start` to `end` (not included) of the model `of`.

    `model` is its name among the replays of a folder, `policy` the name of the policy and `window` the part of the past
    that its trainings learnt from. `rows` were predicted; of `trainings`, `promotions` led to another champion. The
    figures are those of all rows whose label is known, None where it is not defined. It was made at `made_at`.
    """

    model: str
    of: str
    policy: str
    window: str
    start: date
    end: date
    made_at: datetime
    rows: int
    trainings: int
    promotions: int
    log_loss: float | None = None
    brier: float | None = None
    accuracy: float | None = None
    auc: float | None = None
