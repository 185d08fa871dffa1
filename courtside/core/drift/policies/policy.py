"""Policies: from a table's statistics to which features drifted, and why."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from courtside.contracts.shortening import listed, quoted
from courtside.core.dataset import FeatureKind
from courtside.core.drift.errors import ThresholdInvalid

MINIMUM_ROWS = 100
"""Below this many usable rows a shift of half a standard deviation is missed more often than not by a careful rule."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of one feature with values on both sides.

    `*_rows` are rows with usable values; `statistics` holds the values of every registered statistic for features of
    this kind by their keys, None where one cannot be computed. `effect` is KS or the total variation distance; `pvalue`
    has the null that policies which use history ask for: windows of
    `history_days` days of the reference's own history, or independent rows where that is None.
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
        """Name the reports give."""
        ...

    @property
    def minimum_rows(self) -> int:
        """Usable rows both sides need; features with fewer are not judged."""
        ...

    @property
    def uses_history(self) -> bool:
        """Whether it wants comparable days of the reference and p-values calibrated on its history."""
        ...

    def require_known(self, features: Sequence[str]) -> None:
        """Raise `ThresholdInvalid` if the policy names a feature that is not there."""
        ...

    def judge(self, evidence: Sequence[Evidence]) -> tuple[Judgement, ...]:
        """Return one judgement per feature, in order."""
        ...


@dataclass(frozen=True, slots=True)
class Threshold:
    """One feature's own threshold for one statistic."""

    feature: str
    statistic: str
    value: float

    @classmethod
    def parse(cls, text: str) -> "Threshold":
        """Read ``feature.psi=.3``, where the feature's own name may hold ``=`` and ``.``; raises `ThresholdInvalid`.

        >>> Threshold.parse("home_rolling_ppg.psi=.3")
        Threshold(feature='home_rolling_ppg', statistic='psi', value=0.3)
        """
        target, equals, number = text.rpartition("=")
        feature, dot, statistic = target.strip().rpartition(".")
        if not (equals and dot and feature):
            raise ThresholdInvalid(text, "a feature, a statistic or a value is missing")
        if statistic not in _LIMITS:
            raise ThresholdInvalid(text, f"the statistic must be one of {', '.join(_LIMITS)}")
        try:
            value = float(number)
        except ValueError as error:
            raise ThresholdInvalid(text, f"{number!r} is not a number") from error
        if not 0 <= value <= _LIMITS[statistic]:
            raise ThresholdInvalid(text, f"the value must be between 0 and {_LIMITS[statistic]:g}")
        return cls(feature, statistic, value)


_LIMITS = {"psi": float("inf"), "ks": 1.0, "chi2_pvalue": 1.0, "effect": 1.0}


def require_thresholds(overrides: Sequence[Threshold], *, features: Sequence[str], statistics: Sequence[str]) -> None:
    """Raise `ThresholdInvalid` for an override of an unknown feature, or of a statistic the policy does not use."""
    for override in overrides:
        text = f"{override.feature}.{override.statistic}={override.value:g}"
        if override.feature not in features:
            raise ThresholdInvalid(
                text, f"there is no feature {quoted(override.feature)} (there are {listed(features)})"
            )
        if override.statistic not in statistics:
            raise ThresholdInvalid(text, f"this policy's statistics are {', '.join(statistics)}")


@dataclass(frozen=True, slots=True)
class ClassicPolicy:
    """Fixed thresholds per feature: any one exceeded is drift.

    PSI and KS for numeric features, PSI and the chi-squared p-value for the others; no correction for the number of
    features or for dependent rows, so it raises alarms on small or dependent windows.

    >>> ClassicPolicy(overrides=(Threshold.parse("rest_days.ks=.2"),)).threshold("rest_days", "ks")
    0.2
    """

    psi: float = 0.2
    ks: float = 0.1
    chi2_pvalue: float = 0.05
    minimum_rows: int = MINIMUM_ROWS
    overrides: tuple[Threshold, ...] = field(default=())

    @property
    def name(self) -> str:
        """Always "classic"."""
        return "classic"

    @property
    def uses_history(self) -> bool:
        """Never: its thresholds are for the reference as it is."""
        return False

    def threshold(self, feature: str, statistic: str) -> float:
        """Return the threshold that holds for a feature; the last override wins."""
        own = [t.value for t in self.overrides if (t.feature, t.statistic) == (feature, statistic)]
        return own[-1] if own else float(getattr(self, statistic))

    def require_known(self, features: Sequence[str]) -> None:
        """Raise `ThresholdInvalid` if an override names a feature that is not there, or another policy's statistic."""
        require_thresholds(self.overrides, features=features, statistics=("psi", "ks", "chi2_pvalue"))

    def judge(self, evidence: Sequence[Evidence]) -> tuple[Judgement, ...]:
        """Compare each feature with its thresholds."""
        return tuple(self._judged(feature) for feature in evidence)

    def _judged(self, feature: Evidence) -> Judgement:
        comparisons = list(self._comparisons(feature))
        exceeded = tuple(clause for drifted, clause in comparisons if drifted)
        effect = feature.statistic("ks" if feature.kind is FeatureKind.NUMERIC else "jensen_shannon")
        return Judgement(bool(exceeded), exceeded or tuple(clause for _, clause in comparisons), effect)

    def _comparisons(self, feature: Evidence) -> Iterable[tuple[bool, str]]:
        if feature.kind is FeatureKind.NUMERIC:
            yield over("KS", feature.statistic("ks"), self.threshold(feature.name, "ks"))
        yield over("PSI", feature.statistic("psi"), self.threshold(feature.name, "psi"))
        if feature.kind is not FeatureKind.NUMERIC:
            pvalue = feature.statistic("chi2_pvalue")
            limit = self.threshold(feature.name, "chi2_pvalue")
            drifted = pvalue < limit
            side = "under" if drifted else "not under"
            shown = short(pvalue) if pvalue >= 1e-4 else "< .0001"
            yield drifted, f"chi-squared p {shown} {side} {short(limit)}"


def over(label: str, value: float, limit: float) -> tuple[bool, str]:
    """Compare a statistic with its limit, and say so."""
    drifted = value > limit
    return drifted, f"{label} {short(value)} {'over' if drifted else 'not over'} {short(limit)}"


def short(value: float) -> str:
    """Write a statistic as people do: two significant digits, no leading zero.

    >>> short(0.3149), short(0.2), short(0.00012), short(5.71), short(0.0)
    ('.31', '.2', '.00012', '5.7', '0')
    """
    text = f"{value:.2g}" if abs(value) < 10 else f"{value:.0f}"
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text
