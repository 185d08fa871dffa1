"""The statistic of Cramér and von Mises agrees with an exact computation and with SciPy's p-value."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from courtside.core.drift.errors import EmptyWindow
from courtside.core.drift.statistics.cramer_von_mises import _limit, cramer_von_mises
from tests.unit.core.drift.shapes import SHAPES, numeric

SPIKES = {"constant moved", "zeros moved"}


def both_ways(shape: str) -> tuple[float, float]:
    first, second = (side.astype(float) for side in SHAPES[shape](np.random.default_rng(4), 6000, 2000))
    pooled = np.concatenate((first, second))
    gaps = stats.ecdf(first).cdf.evaluate(pooled) - stats.ecdf(second).cdf.evaluate(pooled)
    return cramer_von_mises(*numeric(first, second)).value, float(np.mean(gaps**2))


@pytest.mark.parametrize(("n", "m", "shift"), [(50, 30, 0.0), (300, 100, 0.2), (400, 400, 0.1), (120, 350, 1.0)])
def test_the_statistic_is_exact_between_the_values_of_the_reference(n: int, m: int, shift: float) -> None:
    rng = np.random.default_rng(n + m)
    first, second = rng.normal(size=n), rng.normal(shift, 1, m)
    # Current values are values of the reference, because only there both distribution functions are known exactly.
    second = first[rng.integers(0, n, m)] if shift == 0 else np.sort(first)[np.sort(rng.integers(n // 3, n, m))]
    found = cramer_von_mises(*numeric(first, second))
    pooled = np.sort(np.concatenate((first, second)))
    gaps = stats.ecdf(first).cdf.evaluate(pooled) - stats.ecdf(second).cdf.evaluate(pooled)
    assert found.value == pytest.approx(float(np.mean(gaps**2)), rel=1e-9, abs=1e-15)


@pytest.mark.parametrize("shape", sorted(SHAPES.keys() - {"binary"} - SPIKES))
def test_the_statistic_is_close_to_the_exact_mean_square_for_any_shape(shape: str) -> None:
    found, exact = both_ways(shape)
    assert found == pytest.approx(exact, abs=0.002)


@pytest.mark.parametrize("shape", sorted(SPIKES))
def test_a_new_repeated_value_is_counted_as_if_spread_over_its_cell(shape: str) -> None:
    found, exact = both_ways(shape)
    assert exact / 3 <= found <= 3 * exact


@pytest.mark.parametrize("shift", [0.0, 0.02, 0.05, 0.1])
def test_the_p_value_agrees_with_that_of_scipy_on_long_columns(shift: float) -> None:
    rng = np.random.default_rng(7)
    first, second = rng.normal(size=20_000), rng.normal(shift, 1, 8_000)
    exact = stats.cramervonmises_2samp(first, second, method="asymptotic")
    assert cramer_von_mises(*numeric(first, second)).pvalue == pytest.approx(exact.pvalue, rel=0.1, abs=1e-6)


@given(st.floats(0.02, 5))
def test_the_limiting_distribution_agrees_with_that_of_scipy(x: float) -> None:
    assert _limit(x) == pytest.approx(float(stats._hypotests._cdf_cvm_inf(x)), abs=1e-7)


def test_equal_columns_give_zero_and_distant_ones_a_p_value_of_zero() -> None:
    values = np.random.default_rng(1).normal(size=800)
    same = cramer_von_mises(*numeric(values, values))
    assert (same.value, same.pvalue) == (0.0, 1.0)
    far = cramer_von_mises(*numeric(values, values + 100))
    assert far.value == pytest.approx(1 / 3, abs=0.01)
    assert far.pvalue == 0


def test_a_column_of_one_row_is_compared_and_an_empty_one_is_refused() -> None:
    assert 0 <= cramer_von_mises(*numeric([1.0], [2.0])).pvalue <= 1
    with pytest.raises(EmptyWindow):
        cramer_von_mises(*numeric([1.0, 2.0], [None]))
