"""Windows of one year of the history move together; such years are found, counted and not reported as drift."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray

from courtside.core.dataset import Feature, FeatureKind, Phase
from courtside.core.drift import CalibratedPolicy, Profile, check, fit
from courtside.core.drift.calibration.calendar import Cycles
from courtside.core.drift.calibration.moderation import MEDIAN_EFFICIENCY, TYPICAL_WEIGHT, Measured, moderate

Floats = NDArray[np.float64]
FEATURES = [Feature(f"x{i}", FeatureKind.NUMERIC) for i in range(8)]
TEAMS, ROLLING, SEASON_DAYS = 24, 10, 120


def season(rng: np.random.Generator, strength: Floats, year: int, *, shift: float = 0.0) -> pa.Table:
    """Return one game a day for each team; features are means of its last games, and `shift` moves x0 in deviations."""
    figures = strength + rng.normal(size=(SEASON_DAYS + ROLLING, *strength.shape))
    sums = np.cumsum(np.concatenate((np.zeros((1, *strength.shape)), figures)), axis=0)
    means = ((sums[ROLLING:-1] - sums[: -ROLLING - 1]) / ROLLING).reshape(-1, len(FEATURES))
    means[:, 0] += shift * means[:, 0].std()
    day = np.repeat(np.datetime64(f"{year}-11-01") + np.arange(SEASON_DAYS), TEAMS)
    return pa.table({"day": day, **{f"x{i}": means[:, i] for i in range(len(FEATURES))}})


def wandering_league(seed: int, *, shift: float = 0.0) -> tuple[pa.Table, pa.Table]:
    """Return three seasons and the next one; half of the differences between teams are new each season."""
    rng = np.random.default_rng(seed)
    lasting = rng.normal(0, 0.3, (TEAMS, len(FEATURES)))
    strengths = [lasting + rng.normal(0, 0.3, lasting.shape) for _ in range(4)]
    past = [season(rng, strength, 2001 + place) for place, strength in enumerate(strengths[:3])]
    return pa.concat_tables(past), season(rng, strengths[3], 2004, shift=shift)


def windows(table: pa.Table, days: int) -> Iterator[pa.Table]:
    for start in range(0, SEASON_DAYS, days):
        yield table.slice(start * TEAMS, days * TEAMS)


def alarmed(reference: Profile, window: pa.Table) -> bool:
    return check(reference, reference.summarize(window), CalibratedPolicy()).drift_detected


@pytest.mark.parametrize("phase", [None, Phase.MONTH])
def test_a_season_that_differs_as_much_as_earlier_ones_raises_no_alarm(phase: Phase | None) -> None:
    alarms: dict[int, list[bool]] = {15: [], 30: [], 60: [], SEASON_DAYS: []}
    for seed in range(10):
        past, now = wandering_league(seed)
        reference = fit(past, FEATURES, time_column="day", calibrated=True, phase=phase)
        for days, found in alarms.items():
            found.extend(alarmed(reference, window) for window in windows(now, days))
    assert sum(map(sum, alarms.values())) <= 0.05 * sum(map(len, alarms.values()))
    assert sum(alarms[SEASON_DAYS]) <= 1


def test_a_season_that_moves_further_than_earlier_ones_is_detected() -> None:
    for seed in range(4):
        past, now = wandering_league(seed, shift=1.0)
        reference = fit(past, FEATURES, time_column="day", calibrated=True)
        report = check(reference, reference.summarize(now), CalibratedPolicy())
        assert report.features_drifted == ("x0",)


def days_of(*years: int) -> NDArray[np.int64]:
    dates = [np.arange(np.datetime64(f"{year}-11-01"), np.datetime64(f"{year + 1}-04-01")) for year in years]
    return np.concatenate(dates).astype("datetime64[D]").astype(np.int64)


def test_years_give_as_many_degrees_of_freedom_as_their_levels() -> None:
    assert Cycles.of(days_of(2001, 2002)).free == pytest.approx(1)
    assert Cycles.of(days_of(2001, 2002, 2003)).free == pytest.approx(2)
    assert 4 < Cycles.of(days_of(*range(2001, 2011))).free < 9


def test_years_are_separated_by_the_pauses_of_the_history() -> None:
    seasons = Cycles.of(days_of(2001, 2002, 2003))
    assert (seasons.seasons, seasons.count) == (True, 3)
    unbroken = Cycles.of(np.arange(10_000, 11_000))
    assert (unbroken.seasons, unbroken.cut) == (False, 0)


ONE = np.eye(3)


def test_a_single_feature_keeps_its_own_covariance_and_weight() -> None:
    [found] = moderate([Measured(5 * ONE, 2)], [ONE], [3.0])
    assert found.blocks == 2
    assert found.covariance == pytest.approx(5 * ONE)


def test_a_feature_with_few_windows_is_shrunk_towards_the_typical_feature() -> None:
    own = [Measured(ONE, 400)] * 4 + [Measured(9 * ONE, 400), Measured(9 * ONE, 2)]
    *_, many, few = moderate(own, [ONE] * 6, [3.0] * 6)
    assert (many.blocks, few.blocks) == (400 + TYPICAL_WEIGHT, 2 + TYPICAL_WEIGHT)
    assert many.size == pytest.approx(27, rel=0.06)
    assert few.size == pytest.approx((2 * 27 + TYPICAL_WEIGHT * 3) / (2 + TYPICAL_WEIGHT), rel=0.01)


def test_the_typical_feature_counts_no_more_windows_than_all_features_have() -> None:
    found = moderate([Measured(ONE, 2)] * 3, [ONE] * 3, [3.0] * 3)
    assert [known.blocks for known in found] == pytest.approx([2 + 4 * MEDIAN_EFFICIENCY] * 3)


def test_features_without_a_spread_are_left_unchanged() -> None:
    none, empty = Measured(np.zeros((3, 3)), 5), Measured(ONE, 0)
    known = Measured(ONE, 9)
    assert moderate([none, empty, known], [ONE] * 3, [3.0] * 3)[:2] == [none, empty]
