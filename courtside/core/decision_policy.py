"""What people allow a model to do by itself, and from which evidence on."""

from dataclasses import dataclass, fields
from datetime import timedelta
from enum import StrEnum
from typing import Any

from courtside.core.rhythm.durations import written

MONTH = timedelta(days=30)
"""The days in which trainings are counted, and after which one that changed nothing is tried again."""
MOST_PERSISTENCE = 30
"""Checks in a row that may be asked for; a history has 60."""


class RollBack(StrEnum):
    """What follows if the champion is worse than the version before it: it goes back, people are asked, or neither."""

    BY_ITSELF = "by_itself"
    ASK = "ask"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class DecisionPolicy:
    """The `retrain` keys of a contract: people set them, never a model.

    `on_drift` and `on_performance` False leave what drifted, or does worse than promised, to people; `every` is the age
    that the champion's data may reach before it is trained again (None: any); `cooldown` is how much newer than the
    last training's the data of one that starts by itself must be. With `recalibrate` a champion whose ranking held
    while its probabilities broke is recalibrated and not trained.

    Drift starts a training if it was seen in `persistence` checks in a row, the newest of at least `fewest_rows` rows,
    and if at least `share` of the features moved, which carry at least `importance` of the model's importance where
    that is known; both are in [0, 1]. Drift and performance start `most_a_month` trainings in `MONTH` at most; outside
    the contract's season drift starts one only with `off_season`. A training learns from `history`: ``all``, the newest
    years (``5y``), or ``auto``, which time folds choose. With `refit` the best candidate is fitted once more on all
    rows after it was judged, where rows have times and ids.
    """

    on_drift: bool = True
    every: timedelta | None = None
    cooldown: timedelta = timedelta(days=1)
    on_performance: bool = True
    recalibrate: bool = True
    roll_back: RollBack = RollBack.BY_ITSELF
    share: float = 0.2
    importance: float = 0.01
    persistence: int = 1
    fewest_rows: int = 1
    most_a_month: int = 4
    off_season: bool = True
    history: str = "auto"
    refit: bool = True

    def as_dict(self) -> dict[str, Any]:
        """Return the limits as a contract writes them, for the record of a decision."""
        said = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: written(value) if isinstance(value, timedelta) else value for name, value in said.items()}
