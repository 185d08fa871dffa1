"""The policy `classic`: fixed thresholds, as in the system that Courtside replaces."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from courtside.core.dataset import FeatureKind
from courtside.core.drift.policies.clauses import over, short, short_pvalue
from courtside.core.drift.policies.policy import MINIMUM_ROWS, Evidence, Judgement
from courtside.core.drift.policies.thresholds import Threshold, require_thresholds
from courtside.core.drift.table_statistics import TableEvidence, TableStatistic


@dataclass(frozen=True, slots=True)
class ClassicPolicy:
    """Fixed thresholds per feature, where exceeding any one of them is drift.

    It uses PSI and KS for numeric features, and PSI and the chi-squared p-value for the others. It corrects neither for
    the number of features nor for dependent rows, so it raises false alarms on small or dependent windows.

    >>> ClassicPolicy(overrides=(Threshold.parse("rest_days.ks=0.2"),)).threshold("rest_days", "ks")
    0.2
    """

    psi: float = 0.2
    ks: float = 0.1
    chi2_pvalue: float = 0.05
    minimum_rows: int = MINIMUM_ROWS
    overrides: tuple[Threshold, ...] = field(default=())

    @property
    def name(self) -> str:
        """Always return "classic"."""
        return "classic"

    @property
    def uses_history(self) -> bool:
        """Always return False, because its thresholds hold for the reference as it is."""
        return False

    def threshold(self, feature: str, statistic: str) -> float:
        """Return the threshold that holds for a feature; the last override wins."""
        own = [t.value for t in self.overrides if (t.feature, t.statistic) == (feature, statistic)]
        return own[-1] if own else float(getattr(self, statistic))

    def require_known(self, features: Sequence[str]) -> None:
        """Raise `ThresholdInvalid` if an override names an unknown feature, or a statistic of another policy."""
        require_thresholds(self.overrides, features=features, statistics=("psi", "ks", "chi2_pvalue"))

    def judge(self, evidence: Sequence[Evidence], *, segments: int = 0) -> tuple[Judgement, ...]:
        """Compare each feature with its thresholds; each of several segments gets its share of the limit for p."""
        return tuple(self._judged(feature, segments) for feature in evidence)

    def judge_table(self, statistic: TableStatistic, found: TableEvidence) -> Judgement:
        """Find no drift, because the earlier system compared only columns and had no threshold for anything else."""
        return Judgement(drifted=False, clauses=(f"{statistic.label}: no threshold",), effect=found.effect)

    def _judged(self, feature: Evidence, segments: int) -> Judgement:
        comparisons = list(self._comparisons(feature, segments))
        exceeded = tuple(clause for drifted, clause in comparisons if drifted)
        effect = feature.statistic("ks" if feature.kind is FeatureKind.NUMERIC else "jensen_shannon")
        return Judgement(bool(exceeded), exceeded or tuple(clause for _, clause in comparisons), effect)

    def _comparisons(self, feature: Evidence, segments: int) -> Iterable[tuple[bool, str]]:
        if feature.kind is FeatureKind.NUMERIC:
            yield over("KS", feature.statistic("ks"), self.threshold(feature.name, "ks"))
        yield over("PSI", feature.statistic("psi"), self.threshold(feature.name, "psi"))
        if feature.kind is not FeatureKind.NUMERIC:
            pvalue = feature.statistic("chi2_pvalue")
            limit = self.threshold(feature.name, "chi2_pvalue") / max(1, segments)
            drifted = pvalue < limit
            side = "under" if drifted else "not under"
            yield drifted, f"chi-squared p {short_pvalue(pvalue)} {side} {short(limit)}"
