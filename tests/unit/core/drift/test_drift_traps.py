"""The engine avoids known traps: constants, repeated and extreme values, vanished and unseen levels."""

import math
from typing import Any

import numpy as np
import pytest

from courtside.core.dataset import FeatureKind
from courtside.core.drift.errors import EmptyWindow, ProfileMismatch
from courtside.core.drift.statistics.chi_squared import chi_squared
from courtside.core.drift.statistics.jensen_shannon import jensen_shannon
from courtside.core.drift.statistics.ks import ks
from courtside.core.drift.statistics.psi import psi
from courtside.core.drift.statistics.wasserstein import wasserstein
from tests.unit.core.drift.shapes import categorical, numeric


def test_an_unchanged_constant_is_at_distance_zero() -> None:
    reference, current = numeric([5.0] * 50, [5.0] * 40)
    assert psi(reference, current).value == 0
    assert ks(reference, current).value == 0
    assert wasserstein(reference, current).value == 0
    assert wasserstein(reference, current).in_sd is None
    assert jensen_shannon(reference, current) == 0


@pytest.mark.parametrize("moved", [4.999, 5.001, np.nextafter(5.0, 0), np.nextafter(5.0, 9)])
def test_every_statistic_detects_a_constant_that_moves(moved: float) -> None:
    reference, current = numeric([5.0] * 500, [float(moved)] * 400)
    assert ks(reference, current).value == 1
    assert ks(reference, current).error == 0
    assert psi(reference, current).value > 5
    assert jensen_shannon(reference, current) == pytest.approx(1)
    assert wasserstein(reference, current).value == pytest.approx(abs(5 - moved), rel=1e-6)


def test_zeros_that_become_tiny_numbers_are_detected() -> None:
    raw = np.where(np.arange(5000) % 5 < 3, 0.0, np.linspace(1, 9, 5000))
    reference, current = numeric(raw, np.where(raw == 0, 1e-6, raw))
    assert ks(reference, current).value == pytest.approx(0.6)
    assert psi(reference, current).value > 1


def test_extreme_values_keep_their_weight_in_wasserstein() -> None:
    raw = np.random.default_rng(0).normal(size=5000)
    reference, current = numeric(raw, np.full(200, 1e6))
    assert wasserstein(reference, current).value == pytest.approx(1e6 - raw.mean(), rel=1e-9)


def test_an_outlier_of_the_reference_does_not_blur_its_tail() -> None:
    raw = np.append(np.random.default_rng(0).normal(size=20_000), 1e6)
    reference, current = numeric(raw, np.full(500, 500.0))
    exact = float(np.abs(500 - raw).mean())
    assert wasserstein(reference, current).value == pytest.approx(exact, abs=0.01 * raw.std())


@pytest.mark.parametrize("largest", [1e308, 1.7e308])
def test_values_near_the_largest_float_do_not_overflow(largest: float) -> None:
    raw = np.linspace(-1, 1, 3000) * largest
    reference, current = numeric(raw, raw[1500:])
    assert ks(reference, current).value == pytest.approx(0.5, abs=2e-3)
    assert math.isfinite(psi(reference, current).value)
    assert reference.mean == pytest.approx(0, abs=1e294)


def test_integers_beyond_float_precision_are_counted() -> None:
    raw = [2**62 + i for i in range(0, 2_000_000, 1000)]
    reference, current = numeric(raw, raw[1000:])
    assert reference.valid == 2000
    assert ks(reference, current).value == pytest.approx(0.5, abs=2e-3)


def test_missing_and_infinite_values_are_tallied_and_left_out() -> None:
    raw: list[Any] = [1.0, None, float("nan"), float("inf"), float("-inf"), float("-inf"), 2.0, 3.0]
    reference, current = numeric(raw, [1.0, 2.0, 3.0])
    tally = reference.tally
    assert (tally.rows, tally.valid) == (8, 3)
    assert (tally.null, tally.nan, tally.positive_infinity, tally.negative_infinity) == (1, 1, 1, 2)
    assert ks(reference, current).value == 0


def test_a_constant_category_has_a_p_value_of_one() -> None:
    measured = chi_squared(*categorical(["home"] * 30, ["home"] * 20))
    assert (measured.value, measured.pvalue, measured.degrees) == (0, 1, 0)


def test_a_vanished_category_is_finite_and_significant() -> None:
    reference, current = categorical(["a", "b", "c"] * 200, ["a", "b"] * 200)
    measured = chi_squared(reference, current)
    assert measured.degrees == 2
    assert 0 <= measured.pvalue < 1e-12
    assert 0.2 < psi(reference, current).value < 3


def test_unseen_values_share_one_level() -> None:
    reference, current = categorical(["a", "b"] * 100, ["a", "b", "x", "y"] * 25)
    assert current.other_rate == 0.5
    assert current.unseen == ("x", "y")
    assert chi_squared(reference, current).degrees == 2


def test_a_nullable_or_boolean_copy_of_a_binary_column_is_not_drift() -> None:
    reference, current = categorical([0, 1, 1, 0] * 50, [0.0, 1.0, 1.0, None] * 50, FeatureKind.BINARY)
    assert current.other_rate == 0
    assert current.tally.null == 50
    _, current = categorical([0, 1, 1, 0] * 50, [False, True, True, False] * 50, FeatureKind.BINARY)
    assert chi_squared(reference, current).value == 0


def test_ten_thousand_categories_are_stored_as_a_bounded_number() -> None:
    raw = [f"level {i % 10_000}" for i in range(30_000)]
    reference, current = categorical(raw, raw)
    assert len(reference.levels) == 512
    assert reference.lumped
    assert chi_squared(reference, current).value == 0


def test_the_bias_correction_of_psi_removes_the_effect_of_sampling() -> None:
    rng = np.random.default_rng(3)
    raw_psi, adjusted = [], []
    for _ in range(60):
        measured = psi(*numeric(rng.normal(size=1000), rng.normal(size=300)))
        raw_psi.append(measured.value)
        adjusted.append(measured.adjusted)
    expected = 9 * (1 / 1000 + 1 / 300)
    assert np.mean(raw_psi) == pytest.approx(expected, rel=0.2)
    assert np.mean(adjusted) < 0.35 * expected


def test_statistics_refuse_columns_that_cannot_be_compared() -> None:
    reference, current = numeric([1.0, 2.0], [None, None])
    with pytest.raises(EmptyWindow, match="current"):
        ks(reference, current)
    other, _ = numeric([3.0, 4.0], [3.0])
    with pytest.raises(ProfileMismatch):
        psi(reference, other)
