"""A change that no single column shows is detected in the correlations, and quiet windows raise no alarm."""

import json
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from courtside.core.dataset import Feature, FeatureKind
from courtside.core.drift import CalibratedPolicy, ClassicPolicy, DriftReport, Profile, check, fit
from courtside.core.drift.pairs.null import PairNull
from courtside.core.drift.table_statistics.correlation_change import correlation_change
from courtside.core.tails import f_tail
from tests.unit.core.drift.turned import DAYS, FEATURES, reference, turned

REFERENCE = reference()
UNDATED = reference(dated=False)


def judged(known: Profile, window: pa.Table) -> DriftReport:
    return check(known, known.summarize(window), CalibratedPolicy())


def window(seed: int, correlation: float, *, days: int = 10) -> pa.Table:
    return turned(seed, days=days, correlation=correlation, first_day=DAYS)


@pytest.mark.parametrize("known", [REFERENCE, UNDATED], ids=["dated", "undated"])
@pytest.mark.parametrize(("correlation", "days"), [(0.0, 6), (-0.6, 5), (0.0, 50)])
def test_a_reversed_or_lost_correlation_is_detected_although_no_column_moved(
    known: Profile, correlation: float, days: int
) -> None:
    reports = [judged(known, window(seed, correlation, days=days)) for seed in range(10)]
    assert not any(report.features_drifted for report in reports)
    assert sum(report.drift_detected for report in reports) == 10
    said = reports[0].table_drifted[0].reason
    assert said.startswith("the rank correlation of 'pace' and 'points' went 0.59 → ")


@pytest.mark.parametrize("known", [REFERENCE, UNDATED], ids=["dated", "undated"])
def test_quiet_windows_raise_no_alarm(known: Profile) -> None:
    alarms = [judged(known, window(seed, 0.6, days=days)).table_drifted for days in (5, 20) for seed in range(100, 150)]
    assert sum(map(bool, alarms)) <= 3


def test_dependent_rows_are_judged_by_the_windows_of_their_history() -> None:
    def repeated(table: pa.Table) -> pa.Table:
        """Repeat every row of a day ten times, which leaves a tenth of the rows to learn from."""
        rows = np.arange(table.num_rows)
        return table.take(rows - rows % 10)

    known = fit(repeated(turned(1, days=DAYS, correlation=0.6)), FEATURES, time_column="day", calibrated=True)
    windows = [repeated(window(seed, 0.6)) for seed in range(200, 240)]
    assert sum(bool(judged(known, each).table_drifted) for each in windows) <= 2
    undated = fit(repeated(turned(1, days=DAYS, correlation=0.6)), FEATURES, calibrated=True)
    # Without the history, repeated rows look independent and raise false alarms.
    assert sum(bool(judged(undated, each).table_drifted) for each in windows) >= 5


def test_the_report_lists_the_change_and_its_severity_is_low() -> None:
    body = judged(REFERENCE, window(3, -0.6)).to_dict()
    found = body["table"]["correlation_change"]
    assert list(found) == ["effect", "pvalue", "windows", "days", "drifted", "reason"]
    assert found["effect"] == pytest.approx(1.15, abs=0.1)
    assert found["drifted"]
    assert found["days"] == 8
    assert "further than any pair of columns went in" in found["reason"]
    assert f"{found['windows']} quiet windows of 8 days of the reference's history" in found["reason"]
    assert body["summary"]["table_drifted"] == ["correlation_change"]
    assert body["summary"]["severity"] == "low"
    assert body["summary"]["features_drifted"] == []
    json.dumps(body, allow_nan=False)


def test_correlations_of_columns_that_moved_or_broke_are_not_reported() -> None:
    turning = window(3, -0.6)
    moved = turning.set_column(1, "pace", pa.array(turning["pace"].to_numpy() + 3))
    report = judged(REFERENCE, moved)
    assert report.features_drifted == ("pace",)
    assert not report.table_drifted
    broken = judged(REFERENCE, turning.drop_columns(["points"]))
    assert broken.features_broken == ("points",)
    assert not broken.table_drifted


def test_correlations_are_not_examined_by_the_classic_policy_or_in_few_rows() -> None:
    turning = window(3, -0.6)
    assert check(REFERENCE, REFERENCE.summarize(turning), ClassicPolicy()).table == ()
    assert judged(REFERENCE, turning.slice(0, 99)).table == ()
    plain = fit(turned(1, days=50, correlation=0.6), FEATURES, time_column="day")
    assert judged(plain, turning).table == ()


def test_a_column_that_hardly_varies_is_left_out_of_all_pairs() -> None:
    quiet = window(3, 0.6)
    constant = quiet.set_column(1, "pace", pa.array(np.zeros(quiet.num_rows)))
    evidence = correlation_change(REFERENCE, REFERENCE.summarize(constant))
    assert evidence is not None
    assert "'pace'" not in evidence.said
    one = fit(turned(1, days=50, correlation=0.6), FEATURES[:1], time_column="day", calibrated=True)
    assert correlation_change(one, one.summarize(quiet)) is None


def test_identical_columns_raise_no_alarm_until_they_diverge() -> None:
    def table(source: pa.Table, noise: float) -> pa.Table:
        points = source["pace"].to_numpy() + noise * source["points"].to_numpy()
        return source.set_column(2, "points", pa.array(points))

    known = fit(table(turned(1, days=DAYS, correlation=0.0), 0.0), FEATURES, time_column="day", calibrated=True)
    assert not judged(known, table(window(3, 0.0), 0.0)).table_drifted
    report = judged(known, window(3, 0.0))
    assert report.drift_detected


def test_a_correlation_that_keeps_changing_in_the_history_is_not_drift() -> None:
    history = pa.concat_tables(
        [turned(n, days=10, correlation=0.7 * (-1) ** n, first_day=10 * n) for n in range(DAYS // 10)]
    )
    known = fit(history, FEATURES, time_column="day", calibrated=True)
    for seed, correlation in enumerate((0.7, -0.7, 0.7, -0.7)):
        assert not judged(known, window(500 + seed, correlation)).table_drifted


def test_rare_levels_are_not_correlated_in_few_rows() -> None:
    """Two rows that happen to share two rare levels are not a changed correlation."""
    rng = np.random.default_rng(0)

    def rare(rows: int) -> pa.Table:
        return pa.table({f"flag_{place}": rng.random(rows) < 0.02 for place in range(6)} | {"x": rng.normal(size=rows)})

    flags = [Feature(f"flag_{place}", FeatureKind.BINARY) for place in range(6)]
    features = [*flags, Feature("x", FeatureKind.NUMERIC)]
    known = fit(rare(20_000), features, calibrated=True)
    alarms = [judged(known, rare(rows)).table_drifted for rows in (100, 300) for _ in range(50)]
    assert sum(map(bool, alarms)) <= 3
    together = rare(30_000)
    twin = together.set_column(1, "flag_1", together["flag_0"])
    assert judged(known, twin).table_drifted  # with enough rows the change is certain


def test_correlations_that_differ_between_seasons_are_not_drift() -> None:
    def season(rng: np.random.Generator, first_day: int) -> pa.Table:
        """Draw 12 teams whose strengths in 6 columns are new each season, and who meet at random."""
        home, away = rng.integers(0, 12, (2, 2_000))
        columns: dict[str, Any] = {"day": np.datetime64("2010-10-01") + first_day + np.arange(2_000) // 12}
        for side, team in (("home", home), ("away", away)):
            strength = np.random.default_rng(first_day).normal(size=(12, 6))[team]
            values = strength + rng.normal(0, 0.5, (2_000, 6))
            columns |= {f"{side}_{place}": values[:, place] for place in range(6)}
        return pa.table(columns)

    alarms = []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        starts = [365 * (place + 10 * seed) for place in range(5)]
        past = pa.concat_tables([season(rng, start) for start in starts[:4]])
        features = [Feature(name, FeatureKind.NUMERIC) for name in past.column_names[1:]]
        known = fit(past, features, time_column="day", calibrated=True)
        alarms.append(bool(judged(known, season(rng, starts[4])).table_drifted))
    assert sum(alarms) <= 1


def test_a_heterogeneous_reference_is_compared_by_its_newest_part() -> None:
    before = turned(1, days=DAYS, correlation=-0.6)
    before = before.set_column(1, "pace", pa.array(before["pace"].to_numpy() + 2))
    after = turned(2, days=DAYS, correlation=0.6, first_day=DAYS)
    known = fit(pa.concat_tables([before, after]), FEATURES, time_column="day", calibrated=True)
    assert known.newest is not None
    assert known.newest.profile.rows == pytest.approx(after.num_rows, rel=0.1)
    assert not judged(known, turned(3, days=10, correlation=0.6, first_day=2 * DAYS)).table_drifted
    assert judged(known, turned(3, days=10, correlation=0.0, first_day=2 * DAYS)).table_drifted
    assert Profile.from_bytes(known.to_bytes()) == known


def test_the_variance_is_never_below_that_of_independent_rows_at_any_length() -> None:
    assert REFERENCE.pairs is not None
    null = REFERENCE.pairs.null
    assert isinstance(null, PairNull)
    independent = np.exp2(null.independent / 16)
    for days in (1, 5, 64, 5000):
        variance, known = null.at(days)
        assert (variance >= independent * 0.999).all()
        assert known > 0


@pytest.mark.parametrize("x", [1e-300, 1e-20, 1e-17])
def test_the_tail_of_a_tiny_f_is_one(x: float) -> None:
    assert f_tail(x, degrees=1, other_degrees=40) == pytest.approx(1.0)
