"""A single feature may have thresholds of its own."""

from collections.abc import Sequence
from dataclasses import dataclass

from courtside.contracts.shortening import listed, quoted
from courtside.core.drift.errors import ThresholdInvalid


@dataclass(frozen=True, slots=True)
class Threshold:
    """The threshold of one feature for one statistic."""

    feature: str
    statistic: str
    value: float

    @classmethod
    def parse(cls, text: str) -> "Threshold":
        """Read ``feature.psi=0.3``, where the feature's name may contain ``=`` and ``.``; raises `ThresholdInvalid`.

        >>> Threshold.parse("home_rolling_ppg.psi=0.3")
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
    """Raise `ThresholdInvalid` for an override of an unknown feature or of a statistic that the policy lacks."""
    for override in overrides:
        text = f"{override.feature}.{override.statistic}={override.value:g}"
        if override.feature not in features:
            raise ThresholdInvalid(
                text, f"there is no feature {quoted(override.feature)} (there are {listed(features)})"
            )
        if override.statistic not in statistics:
            raise ThresholdInvalid(text, f"this policy's statistics are {', '.join(statistics)}")
