"""The drift report tells for each feature what was measured, decided and why, and how much of the table drifted."""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from courtside.core.dataset import ContractId, FeatureKind, Role
from courtside.core.drift.policies.nulls import NullWindows
from courtside.core.drift.policies.policy import Null, TogetherJudged, YearSteps
from courtside.core.drift.reports.acceptance import Acceptance
from courtside.core.drift.reports.differing import NOTHING_DIFFERS, Differing
from courtside.core.drift.reports.quarantine import QuarantinedFile
from courtside.core.drift.reports.severity import Severity
from courtside.core.drift.reports.sides import NewestPart, Side
from courtside.core.drift.reports.successive import Successive
from courtside.core.drift.reports.table import TableDrift
from courtside.core.drift.reports.together import told_together
from courtside.core.drift.reports.trends import Group, Trend
from courtside.core.drift.statistics import KEYS


class Verdict(StrEnum):
    """The decision on a feature; the last four are broken columns, which count as drifted.

    A `USUAL` feature moved, but not beyond what the reference itself shows, and an `ACCEPTED` one as a person accepted
    it; neither counts as drifted.
    """

    NO_DRIFT = "no_drift"
    USUAL = "usual"
    ACCEPTED = "accepted"
    DRIFT = "drift"
    INSUFFICIENT_DATA = "insufficient_data"
    MISSING_COLUMN = "missing_column"
    WRONG_TYPE = "wrong_type"
    ALL_MISSING = "all_missing"
    MORE_MISSING = "more_missing"


BROKEN = frozenset({Verdict.MISSING_COLUMN, Verdict.WRONG_TYPE, Verdict.ALL_MISSING, Verdict.MORE_MISSING})


@dataclass(frozen=True, slots=True)
class FeatureDrift:
    """The drift of one feature; `statistics` are the values of all registered statistics that apply, by their keys.

    Rates are shares of the current rows: `missing_rate` of rows without a usable value, and `unseen_rate` of usable
    values outside the reference's levels (0 for numbers, and a lower bound if rows are counted by slot). `values_lost`
    is the share of its usual values that a broken column now lacks (1 if it cannot be compared, 0 if it is not broken),
    and `moved` tells whether its remaining values moved. `reason` is one plain sentence. `trend` is None until
    sub-windows are compared. `null` is the kind of chance that its p-value assumes, and `history` how often the
    reference's own years moved as much; both are None for policies that do not use them. `alpha` is what
    `p_adjusted` was compared with, and `windows` how many windows of the history it rests on, or None for other nulls.
    `together` is the verdict on the columns that belong together with it, and `successive` what several windows showed
    of it where the last one did not.
    """

    name: str
    kind: FeatureKind
    statistics: Mapping[str, float | None]
    missing_rate: float
    unseen_rate: float
    effect: float | None
    p_adjusted: float | None
    values_lost: float
    moved: bool
    drifted: bool
    verdict: Verdict
    reason: str
    trend: Trend | None = None
    role: Role = Role.FEATURE
    null: Null | None = None
    history: YearSteps | None = None
    windows: int | None = None
    alpha: float | None = None
    together: TogetherJudged | None = None
    successive: Successive | None = None

    def statistic(self, key: str) -> float | None:
        """Return the value of a statistic, or None if it does not apply or could not be computed."""
        return self.statistics.get(key)

    @property
    def counted(self) -> bool:
        """Whether it drifted, or would have if a person had not accepted it."""
        return self.drifted or self.verdict is Verdict.ACCEPTED

    def to_dict(self) -> dict[str, Any]:
        """Return the flat JSON form, without name and role (the keys) and without a trend that was not computed."""
        return {
            "kind": self.kind.value,
            **{key: self.statistic(key) for key in KEYS},
            "missing_rate": self.missing_rate,
            "unseen_rate": self.unseen_rate,
            "effect": self.effect,
            "p_adjusted": self.p_adjusted,
            **({"p_together": self.together.p_adjusted} if self.together else {}),
            "values_lost": self.values_lost,
            "moved": self.moved,
            "drifted": self.drifted,
            "verdict": self.verdict.value,
            "reason": self.reason,
            **({"null": self.null.value} if self.null else {}),
            **({"alpha": self.alpha} if self.alpha is not None else {}),
            **({"windows": self.windows} if self.windows else {}),
            **({"history": self.history.to_dict()} if self.history else {}),
            **({"successive": self.successive.to_dict()} if self.successive else {}),
            **({"trend": self.trend.to_dict()} if self.trend else {}),
        }


@dataclass(frozen=True, slots=True)
class SegmentDrift:
    """The verdict on the rows in which `column` has the value `level`; `drifted` is empty if there are too few rows.

    The rows are those compared. With history, the reference's rows are those on the same days of the year, and of its
    newest part.
    """

    column: str
    level: str
    reference_rows: int
    current_rows: int
    verdict: Verdict
    drifted: tuple[FeatureDrift, ...] = ()

    @property
    def name(self) -> str:
        """The column and its value."""
        return f"{self.column}={self.level}"

    def to_dict(self) -> dict[str, Any]:
        """Return the flat JSON form."""
        return {
            "column": self.column,
            "level": self.level,
            "reference_rows": self.reference_rows,
            "current_rows": self.current_rows,
            "verdict": self.verdict.value,
            "features_drifted": [
                {"name": each.name, "effect": each.effect, "p_adjusted": each.p_adjusted, "reason": each.reason}
                for each in self.drifted
            ],
        }


@dataclass(frozen=True, slots=True)
class DriftReport:
    """The result of comparing a current table with its reference under a policy.

    Three fields belong to its story (`courtside.core.drift.story.telling`): which drifted features moved together, from
    which day on, and which share in [0, 1] of the model's importance they have. `files_quarantined` were set aside
    unread, so the report does not count their rows. `null` is the kind of chance that the policy's p-values assume, or
    None for a policy without p-values, and `null_windows` describes the windows of a history. With history, `reference`
    is the part of it on comparable days, and of its newest part if it disagrees with itself (`newest_part`).
    `differing` says which features the reference and the contract do not share. `outcomes` are the target and the
    prediction if both sides have them; they are judged like features, but separately, and count in no other figure.
    `table` are the findings of statistics of the whole table about the features that did not move by themselves; it is
    empty under policies that do not use history. `contract` identifies the contract that named the features. `segments`
    are verdicts on rows by values of the contract's columns but `segments_not_in_reference`; no figure counts them.
    `acceptances` are what people accepted as the new normal, as far as anything moved so.
    """

    policy: str
    reference: Side
    current: Side
    features: tuple[FeatureDrift, ...]
    groups: tuple[Group, ...] = ()
    began: date | None = None
    share_importance: float | None = None
    files_quarantined: tuple[QuarantinedFile, ...] = ()
    null: Null | None = None
    null_windows: NullWindows | None = None
    newest_part: NewestPart | None = None
    outcomes: tuple[FeatureDrift, ...] = ()
    differing: Differing = NOTHING_DIFFERS
    table: tuple[TableDrift, ...] = ()
    contract: ContractId | None = None
    segments: tuple[SegmentDrift, ...] = ()
    segments_not_in_reference: tuple[str, ...] = ()
    acceptances: tuple[Acceptance, ...] = ()

    @property
    def features_drifted(self) -> tuple[str, ...]:
        """The names of the drifted features in order, including broken ones."""
        return tuple(feature.name for feature in self.features if feature.drifted)

    @property
    def outcomes_drifted(self) -> tuple[FeatureDrift, ...]:
        """The target and the prediction, if they drifted."""
        return tuple(each for each in self.outcomes if each.drifted)

    @property
    def features_usual(self) -> tuple[str, ...]:
        """The names of the features that moved, but not beyond what the reference itself shows."""
        return tuple(feature.name for feature in self.features if feature.verdict is Verdict.USUAL)

    @property
    def features_accepted(self) -> tuple[str, ...]:
        """The names of the features that moved as a person accepted."""
        return tuple(feature.name for feature in self.features if feature.verdict is Verdict.ACCEPTED)

    @property
    def table_drifted(self) -> tuple[TableDrift, ...]:
        """The findings that the table as a whole moved while each column by itself stayed as it was."""
        return tuple(each for each in self.table if each.drifted)

    @property
    def segments_drifted(self) -> tuple[SegmentDrift, ...]:
        """The segments in which any feature drifted."""
        return tuple(each for each in self.segments if each.drifted)

    @property
    def segments_apart(self) -> tuple[SegmentDrift, ...]:
        """The segments in which a feature drifted that did not drift in the table as a whole."""
        known = set(self.features_drifted)
        return tuple(each for each in self.segments if any(feature.name not in known for feature in each.drifted))

    @property
    def features_broken(self) -> tuple[str, ...]:
        """The names of features whose column is missing, of another type or has more gaps: repair, do not retrain."""
        return tuple(feature.name for feature in self.features if feature.verdict in BROKEN)

    @property
    def features_checked(self) -> int:
        """The number of features with a verdict other than insufficient data."""
        counts = Counter(feature.verdict for feature in self.features)
        return len(self.features) - counts[Verdict.INSUFFICIENT_DATA]

    @property
    def sufficient_data(self) -> bool:
        """Tell whether any feature could be judged; otherwise "no drift" means nothing."""
        return self.features_checked > 0

    @property
    def share_drifted(self) -> float:
        """The share of drifted features among the checked ones, or 0 if none was checked."""
        return len(self.features_drifted) / self.features_checked if self.features_checked else 0.0

    @property
    def drift_detected(self) -> bool:
        """Tell whether any feature drifted, in all rows or in a segment, or whether the table drifted as a whole."""
        return bool(self.features_drifted or self.table_drifted or self.segments_drifted)

    @property
    def severity(self) -> Severity:
        """How much of the table is affected; a column that only has more gaps counts by the values it lost."""
        if not self.drift_detected:
            return Severity.NONE
        lost = [feature.values_lost for feature in self.features]
        affected = math.fsum(1.0 if feature.moved else feature.values_lost for feature in self.features)
        return Severity.of(max([affected / max(1, self.features_checked), *lost]))

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form; `began` is null and `groups` is left out until the story is told."""
        bad = [file.to_dict() for file in self.files_quarantined]
        return {
            "policy": self.policy,
            **({"contract": asdict(self.contract)} if self.contract else {}),
            "reference": self.reference.to_dict(),
            "current": self.current.to_dict(),
            "features": {feature.name: feature.to_dict() for feature in self.features},
            **{each.role.value: {"name": each.name, **each.to_dict()} for each in self.outcomes},
            **({"table": {each.name: each.to_dict() for each in self.table}} if self.table else {}),
            **({"segments": [each.to_dict() for each in self.segments]} if self.segments else {}),
            **(
                {"together": [each.to_dict() for each in together]}
                if (together := told_together(self.features))
                else {}
            ),
            **({"groups": [group.to_dict() for group in self.groups]} if self.groups else {}),
            **({"null": self.null.value} if self.null else {}),
            **({"null_windows": self.null_windows.to_dict()} if self.null_windows else {}),
            **({"newest_part": self.newest_part.to_dict()} if self.newest_part else {}),
            **({"accepted": [each.to_dict() for each in self.acceptances]} if self.acceptances else {}),
            **({"files_quarantined": bad} if bad else {}),
            "summary": {
                "features_checked": self.features_checked,
                "features_drifted": list(self.features_drifted),
                "features_usual": list(self.features_usual),
                "features_accepted": list(self.features_accepted),
                "features_broken": list(self.features_broken),
                **self.differing.to_dict(),
                "segments_not_in_reference": list(self.segments_not_in_reference),
                "share_drifted": self.share_drifted,
                "share_importance": self.share_importance,
                "drift_detected": self.drift_detected,
                "severity": self.severity.value,
                "sufficient_data": self.sufficient_data,
                "files_quarantined": len(self.files_quarantined),
                "began": self.began.isoformat() if self.began else None,
                "table_drifted": [each.name for each in self.table_drifted],
                **({"segments_drifted": [each.name for each in self.segments_drifted]} if self.segments else {}),
            },
        }
