"""Every statistic agrees with an exact computation on the raw rows for 21 shapes and several sizes."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon
from scipy.stats import chi2, chi2_contingency, ks_2samp, kstwobign, wasserstein_distance

from courtside.core.dataset import FeatureKind
from courtside.core.drift.statistics.chi_squared import chi_squared
from courtside.core.drift.statistics.jensen_shannon import jensen_shannon
from courtside.core.drift.statistics.ks import ks
from courtside.core.drift.statistics.psi import psi
from courtside.core.drift.statistics.wasserstein import wasserstein
from courtside.core.tails import chi_squared_tail, kolmogorov_tail
from tests.unit.core.drift.shapes import SHAPES, Values, categorical, numeric

SIZES = [(30, 30), (300, 120), (999, 1000), (1500, 700), (2500, 3000), (20_000, 5_000), (200_000, 50_000)]


@pytest.fixture(scope="module", params=[(s, z) for s in SHAPES for z in SIZES], ids=lambda p: f"{p[0]} {p[1]}")
def pair(request: pytest.FixtureRequest) -> tuple[Values, Values]:
    shape, (rows, current_rows) = request.param
    reference, current = SHAPES[shape](np.random.default_rng(rows), rows, current_rows)
    return reference.astype(float), current.astype(float)


def exact_shares(reference: Values, current: Values) -> tuple[Values, Values]:
    """Return shares per decile bin of the raw rows; a decile that repeats in 1/20 of the rows has a bin of its own."""
    deciles = np.unique(np.quantile(reference, np.arange(1, 10) / 10))
    atoms = [value for value in deciles if np.mean(reference == value) >= 0.05]
    counts = [
        [np.sum((x > low) & (x <= high)) for low, high in _intervals(deciles, atoms)] for x in (reference, current)
    ]
    return np.array(counts[0]) / reference.size, np.array(counts[1]) / current.size


def _intervals(deciles: Values, atoms: list[float]) -> list[tuple[float, float]]:
    cuts = sorted({-np.inf, np.inf, *deciles.tolist(), *(np.nextafter(atom, -np.inf) for atom in atoms)})
    return list(pairwise(cuts))


def test_every_statistic_agrees_with_the_raw_rows(pair: tuple[Values, Values]) -> None:
    raw, raw_current = pair
    reference, current = numeric(raw, raw_current)
    exact_ks = float(ks_2samp(raw, raw_current, method="asymp").statistic)
    measured = ks(reference, current)
    assert exact_ks - 1e-3 <= measured.value <= exact_ks + 1e-12
    assert exact_ks <= measured.value + measured.error + 1e-12
    unit = float(raw.std()) or 1.0
    assert wasserstein(reference, current).value == pytest.approx(
        wasserstein_distance(raw, raw_current), abs=0.01 * unit
    )
    p, q = exact_shares(raw, raw_current)
    assert jensen_shannon(reference, current) == pytest.approx(jensenshannon(p, q, base=2), abs=1e-9)
    p, q = np.maximum(p, 1e-4), np.maximum(q, 1e-4)
    assert psi(reference, current).value == pytest.approx(((q - p) * np.log(q / p)).sum(), abs=1e-9)


@pytest.mark.parametrize("rows", [401, 500, 700, 900, 999])
def test_ks_stays_accurate_where_single_values_are_not_stored_exactly(rows: int) -> None:
    rng = np.random.default_rng(rows)
    differences = []
    for draw in (rng.standard_normal, rng.standard_exponential, rng.random):
        raw = draw(rows)
        for raw_current in (draw(120), draw(9000), np.concatenate((raw[: rows // 2], draw(50))), np.repeat(raw, 2)):
            exact = ks_2samp(raw, raw_current, method="asymp").statistic
            measured = ks(*numeric(raw, raw_current))
            assert exact <= measured.value + measured.error + 1e-12
            differences.append(exact - measured.value)
    assert min(differences) >= -1e-12
    assert max(differences) <= 5e-4


@pytest.mark.parametrize(("rows", "current_rows"), SIZES)
@pytest.mark.parametrize("levels", [2, 7, 200])
def test_chi_squared_is_exact(rows: int, current_rows: int, levels: int) -> None:
    rng = np.random.default_rng(rows + levels)
    kind = FeatureKind.BINARY if levels == 2 else FeatureKind.CATEGORICAL
    raw = np.append(rng.integers(0, levels, rows - levels), np.arange(levels)) if rows > levels else np.arange(levels)
    raw_current = np.minimum(rng.integers(0, levels, current_rows), levels - 1)
    reference, current = categorical(raw, raw_current, kind)
    table = [np.bincount(raw, minlength=levels), np.bincount(raw_current, minlength=levels)]
    exact = chi2_contingency(np.array(table), correction=False)
    measured = chi_squared(reference, current)
    assert measured.value == pytest.approx(exact.statistic, rel=1e-12, abs=1e-12)
    assert measured.pvalue == pytest.approx(exact.pvalue, rel=1e-9, abs=1e-12)
    assert measured.degrees == exact.dof


@pytest.mark.parametrize("degrees", [1, 2, 3, 9, 30, 199, 1000])
def test_the_tail_of_chi_squared_agrees_with_that_of_scipy(degrees: int) -> None:
    for x in np.concatenate((np.geomspace(1e-6, 1, 10), degrees * np.geomspace(0.2, 5, 30))):
        assert chi_squared_tail(float(x), degrees=degrees) == pytest.approx(chi2.sf(x, degrees), rel=1e-9, abs=1e-13)


def test_the_tail_of_kolmogorov_agrees_with_that_of_scipy() -> None:
    for x in np.linspace(0.0, 5.0, 200):
        assert kolmogorov_tail(float(x)) == pytest.approx(kstwobign.sf(x), rel=1e-9, abs=1e-13)


def test_the_p_value_of_ks_is_close_to_that_of_scipy() -> None:
    rng = np.random.default_rng(4)
    for shift in (0.0, 0.03, 0.06, 0.1):
        raw, raw_current = rng.normal(size=5000), rng.normal(shift, 1, 4000)
        exact = ks_2samp(raw, raw_current, method="asymp").pvalue
        assert ks(*numeric(raw, raw_current)).pvalue == pytest.approx(exact, abs=0.03)


@pytest.mark.parametrize("seed", range(25))
@pytest.mark.parametrize("rows", [300, 1500, 2500, 10_000])
def test_wasserstein_of_heavy_tails_is_accurate_to_a_hundredth_of_a_deviation(seed: int, rows: int) -> None:
    rng = np.random.default_rng(seed)
    for shape in ("t with 2 degrees", "cauchy", "lognormal sigma 3"):
        raw, raw_current = SHAPES[shape](rng, rows, rows // 2)
        exact = wasserstein_distance(raw, raw_current)
        assert wasserstein(*numeric(raw, raw_current)).value == pytest.approx(exact, abs=0.01 * raw.std())
