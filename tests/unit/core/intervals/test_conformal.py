"""Conformal intervals hold what they say for any model and any errors, and are as narrow as the errors let them be."""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from courtside.core.evaluation import score
from courtside.core.evaluation.regression import coverage, covered, interval_width
from courtside.core.intervals import ConformalIntervals, conformal_intervals
from courtside.core.intervals.conformal import BIN_ROWS, MOST_BINS, fewest_rows

Values = NDArray[np.float64]
ERRORS = {
    "normal": lambda rng, n: rng.normal(size=n),
    "heavy tails": lambda rng, n: rng.standard_cauchy(n),
    "one side only": lambda rng, n: rng.exponential(size=n),
    "biased": lambda rng, n: rng.normal(5, 1, n),
}


def made(rng: np.random.Generator, n: int, errors: str) -> tuple[Values, Values]:
    said = rng.normal(size=n)
    return said + ERRORS[errors](rng, n), said


def calibrated(targets: Values, said: Values, level: float) -> ConformalIntervals:
    found = conformal_intervals(targets, said, level=level)
    assert found is not None
    return found


@pytest.mark.parametrize("errors", sorted(ERRORS))
@pytest.mark.parametrize(("rows", "level"), [(19, 0.9), (50, 0.8), (133, 0.95)])
def test_on_average_the_stated_share_is_covered_to_the_row(errors: str, rows: int, level: float) -> None:
    """For errors without ties the mean coverage is the rank over n + 1: at least the level, by less than 1/n."""
    rng = np.random.default_rng(rows)
    shares = []
    for _ in range(800):
        found = calibrated(*made(rng, rows, errors), level)
        targets, said = made(rng, 200, errors)
        shares.append(score(coverage, targets, found.bounds(said)))
    expected = math.ceil(round((rows + 1) * level, 9)) / (rows + 1)
    assert expected >= level
    assert np.mean(shares) == pytest.approx(expected, abs=4 * np.std(shares) / math.sqrt(len(shares)))


def test_with_many_rows_each_range_of_predictions_is_covered_though_errors_grow() -> None:
    rng = np.random.default_rng(7)

    def grown(n: int) -> tuple[Values, Values]:
        said = rng.uniform(0, 100, n)
        return said + rng.normal(size=n) * (1 + said / 5), said

    found = calibrated(*grown(4_000), 0.9)
    targets, said = grown(100_000)
    inside = covered(targets, found.bounds(said))
    for low in range(0, 100, 20):
        assert inside[(low <= said) & (said < low + 20)].mean() == pytest.approx(0.9, abs=0.03)
    one_width = ConformalIntervals(0.9, (float(np.quantile(np.abs(targets - said), 0.9)),))
    assert covered(targets, one_width.bounds(said))[said < 20].mean() > 0.99
    assert score(interval_width, targets, found.bounds(said)) < score(interval_width, targets, one_width.bounds(said))


@given(st.integers(0, 10_000), st.integers(9, 1_500), st.sampled_from([0.5, 0.8, 0.9]))
@settings(max_examples=40, deadline=None)
def test_the_rows_of_calibration_are_covered_at_least_as_often_as_stated(seed: int, rows: int, level: float) -> None:
    targets, said = made(np.random.default_rng(seed), rows, "heavy tails")
    found = calibrated(targets, said, level)
    assert score(coverage, targets, found.bounds(said)) >= level - 1e-12
    wider = calibrated(targets, said, 0.95) if rows >= BIN_ROWS else found
    assert all(more >= less for more, less in zip(wider.half_widths, found.half_widths, strict=False))


@given(
    st.integers(0, 10_000), st.sampled_from([20, 150, 401, 650, 900]), st.floats(0.01, 1_000), st.floats(-1_000, 1_000)
)
@settings(max_examples=40, deadline=None)
def test_intervals_move_with_the_origin_and_the_unit_of_the_target(
    seed: int, rows: int, factor: float, shift: float
) -> None:
    targets, said = made(np.random.default_rng(seed), rows, "normal")
    plain = calibrated(targets, said, 0.9).bounds(said)
    moved = calibrated(factor * targets + shift, factor * said + shift, 0.9).bounds(factor * said + shift)
    assert moved == pytest.approx(factor * plain + shift, rel=1e-9, abs=1e-6)


def test_an_outlier_does_not_widen_intervals() -> None:
    targets, said = made(np.random.default_rng(1), 300, "normal")
    before = calibrated(targets, said, 0.9)
    targets[0] = 1e12
    assert calibrated(targets, said, 0.9).half_widths[0] == pytest.approx(before.half_widths[0], rel=0.1)


@pytest.mark.parametrize("level", [0.5, 0.8, 0.9, 0.95, 0.99])
def test_too_few_rows_give_no_interval_and_one_more_does(level: float) -> None:
    fewest = fewest_rows(level)
    targets, said = made(np.random.default_rng(1), fewest, "normal")
    assert conformal_intervals(targets[:-1], said[:-1], level=level) is None
    assert calibrated(targets, said, level).half_widths == (pytest.approx(np.abs(targets - said).max()),)


def test_a_constant_prediction_has_one_width_however_many_rows_there_are() -> None:
    targets = np.random.default_rng(1).normal(size=3_000)
    found = calibrated(targets, np.zeros(3_000), 0.9)
    assert (len(found.half_widths), found.edges) == (1, ())
    assert len(calibrated(targets, targets + 1, 0.9).half_widths) == MOST_BINS


def test_a_version_keeps_its_intervals_as_json() -> None:
    targets, said = made(np.random.default_rng(1), 1_000, "normal")
    found = calibrated(targets, said, 0.9)
    again = ConformalIntervals.of_plain(json.loads(json.dumps(found.to_plain())))
    assert again == found
    assert again.bounds(said).tolist() == found.bounds(said).tolist()
