"""The policy `calibrated`: a change counts if it is large enough to matter and chance does not explain it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from courtside.contracts.shortening import listed, shortened
from courtside.core.dataset import FeatureKind
from courtside.core.drift.policies.clauses import known_pvalue, over, short, short_pvalue
from courtside.core.drift.policies.multiple_testing import benjamini_hochberg
from courtside.core.drift.policies.policy import (
    MINIMUM_ROWS,
    Evidence,
    Judgement,
    Null,
    TogetherJudged,
    YearSteps,
)
from courtside.core.drift.policies.thresholds import Threshold, require_thresholds
from courtside.core.drift.table_statistics import TableEvidence, TableStatistic

ALPHAS: Mapping[Null, float] = {Null.ENTITIES: 0.05, Null.HISTORY: 0.01, Null.INDEPENDENT_ROWS: 0.01}
"""How small a corrected p-value must be. Rows are hardly ever independent, and years are few, so these two are held to
less; entities are what they are taken for."""
ALPHAS_OF_RELATED: Mapping[Null, tuple[float, float]] = {
    Null.ENTITIES: (0.0025, 0.01),
    Null.HISTORY: (0.001, 0.01),
    Null.INDEPENDENT_ROWS: (0.001, 0.01),
}
"""How small the corrected p-value of columns that belong together must be, and that of one of them by itself: together
they say more, so either must be rarer than a column without relatives."""
SEGMENT_ALPHA = 0.005
"""How small the corrected p-value of a feature in a segment must be, whatever its null: parts of a table, such as the
last months of a season, move more often than the whole, and an alarm by a segment alone must be worth a look."""
NOT_ALONE = 0.02
"""The p-value of the other columns without the one that moved most must be at most this, so that a single column that
moved far does not count as a move of all."""
NOT_AGAINST = 0.2
"""A column that moved with the others has moved if its own p-value is at most this."""
USUAL_SHARE, USUAL_STEPS = 0.3, 2
"""A change is usual if this share of the steps between the history's years was as large, and not only one of several:
one large step is a break, which must not hide the next."""
NEVER_QUIET = 3.0
"""An effect this many times the threshold is not called "no drift", even if chance may explain it."""
MOST_NAMED = 3
UNUSUAL = 0.05
"""Below this p-value, a reader would wonder why it does not count."""


@dataclass(frozen=True, slots=True)
class CalibratedPolicy:
    """Drift is an effect over a practical threshold together with a corrected p-value up to its null's alpha.

    The effect is KS for numbers and the total variation distance for the others (both the largest difference in
    probability of any range or set of values, in [0, 1]), or PSI less its sampling part. The p-value's null are other
    entities where the features name them, else the history of the reference where it was calibrated, else independent
    rows; the reason says which. Benjamini-Hochberg corrects for the number of features with the same null.

    Columns that belong together have a p-value together, too, corrected for the number of such sets of columns. Where
    it is small enough, those of them drifted whose effect matters, which moved like the others and whose own p-value is
    not large (`NOT_AGAINST`).

    What would be drift is `usual` if the years of the reference's history lie as far from each other
    (`USUAL_SHARE`, `USUAL_STEPS`), and so is what chance may explain but nobody would call quiet (`NEVER_QUIET`).
    `alpha` replaces the alpha of every null.

    >>> CalibratedPolicy(overrides=(Threshold.parse("rest_days.effect=0.2"),)).threshold("rest_days", "effect")
    0.2
    """

    effect: float = 0.08
    psi: float = 0.1
    alpha: float | None = None
    minimum_rows: int = MINIMUM_ROWS
    overrides: tuple[Threshold, ...] = field(default=())

    @property
    def name(self) -> str:
        """Always return "calibrated"."""
        return "calibrated"

    @property
    def uses_history(self) -> bool:
        """Always return True, because comparable days and calibrated p-values are needed."""
        return True

    def threshold(self, feature: str, statistic: str) -> float:
        """Return the threshold that holds for a feature; the last override wins, and ``ks`` stands for the effect."""
        names = ("effect", "ks") if statistic == "effect" else (statistic,)
        own = [t.value for t in self.overrides if t.feature == feature and t.statistic in names]
        return own[-1] if own else float(getattr(self, statistic))

    def require_known(self, features: Sequence[str]) -> None:
        """Raise `ThresholdInvalid` if an override names an unknown feature, or a statistic of another policy."""
        require_thresholds(self.overrides, features=features, statistics=("effect", "ks", "psi"))

    def judge(self, evidence: Sequence[Evidence], *, segments: int = 0) -> tuple[Judgement, ...]:
        """Judge whether each feature's shift matters, and whether it is rare among all features with the same null.

        A segment is held to `SEGMENT_ALPHA`; each of several gets its share of it (Bonferroni), because segments of
        different columns share rows.
        """
        if segments and self.alpha is None:
            return replace(self, alpha=SEGMENT_ALPHA).judge(evidence, segments=segments)
        times = max(1, segments)
        judged: dict[str, Judgement] = {}
        for null in Null:
            family = [feature for feature in evidence if feature.null is null]
            together = self._together(family)
            for feature, p in zip(family, benjamini_hochberg([each.pvalue for each in family]), strict=True):
                tests, related = times * len(family), together.get(feature.name)
                judged[feature.name] = self._judged(feature, min(1.0, times * p), related, tests=tests)
        return tuple(judged[feature.name] for feature in evidence)

    def judge_table(self, statistic: TableStatistic, found: TableEvidence) -> Judgement:
        """Judge whether the change of the table as a whole matters and whether it is rare."""
        large, clause = over("change", found.effect, statistic.matters)
        null = Null.INDEPENDENT_ROWS if found.windows is None else Null.HISTORY
        alpha = self._alpha(null)
        rare = found.pvalue <= alpha
        doubt = (f"so chance may explain it (p over {short(alpha)})",) if large and not rare else ()
        return Judgement(large and rare, (clause, found.chance, *doubt), found.effect, found.pvalue, null=null)

    def _alpha(self, null: Null) -> float:
        return ALPHAS[null] if self.alpha is None else self.alpha

    def _together(self, family: Sequence[Evidence]) -> dict[str, TogetherJudged]:
        """Judge the columns that belong together, each of which gets the same verdict on all of them."""
        shown = list({id(each.together): each.together for each in family if each.together}.values())
        found: dict[str, TogetherJudged] = {}
        for each, p_adjusted in zip(shown, benjamini_hochberg([each.pvalue for each in shown]), strict=True):
            alpha = ALPHAS_OF_RELATED[each.null][0] if self.alpha is None else self.alpha
            judged = TogetherJudged(each, p_adjusted, p_adjusted <= alpha and each.pvalue_of_others <= NOT_ALONE)
            found |= dict.fromkeys(each.moved, judged)
        return found

    def _judged(
        self, feature: Evidence, p_adjusted: float, together: TogetherJudged | None, *, tests: int
    ) -> Judgement:
        label = "KS" if feature.kind is FeatureKind.NUMERIC else "total variation"
        limit = self.threshold(feature.name, "effect")
        large = (
            over(label, feature.effect, limit),
            over("PSI", feature.statistic("psi_adjusted"), self.threshold(feature.name, "psi")),
        )
        matters = [clause for exceeded, clause in large if exceeded]
        alone = together is None or self.alpha is not None
        alpha = self._alpha(feature.null) if alone else ALPHAS_OF_RELATED[feature.null][1]
        rare = p_adjusted <= alpha or _moved_with_related(feature, together)
        history = _history(feature)
        usual = bool(matters) and (_recurs(history) if rare else feature.effect > NEVER_QUIET * limit)
        clauses = [*(matters or [clause for _, clause in large]), _rarity(feature)]
        if together is not None and together.rare and together.shown.moved[feature.name] > 0:
            clauses.append(_with_others(feature.name, together))
        if matters and not rare and feature.pvalue <= UNUSUAL:
            clauses.append(_doubt(feature, p_adjusted, alpha, tests=tests))
        if matters and history is not None and history.as_large:
            clauses.append(_recurrence(history))
        drifted = bool(matters) and rare and not usual
        found = Judgement(drifted, tuple(clauses), feature.effect, p_adjusted, usual, feature.null, history)
        return replace(found, windows=feature.windows, alpha=alpha, together=together)


def _moved_with_related(feature: Evidence, together: TogetherJudged | None) -> bool:
    """Tell whether a feature moved with its related columns, and chance does not explain how they moved."""
    if together is None or not together.rare:
        return False
    return together.shown.moved[feature.name] > 0 and feature.pvalue <= NOT_AGAINST


def _doubt(feature: Evidence, p_adjusted: float, alpha: float, *, tests: int) -> str:
    """Say why an unusual shift does not count, and its corrected p-value if that can be told from alpha."""
    corrected = f" corrected for {tests:,} tests" if tests > 1 else ""
    shown, limit = (known_pvalue(p, feature.windows) for p in (p_adjusted, alpha))
    return f"which{corrected} is {'' if shown == limit else f'{shown}, '}over {short(alpha)}"


def _history(feature: Evidence) -> YearSteps | None:
    """Count the steps as large as the change, allowing for the fact that single years differ more than one from all."""
    if not feature.steps:
        return None
    years = len(feature.steps) + 1
    noisier = math.sqrt(2 / (1 + 1 / years))
    return YearSteps(sum(step >= noisier * feature.effect for step in feature.steps), len(feature.steps))


def _recurs(history: YearSteps | None) -> bool:
    """Tell whether years differ so regularly: often enough, and in more than one of several steps."""
    if history is None or history.as_large < USUAL_SHARE * history.steps:
        return False
    return history.as_large >= min(USUAL_STEPS, history.steps)


def _recurrence(history: YearSteps) -> str:
    """Say how often the history itself changed as much."""
    if history.steps == 1:
        return "as large as between its two years"
    return f"as large in {history.as_large} of {history.steps} steps between its years"


def _with_others(name: str, together: TogetherJudged) -> str:
    """Say which other columns moved like this one, and how often chance moves all of them so."""
    others = [shortened(other) for other, by in together.shown.moved.items() if other != name and by > 0]
    return f"p {short_pvalue(together.p_adjusted)} together with {listed(others, MOST_NAMED)}"


def _rarity(feature: Evidence) -> str:
    """Say how often chance gives as large a shift, and how chance was estimated."""
    if feature.entities is not None:
        before, after = feature.entities
        return f"p {short_pvalue(feature.pvalue)} between {after:,} entities and the reference's {before:,}"
    if feature.null is Null.INDEPENDENT_ROWS:
        return (
            f"p {short_pvalue(feature.pvalue)} if rows are independent (the reference has no history to compare with)"
        )
    windows = "quiet windows of its history"
    if feature.pvalue > 1 / 2:
        return f"as in most {windows}"
    known = feature.windows or 1
    if feature.pvalue * known < 1:
        return f"seen in fewer than 1 of {known:,} {windows}" if known > 1 else "unlike the only window of its history"
    return f"seen in about 1 of {int(1 / feature.pvalue):,} {windows}"
