"""Over simulated seasons: what is called broken, how soon, and when a recalibration is no cure."""

from datetime import timedelta

import numpy as np
import pytest

from courtside.core.recalibration import Calibration, Finding, Ranking
from tests.unit.core.recalibration.seasons import DAYS, FIRST, World, findings

SEASONS = 20


def first(found: tuple[Finding, ...], *, cure: bool = False) -> int:
    """Return the first day on which the probabilities were called broken, or a recalibration the cure."""
    said = [each.recalibrate_first if cure else each.calibration is Calibration.BROKEN for each in found]
    return said.index(True) if True in said else len(said)


def ever_broken(world: World, rows: int) -> float:
    return float(np.mean([first(findings(world, rows, seed)) < DAYS for seed in range(SEASONS)]))


@pytest.mark.parametrize("rows", [10, 100])
@pytest.mark.parametrize("base", [0.0, -3.0])
def test_a_calibrated_champion_is_called_broken_in_at_most_a_twentieth_of_seasons(base: float, rows: int) -> None:
    assert ever_broken(World(base=base), rows) <= 0.05


def test_days_that_depend_on_each_other_do_not_break_a_champion() -> None:
    assert ever_broken(World(effect=0.2, memory=0.5), 100) <= 0.05


@pytest.mark.parametrize("world", [World(shift=0.5), World(scale=2.0), World(base=-3, spread=1.0, shift=1.0)])
def test_probabilities_that_broke_are_found_soon_and_recalibration_is_the_cure(world: World) -> None:
    seasons = [findings(world, 100, seed) for seed in range(8)]
    assert np.median([first(found) for found in seasons]) <= 14
    assert np.median([first(found, cure=True) for found in seasons]) <= 30
    assert all(first(found, cure=True) < DAYS for found in seasons)


@pytest.mark.parametrize("moved", [-2.0, -1.7, 1.7])
def test_a_class_that_became_rarer_or_more_frequent_does_not_break_the_ranking(moved: float) -> None:
    seasons = [findings(World(moved=moved), 100, seed) for seed in range(8)]
    assert all(found[-1].calibration is Calibration.BROKEN for found in seasons)
    assert all(each.ranking is not Ranking.BROKE for found in seasons for each in found)
    assert all(first(found, cure=True) < DAYS for found in seasons)


@pytest.mark.parametrize("breaks", [0, 45])
@pytest.mark.parametrize("rows", [10, 100])
def test_a_champion_whose_features_became_worthless_is_no_mere_calibration_fault(rows: int, breaks: int) -> None:
    seasons = [findings(World(worthless=True, breaks=breaks), rows, seed) for seed in range(SEASONS)]
    assert np.mean([first(found, cure=True) < DAYS for found in seasons]) <= 0.05
    if rows == 100:
        assert all(first(found) < DAYS for found in seasons)
        assert all(found[-1].ranking is Ranking.BROKE for found in seasons)


def test_before_the_first_rows_of_a_rare_class_nobody_knows_whether_the_ranking_held() -> None:
    rare = World(base=-7.5, spread=1.5)
    said = {each.ranking for seed in range(8) for each in findings(rare, 30, seed, 45, 10_000.0)}
    assert said == {Ranking.NOT_KNOWN}


def test_too_few_rows_do_not_say_that_probabilities_held() -> None:
    found = findings(World(), 100, 0, DAYS, 5_000.0)
    assert {each.calibration for each in found[:49]} == {Calibration.NOT_KNOWN}
    assert found[-1].calibration is Calibration.HELD


def test_a_break_after_many_good_days_is_found_too_and_dated() -> None:
    seasons = [findings(World(shift=0.5, breaks=45), 100, seed) for seed in range(8)]
    assert np.median([first(found) for found in seasons]) <= 45 + 20
    for found in seasons:
        assert found[-1].calibration is Calibration.BROKEN
        since = found[-1].since
        assert since is not None
        assert abs(since - (FIRST + timedelta(45))) < timedelta(30)
