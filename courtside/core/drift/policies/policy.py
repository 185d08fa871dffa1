"""A policy decides from a table's statistics which features drifted, and says why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from courtside.contracts.shortening import quoted
from courtside.core.dataset import FeatureKind

MINIMUM_ROWS = 100
"""Below this many usable rows a shift of half a standard deviation is missed more often than not by a careful rule."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of one feature with values on both sides.

    `*_rows` are rows with usable values; `statistics` holds the values of every registered statistic for features of
    this kind by their keys, None where one cannot be computed. `effect` is KS or the total variation distance. The null
    of `pvalue` is the reference's own history in windows of `history_days` days, or independent rows if that is None;
    both are only set for policies that use history.
    """

    name: str
    kind: FeatureKind
    reference_rows: int
    current_rows: int
    statistics: Mapping[str, float | None]
    effect: float = 0.0
    pvalue: float = 1.0
    history_days: int | None = None

    def statistic(self, key: str) -> float:
        """Return a value that features of this kind have; raises `StatisticMissing`."""
        value = self.statistics.get(key)
        if value is None:
            raise StatisticMissing(self.name, key)
        return value


class StatisticMissing(LookupError):
    """A policy asked for a value that features of this kind do not have."""

    def __init__(self, feature: str, key: str) -> None:
        self.feature = feature
        self.key = key
        super().__init__(f"feature {quoted(feature)} has no value {key}")


@dataclass(frozen=True, slots=True)
class Judgement:
    """A policy's verdict on one feature: `clauses` are the comparisons that decided, in plain words."""

    drifted: bool
    clauses: tuple[str, ...]
    effect: float | None = None
    p_adjusted: float | None = None


class Policy(Protocol):
    """Judges a whole table at once, so that a policy can correct for the number of features."""

    @property
    def name(self) -> str:
        """The name that reports give."""
        ...

    @property
    def minimum_rows(self) -> int:
        """How many usable rows both sides need; features with fewer are not judged."""
        ...

    @property
    def uses_history(self) -> bool:
        """Whether it needs comparable days of the reference and p-values calibrated on the reference's history."""
        ...

    def require_known(self, features: Sequence[str]) -> None:
        """Raise `ThresholdInvalid` if the policy names a feature that is not there."""
        ...

    def judge(self, evidence: Sequence[Evidence]) -> tuple[Judgement, ...]:
        """Return one judgement per feature, in order."""
        ...
