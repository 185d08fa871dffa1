"""The policy `calibrated` estimates chance from history, reports only moves that matter, and explains them."""

import json
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats

from courtside.core.dataset import Feature, FeatureKind, Phase
from courtside.core.drift import CalibratedPolicy, ClassicPolicy, DriftReport, Profile, Threshold, Verdict, check, fit
from courtside.core.drift.calibration import encoding
from courtside.core.drift.errors import MissingColumns, ThresholdInvalid
from courtside.core.drift.policies.by_name import policy_named
from courtside.core.drift.policies.multiple_testing import benjamini_hochberg
from courtside.core.drift.policies.nulls import total_variation
from courtside.core.drift.policies.policy import Null
from courtside.core.drift.statistics.chi_squared import chi_squared
from courtside.core.drift.statistics.psi_equal_width import psi_equal_width
from courtside.core.tails import f_tail

NUMBERS = [Feature(f"x{i}", FeatureKind.NUMERIC) for i in range(4)]
MIXED = [*NUMBERS, Feature("kind", FeatureKind.CATEGORICAL), Feature("flag", FeatureKind.BINARY)]
POLICY = CalibratedPolicy()


def columns(**values: Any) -> pa.Table:
    return pa.table({name: pa.array(column) for name, column in values.items()})


def rows(count: int, *, seed: int, shift: float = 0.0, start: str = "2020-01-01", a_day: int = 20) -> pa.Table:
    """Return independent rows over consecutive days; `shift` moves x0, in standard deviations."""
    rng = np.random.default_rng(seed)
    numbers = {f"x{i}": rng.normal(shift * (i == 0), 1, count) for i in range(4)}
    kind, flag = rng.choice(["a", "b", "c"], count, p=[0.6, 0.3, 0.1]), rng.random(count) < 0.3
    return columns(**numbers, kind=kind, flag=flag, day=np.datetime64(start) + np.arange(count) // a_day)


def lasting_rows(days: int, *, seed: int, start: str) -> pa.Table:
    """Return rows of 20 entities whose values persist for about ten days, as rolling means do."""
    rng = np.random.default_rng(seed)
    noise = rng.normal(size=(days + 9, 20, 4))
    sums = np.concatenate((np.zeros((1, 20, 4)), np.cumsum(noise, axis=0)))
    means = (sums[10:] - sums[:-10]).reshape(-1, 4) / np.sqrt(10)
    day = np.repeat(np.datetime64(start) + np.arange(days), 20)
    return columns(day=day, **{f"x{i}": means[:, i] for i in range(4)})


DATED = fit(rows(12_000, seed=1), MIXED, time_column="day", calibrated=True)
UNDATED = fit(rows(12_000, seed=1), MIXED)


def report_on(reference: Profile, table: pa.Table, policy: CalibratedPolicy = POLICY) -> DriftReport:
    return check(reference, reference.summarize(table), policy)


@pytest.mark.parametrize("reference", [DATED, UNDATED], ids=["dated", "undated"])
def test_independent_rows_raise_no_alarm_and_a_shift_is_detected(reference: Profile) -> None:
    alarms = [report_on(reference, rows(400, seed=seed)).drift_detected for seed in range(100, 200)]
    assert sum(alarms) <= 3
    heard = [report_on(reference, rows(100, seed=seed, shift=0.6)).features_drifted for seed in range(200, 240)]
    assert sum(names == ("x0",) for names in heard) >= 34


def test_persistent_values_raise_false_alarms_only_without_a_history() -> None:
    features = NUMBERS
    past = lasting_rows(500, seed=3, start="2020-01-01")
    calibrated, naive = fit(past, features, time_column="day", calibrated=True), fit(past, features, time_column="day")
    windows = [lasting_rows(14, seed=seed, start="2021-09-01") for seed in range(50, 100)]
    assert sum(report_on(naive, window).drift_detected for window in windows) >= 25
    assert sum(report_on(calibrated, window).drift_detected for window in windows) <= 3
    assert calibrated.calibration is not None
    inflation = [null.at(14)[0].first / null.independent.first for null in calibrated.calibration.nulls]
    assert all(4 < factor < 14 for factor in inflation)


def test_the_report_says_how_chance_was_estimated() -> None:
    with_history, without = report_on(DATED, rows(400, seed=9, shift=1)), report_on(UNDATED, rows(400, seed=9, shift=1))
    assert (with_history.null, without.null) == (Null.HISTORY, Null.INDEPENDENT_ROWS)
    assert with_history.to_dict()["null"] == "history"
    assert with_history.to_dict()["null_windows"] == {"count": 58, "days": 16}
    assert without.null_windows is None
    assert with_history.features[0].reason.endswith("seen in fewer than 1 of 58 quiet windows of its history")
    assert with_history.features[0].windows == 58
    assert without.features[0].reason.endswith(
        "p < 0.0001 if rows are independent (the reference has no history to compare with)"
    )
    assert "null" not in check(DATED, DATED.summarize(rows(400, seed=9)), ClassicPolicy()).to_dict()
    assert json.loads(json.dumps(with_history.to_dict(), allow_nan=False)) == with_history.to_dict()


def test_a_significant_but_small_shift_is_not_drift() -> None:
    found = report_on(DATED, rows(9_000, seed=4, shift=0.12)).features[0]
    assert found.p_adjusted is not None
    assert found.p_adjusted < 1e-4
    assert found.verdict is Verdict.NO_DRIFT


def test_too_few_rows_give_the_verdict_insufficient_data() -> None:
    report = report_on(DATED, rows(60, seed=5, shift=3))
    assert {found.verdict for found in report.features} == {Verdict.INSUFFICIENT_DATA}
    assert not report.sufficient_data
    for found in report.features:
        assert found.effect is not None
        assert found.statistic("psi") is not None
        assert (found.p_adjusted, found.drifted, found.values_lost) == (None, False, 0.0)
    assert max(found.effect or 0.0 for found in report.features) > 0.5


def test_every_kind_of_change_is_detected() -> None:
    table = rows(800, seed=6)
    changed = table.set_column(4, "kind", pa.array(["a", "d"] * 400)).set_column(5, "flag", pa.array([True] * 800))
    changed = changed.set_column(1, "x1", pa.array(np.asarray(table["x1"]) * 2))
    for reference in (DATED, UNDATED):
        assert report_on(reference, changed).features_drifted == ("x1", "kind", "flag")


def test_a_constant_that_moves_is_detected() -> None:
    features = [Feature("x", FeatureKind.NUMERIC)]
    reference = fit(pa.table({"x": [5.0] * 300}), features)
    assert report_on(reference, pa.table({"x": [4.999] * 200})).drift_detected
    assert not report_on(reference, pa.table({"x": [5.0] * 200})).drift_detected


def test_a_move_between_few_distinct_values_is_detected() -> None:
    features = [Feature("x", FeatureKind.NUMERIC)]
    reference = fit(columns(x=np.arange(900) % 4), features)
    assert report_on(reference, columns(x=np.arange(300) % 4 + 0.5)).drift_detected


def test_a_calibrated_profile_is_read_back_whole_and_an_uncalibrated_one_too() -> None:
    data = DATED.to_bytes()
    restored = Profile.from_bytes(data)
    assert restored == DATED
    window = rows(500, seed=8, shift=0.4)
    assert report_on(restored, window).to_dict() == report_on(DATED, window).to_dict()
    assert Profile.from_bytes(UNDATED.to_bytes()).calibration is None


def test_a_profile_by_month_of_sixteen_features_stays_small() -> None:
    rng = np.random.default_rng(1)
    day = np.datetime64("2015-01-01") + np.arange(36_000) // 12
    table = columns(day=day, **{f"x{i}": rng.normal(size=36_000) for i in range(16)})
    features = [Feature(f"x{i}", FeatureKind.NUMERIC) for i in range(16)]
    profile = fit(table, features, time_column="day", calibrated=True, phase=Phase.MONTH)
    assert len(profile.to_bytes()) < 64 * 1024
    assert Profile.from_bytes(profile.to_bytes()) == profile


def yearly(years: range, *, seed: int, shift: float = 0.0) -> pa.Table:
    """Return rows from October to April whose level rises with the season by one standard deviation a month."""
    rng = np.random.default_rng(seed)
    days = np.concatenate(
        [np.arange(np.datetime64(f"{year - 1}-10-20"), np.datetime64(f"{year}-04-15")) for year in years]
    )
    day = np.repeat(days, 8)
    month = (day.astype("datetime64[M]").astype(int) + 3) % 12
    return columns(x=month + rng.normal(shift, 1, day.size), month=month, day=day)


YEARLY = [Feature("x", FeatureKind.NUMERIC), Feature("month", FeatureKind.NUMERIC)]


def between(table: pa.Table, start: str, end: str) -> pa.Table:
    day = table["day"].to_numpy()
    return table.filter(pa.array((day >= np.datetime64(start)) & (day < np.datetime64(end))))


def test_a_window_is_compared_with_the_same_days_of_other_years() -> None:
    past, now = yearly(range(2018, 2021), seed=1), yearly(range(2021, 2022), seed=2)
    phased = fit(past, YEARLY, time_column="day", calibrated=True, phase=Phase.MONTH)
    window = between(now, "2021-01-15", "2021-02-14")
    assert report_on(phased, window).features_drifted == ()
    assert "x" in report_on(fit(past, YEARLY, time_column="day"), window).features_drifted
    moved = between(yearly(range(2021, 2022), seed=2, shift=0.7), "2021-01-15", "2021-02-14")
    assert report_on(phased, moved).features_drifted == ("x",)
    report = report_on(phased, window)
    assert report.reference.rows == between(past, "2018-01-15", "2018-02-14").num_rows * 3


def test_comparable_rows_are_a_mixture_of_the_months_that_the_window_covers() -> None:
    past = yearly(range(2018, 2021), seed=1)
    phased = fit(past, YEARLY, time_column="day", calibrated=True, phase=Phase.MONTH)
    known = phased.comparable((date(2021, 1, 22), date(2021, 2, 7)))
    same = pa.concat_tables([between(past, f"{year}-01-22", f"{year}-02-08") for year in (2018, 2019, 2020)])
    exact = phased.summarize(same)
    for name in ("x", "month"):
        mine, theirs = known.by_name[name], exact.by_name[name]
        assert mine.valid == pytest.approx(theirs.valid, abs=1)
        assert total_variation(mine, theirs) < 0.06
        assert mine.mean == pytest.approx(theirs.mean, abs=0.06)  # type: ignore[union-attr]
    assert phased.comparable((date(2020, 8, 1), date(2021, 7, 31))) is phased
    assert phased.comparable((date(2021, 7, 1), date(2021, 7, 31))) is phased
    assert phased.comparable(None) is phased


def test_calibration_does_not_depend_on_batches_or_row_order() -> None:
    table = rows(6_000, seed=2)
    shuffled = table.take(np.random.default_rng(0).permutation(table.num_rows))
    found = []
    for part in (table, table.to_batches(max_chunksize=700), shuffled):
        calibration = fit(part, MIXED, time_column="day", calibrated=True).calibration
        assert calibration is not None
        found.append(encoding.described(calibration, [], []))
    assert found[0] == found[1] == found[2]


def test_a_longer_history_may_be_given_and_must_have_the_time_column() -> None:
    reference = rows(2_000, seed=2, start="2022-01-01")
    history = pa.concat_tables([rows(12_000, seed=3), reference])
    short, long = (fit(reference, MIXED, time_column="day", calibrated=True, history=past) for past in (None, history))
    assert short.calibration is not None
    assert long.calibration is not None
    assert len(long.calibration.nulls[0].spreads) > len(short.calibration.nulls[0].spreads)
    with pytest.raises(MissingColumns, match="day"):
        fit(reference, MIXED, time_column="day", calibrated=True, history=history.drop_columns(["day"]))


def test_a_history_of_a_few_days_is_not_used() -> None:
    report = report_on(fit(rows(120, seed=1), MIXED, time_column="day", calibrated=True), rows(400, seed=2, shift=1))
    assert report.null is Null.INDEPENDENT_ROWS
    assert report.features_drifted == ("x0",)


def test_thresholds_hold_for_one_feature_and_only_statistics_of_the_policy() -> None:
    strict = policy_named("calibrated", thresholds=["x0.effect=.5", "x0.psi=9"])
    window = DATED.summarize(rows(400, seed=9, shift=0.6))
    assert check(DATED, window, strict).features_drifted == ()
    assert check(DATED, window, policy_named("calibrated", thresholds=["x0.ks=.2"])).features_drifted == ("x0",)
    with pytest.raises(ThresholdInvalid, match="statistics are"):
        check(DATED, window, policy_named("calibrated", thresholds=["flag.chi2_pvalue=.2"]))
    with pytest.raises(ThresholdInvalid, match="no feature 'y'"):
        check(DATED, window, CalibratedPolicy(overrides=(Threshold.parse("y.effect=.2"),)))
    with pytest.raises(ThresholdInvalid, match="statistics are"):
        check(DATED, window, policy_named("classic", thresholds=["x0.effect=.2"]))


def test_benjamini_hochberg_agrees_with_scipy() -> None:
    values = np.random.default_rng(0).random(40) ** 3
    assert benjamini_hochberg(values.tolist()) == pytest.approx(stats.false_discovery_control(values))
    assert benjamini_hochberg([]) == ()


@pytest.mark.parametrize(("x", "a", "b"), [(14.3, 1, 36), (0.5, 2.5, 80), (3, 5, 2000.5), (30, 1.2, 10), (0.01, 1, 3)])
def test_the_tail_of_f_agrees_with_that_of_scipy(x: float, a: float, b: float) -> None:
    assert f_tail(x, degrees=a, other_degrees=b) == pytest.approx(stats.f.sf(x, a, b), rel=1e-8)
    assert f_tail(x, degrees=a, other_degrees=np.inf) == pytest.approx(stats.chi2.sf(x * a, a), rel=1e-8)


def test_sparse_tables_get_a_simulated_pvalue() -> None:
    rng = np.random.default_rng(3)
    features = [Feature("c", FeatureKind.CATEGORICAL)]
    reference = fit(pa.table({"c": [f"v{v}" for v in rng.integers(0, 200, 4_000)]}), features)
    pvalues = []
    for _ in range(60):
        current = reference.summarize(pa.table({"c": [f"v{v}" for v in rng.integers(0, 200, 150)]}))
        found = chi_squared(reference.columns[0], current.columns[0], seed=1)  # type: ignore[arg-type]
        assert found.simulated is not None
        assert found.trusted_pvalue == found.simulated
        pvalues.append(found.simulated)
    assert stats.kstest(pvalues, "uniform").pvalue > 0.001
    moved = reference.summarize(pa.table({"c": ["v1", "v2", "v3"] * 50}))
    assert chi_squared(reference.columns[0], moved.columns[0]).simulated == pytest.approx(1 / 2001)  # type: ignore[arg-type]


def test_psi_of_equal_width_bins_follows_its_definition() -> None:
    rng = np.random.default_rng(0)
    before, after = rng.integers(0, 100, 20_000) + 0.5, rng.integers(5, 110, 5_000) + 0.5
    reference = fit(columns(x=before), [Feature("x", FeatureKind.NUMERIC)])
    current = reference.summarize(columns(x=after))
    bounds = before.min() + (before.max() - before.min()) * np.arange(1, 10) / 10
    p, q = (
        np.bincount(np.searchsorted(bounds, values, "left"), minlength=10) / values.size for values in (before, after)
    )
    p, q = np.maximum(p, 1e-4), np.maximum(q, 1e-4)
    found = psi_equal_width(reference.columns[0], current.columns[0])  # type: ignore[arg-type]
    assert found.value == pytest.approx(float(((q - p) * np.log(q / p)).sum()), abs=1e-9)
