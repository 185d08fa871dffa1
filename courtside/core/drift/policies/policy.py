"""A policy decides from the statistics of a table which features drifted, and says why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from courtside.contracts.shortening import quoted
from courtside.core.dataset import FeatureKind
from courtside.core.drift.table_statistics import TableEvidence, TableStatistic

MINIMUM_ROWS = 100
"""With fewer usable rows, a careful rule would miss a shift of half a standard deviation more often than find it."""


class Null(StrEnum):
    """The kind of chance that a p-value assumes."""

    ENTITIES = "entities"
    HISTORY = "history"
    INDEPENDENT_ROWS = "independent_rows"


@dataclass(frozen=True, slots=True)
class Together:
    """What columns that belong together show as one: `pvalue` is how often chance (`null`) moves their mean as far.

    `moved` says by how much each moved in the direction of them all, as a share of the reference's rows by which its
    mean rank changed; one that went the other way has a negative share. `rising` says whether the first of them rose.
    `pvalue_of_others` is that of all but the one that moved most, 1 if those went the other way.
    """

    moved: Mapping[str, float]
    rising: bool
    pvalue: float
    pvalue_of_others: float
    null: Null


@dataclass(frozen=True, slots=True)
class TogetherJudged:
    """A policy's verdict on columns that belong together: `rare` if chance does not explain how they moved."""

    shown: Together
    p_adjusted: float
    rare: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of one feature with values on both sides.

    `*_rows` are rows with usable values; `statistics` holds the values of every registered statistic for features of
    this kind by their keys, None where one cannot be computed. The rest is only set for policies that use history:
    `effect` is KS or the total variation distance, `pvalue` how often chance (`null`) gives as much, `entities` how
    many entities the reference and the window hold, `steps` the effects from one year of the history to the next,
    `windows` how many windows of the history the p-value rests on, `together` what the columns that belong to it show.
    """

    name: str
    kind: FeatureKind
    reference_rows: int
    current_rows: int
    statistics: Mapping[str, float | None]
    effect: float = 0.0
    pvalue: float = 1.0
    null: Null = Null.INDEPENDENT_ROWS
    entities: tuple[int, int] | None = None
    steps: tuple[float, ...] = ()
    windows: int | None = None
    together: Together | None = None

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
class YearSteps:
    """How many steps from one year of the reference's history to the next there are, and how many were as large."""

    as_large: int
    steps: int

    def to_dict(self) -> dict[str, int]:
        """Return the JSON form."""
        return {"as_large": self.as_large, "steps": self.steps}


@dataclass(frozen=True, slots=True)
class Judgement:
    """A policy's verdict on one feature: `clauses` are the comparisons that decided, in plain words.

    `usual` says that it moved, though not beyond what the reference itself shows; such a feature has not drifted.
    `alpha` is what the corrected p-value was compared with, None of policies that correct none. `windows` is how many
    windows of the history it rests on, None of other nulls. `together` is the verdict on the columns that belong
    together with it, None without any.
    """

    drifted: bool
    clauses: tuple[str, ...]
    effect: float | None = None
    p_adjusted: float | None = None
    usual: bool = False
    null: Null | None = None
    history: YearSteps | None = None
    windows: int | None = None
    alpha: float | None = None
    together: TogetherJudged | None = None


class Policy(Protocol):
    """Judges a whole table at once, so that it can correct for the number of features."""

    @property
    def name(self) -> str:
        """Return the name that reports give."""
        ...

    @property
    def minimum_rows(self) -> int:
        """Return how many usable rows both sides need; features with fewer are not judged."""
        ...

    @property
    def uses_history(self) -> bool:
        """Tell whether it needs comparable days of the reference and p-values from the reference's history."""
        ...

    def require_known(self, features: Sequence[str]) -> None:
        """Raise `ThresholdInvalid` if the policy names an unknown feature."""
        ...

    def judge(self, evidence: Sequence[Evidence], *, segments: int = 0) -> tuple[Judgement, ...]:
        """Return one judgement per feature in order; `segments` counts those that are judged if this is one, else 0."""
        ...

    def judge_table(self, statistic: TableStatistic, found: TableEvidence) -> Judgement:
        """Return the judgement on one statistic of the whole table; only policies that use history are asked."""
        ...
