"""The policy `calibrated`: a shift counts if it is large enough to matter and unusual in the reference's history."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from courtside.core.dataset import FeatureKind
from courtside.core.drift.policies.clauses import over, short_pvalue
from courtside.core.drift.policies.multiple_testing import benjamini_hochberg
from courtside.core.drift.policies.policy import MINIMUM_ROWS, Evidence, Judgement
from courtside.core.drift.policies.thresholds import Threshold, require_thresholds

UNUSUAL = 0.05
"""Below this a reader would wonder why a p-value does not count."""
RAREST = 1e-4
"""Below this the size of a p-value says nothing more, and the inverse of the smallest floats is infinite."""


@dataclass(frozen=True, slots=True)
class CalibratedPolicy:
    """Drift is an effect over a practical threshold together with a corrected p-value up to `alpha`.

    The effect is KS for numbers and the total variation distance for the others (both the largest difference in
    probability of any range or set of values, in [0, 1]), or PSI less its sampling part. The p-value's null is the
    history of the reference where it was calibrated, otherwise that of independent rows, and the reason says which.
    Benjamini-Hochberg corrects for the number of features.

    >>> CalibratedPolicy(overrides=(Threshold.parse("rest_days.effect=0.2"),)).threshold("rest_days", "effect")
    0.2
    """

    effect: float = 0.08
    psi: float = 0.1
    alpha: float = 0.01
    minimum_rows: int = MINIMUM_ROWS
    overrides: tuple[Threshold, ...] = field(default=())

    @property
    def name(self) -> str:
        """Always "calibrated"."""
        return "calibrated"

    @property
    def uses_history(self) -> bool:
        """Always: comparable days and calibrated p-values are asked for."""
        return True

    def threshold(self, feature: str, statistic: str) -> float:
        """Return the threshold that holds for a feature; the last override wins, and ``ks`` is the effect's."""
        names = ("effect", "ks") if statistic == "effect" else (statistic,)
        own = [t.value for t in self.overrides if t.feature == feature and t.statistic in names]
        return own[-1] if own else float(getattr(self, statistic))

    def require_known(self, features: Sequence[str]) -> None:
        """Raise `ThresholdInvalid` if an override names a feature that is not there, or another policy's statistic."""
        require_thresholds(self.overrides, features=features, statistics=("effect", "ks", "psi"))

    def judge(self, evidence: Sequence[Evidence]) -> tuple[Judgement, ...]:
        """Ask whether each feature's shift matters, and for all features together whether it is rare."""
        adjusted = benjamini_hochberg([feature.pvalue for feature in evidence])
        return tuple(self._judged(feature, p) for feature, p in zip(evidence, adjusted, strict=True))

    def _judged(self, feature: Evidence, p_adjusted: float) -> Judgement:
        label = "KS" if feature.kind is FeatureKind.NUMERIC else "total variation"
        large = (
            over(label, feature.effect, self.threshold(feature.name, "effect")),
            over("PSI", feature.statistic("psi_adjusted"), self.threshold(feature.name, "psi")),
        )
        matters = [clause for exceeded, clause in large if exceeded]
        drifted = bool(matters) and p_adjusted <= self.alpha
        clauses = [*(matters or [clause for _, clause in large]), _rarity(feature)]
        if matters and not drifted and feature.pvalue <= UNUSUAL:
            clauses.append("which is not rare enough among so many features")
        return Judgement(drifted, tuple(clauses), feature.effect, p_adjusted)


def _rarity(feature: Evidence) -> str:
    """Say how often chance gives as large a shift, and what is taken for chance."""
    if feature.history_days is None:
        return (
            f"p {short_pvalue(feature.pvalue)} if rows are independent (the reference has no history to compare with)"
        )
    windows = "quiet windows of its history"
    if feature.pvalue > 1 / 2:
        return f"as in most {windows}"
    seen = int(1 / max(feature.pvalue, RAREST))
    if seen >= 100:
        floor = 10_000 if seen >= 10_000 else 1000 if seen >= 1000 else 200 if seen >= 200 else 100
        return f"seen in fewer than 1 of {floor:,} {windows}"
    return f"seen in about 1 of {seen} {windows}"
