"""Invented leagues whose drift is known, as tables of days and as the stories told of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from courtside.core.dataset import Feature, FeatureKind
from courtside.core.drift import ClassicPolicy, DriftReport, FeatureDrift, Profile, check, fit
from courtside.core.drift.story.parts import Part, split, sub_windows
from courtside.core.drift.story.telling import tell

FIRST = date(2026, 1, 5)
FEATURES = (
    Feature("home_points", FeatureKind.NUMERIC),
    Feature("away_points", FeatureKind.NUMERIC),
    Feature("rest", FeatureKind.NUMERIC),
    Feature("venue", FeatureKind.CATEGORICAL),
)


def league(days: int = 56, *, seed: int = 1, per_day: int = 40, start: date = FIRST, **columns: Any) -> pa.Table:
    """Return rows spread over the days; a given column replaces the usual one, and None leaves it out."""
    rng = np.random.default_rng(seed)
    rows = days * per_day
    table: dict[str, Any] = {
        "home_points": rng.normal(104, 6, rows),
        "away_points": rng.normal(103, 6, rows),
        "rest": rng.integers(0, 4, rows),
        "venue": rng.choice(["arena", "hall", "gym"], rows, p=[0.6, 0.3, 0.1]),
        "day": pa.array([start + timedelta(days=row // per_day) for row in range(rows)]),
    }
    return pa.table({name: pa.array(values) for name, values in (table | columns).items() if values is not None})


def points(level: float, shifts: Sequence[float], *, seed: int, per_week: int = 280) -> Any:
    """Return normally distributed points whose mean shifts from week to week."""
    rng = np.random.default_rng(seed)
    return np.concatenate([rng.normal(level + shift, 6, per_week) for shift in shifts])


REFERENCE = fit(league(seed=0, days=180), FEATURES, time_column="day")


@dataclass(frozen=True)
class Told:
    """A report with its story, and the profile and sub-windows it was made from."""

    report: DriftReport
    current: Profile
    parts: tuple[Part, ...]

    def feature(self, name: str) -> FeatureDrift:
        return next(feature for feature in self.report.features if feature.name == name)


def told(table: pa.Table, *, importances: Mapping[str, float] | None = None, reference: Profile = REFERENCE) -> Told:
    current = reference.summarize(table)
    assert current.period is not None
    parts = split(reference, table, windows=sub_windows(*current.period))
    report = check(reference, current, ClassicPolicy())
    return Told(
        tell(report, reference=reference, current=current, parts=parts, importances=importances), current, parts
    )
