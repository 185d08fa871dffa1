"""A rise in missing values breaks a column, and its severity follows from the share of values lost."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtside.core.dataset import Feature, FeatureKind
from courtside.core.decision import Action
from courtside.core.drift import ClassicPolicy, DriftReport, Policy, Severity, Verdict, check, fit
from courtside.core.drift.columns.tally import Tally
from courtside.core.drift.policies.by_name import policy_named
from courtside.core.drift.statistics.missing import missing_shift
from tests.fakes.decided import decided

FEATURES = [Feature("points", FeatureKind.NUMERIC), Feature("venue", FeatureKind.CATEGORICAL)]


def report(*, missing: float, policy: Policy, before: float = 0.0, rows: int = 1000) -> DriftReport:
    def table(rate: float, n: int) -> pa.Table:
        gap = [i % 100 < 100 * rate for i in range(n)]
        points = [None if gone else float(i % 97) for i, gone in enumerate(gap)]
        venue = [None if gone else ("home", "away")[i % 2] for i, gone in enumerate(gap)]
        return pa.table({"points": points, "venue": venue})

    profile = fit(table(before, 5000), FEATURES)
    return check(profile, profile.summarize(table(missing, rows)), policy)


@pytest.mark.parametrize("policy", [ClassicPolicy(), policy_named("calibrated")])
def test_a_large_rise_in_missing_values_breaks_a_column_and_alerts_a_person(policy: Policy) -> None:
    found = report(missing=0.36, policy=policy)
    assert {feature.verdict for feature in found.features} == {Verdict.MORE_MISSING}
    assert found.features[0].reason.startswith("missing values rose 0.0% → 36.0%")
    assert decided(found).action is Action.ALERT


@pytest.mark.parametrize(("before", "missing", "rows"), [(0.0, 0.04, 1000), (0.3, 0.3, 1000), (0.3, 0.0, 1000)])
def test_a_small_an_unchanged_or_a_falling_rate_of_missing_values_breaks_nothing(
    before: float, missing: float, rows: int
) -> None:
    found = report(before=before, missing=missing, rows=rows, policy=policy_named("calibrated"))
    assert not found.features_broken


@given(st.integers(1, 5000), st.integers(1, 5000), st.floats(0, 1), st.floats(0, 1))
def test_the_p_value_falls_as_more_values_are_missing(n: int, m: int, first: float, second: float) -> None:
    low, high = sorted((first, second))
    reference = Tally(rows=n)
    less, more = (missing_shift(reference, Tally(rows=m, null=int(rate * m))) for rate in (low, high))
    assert 0 <= more.pvalue <= less.pvalue <= 1
    assert missing_shift(reference, Tally(rows=m)).pvalue == 1.0


@pytest.mark.parametrize(
    ("before", "missing", "severity"),
    [
        (0.11, 0.18, Severity.LOW),
        (0.0, 0.2, Severity.LOW),
        (0.0, 0.36, Severity.MEDIUM),
        (0.5, 0.65, Severity.MEDIUM),
        (0.1, 0.9, Severity.HIGH),
        (0.0, 1.0, Severity.HIGH),
    ],
)
@pytest.mark.parametrize("policy", [ClassicPolicy(), policy_named("calibrated")])
def test_the_severity_follows_from_the_share_of_values_lost(
    before: float, missing: float, severity: Severity, policy: Policy
) -> None:
    def table(rate: float) -> pa.Table:
        values = [None if row * 37 % 101 < 101 * rate else float(row % 97) for row in range(97 * 101)]
        return pa.table({"points": pa.array(values, pa.float64())})

    profile = fit(table(before), FEATURES[:1])
    found = check(profile, profile.summarize(table(missing)), policy)
    assert found.features_broken == ("points",)
    assert found.severity is severity


def test_the_severity_is_high_if_values_are_missing_and_the_others_moved() -> None:
    profile = fit(pa.table({"points": [float(row % 97) for row in range(5000)]}), FEATURES[:1])
    later = [None if row % 10 == 0 else float(row % 97) + 90 for row in range(1000)]
    found = check(profile, profile.summarize(pa.table({"points": later})), ClassicPolicy())
    assert found.features[0].verdict is Verdict.MORE_MISSING
    assert found.features[0].moved
    assert found.severity is Severity.HIGH
