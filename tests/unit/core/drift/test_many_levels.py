"""Columns of hundreds to 100,000 levels raise no more false alarms than stated, and a single changed level is found."""

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray

from courtside.core.dataset import Feature, FeatureKind
from courtside.core.drift import CalibratedPolicy, ClassicPolicy, FeatureDrift, Policy, Profile, check, fit
from courtside.core.drift.columns.column import CategoryColumn

X = [Feature("x", FeatureKind.CATEGORICAL)]
POLICIES: dict[str, Policy] = {"calibrated": CalibratedPolicy(), "classic": ClassicPolicy()}
WINDOWS = 40
MOST = {"calibrated": 4, "classic": 8}
"""Policies state rates of 0.01 and 0.05; fewer than one run in a thousand has more alarms in `WINDOWS` than this."""
Shares = NDArray[np.float64]


def even(levels: int) -> Shares:
    return np.full(levels, 1 / levels)


def zipf(levels: int, power: float) -> Shares:
    weights = np.arange(1, levels + 1, dtype=np.float64) ** -power
    shares: Shares = weights / weights.sum()
    return shares


def drawn(rng: np.random.Generator, shares: Shares, rows: int) -> pa.Table:
    codes = rng.choice(shares.size, rows, p=shares)
    names = pa.array([f"level {number}" for number in range(shares.size)])
    return pa.table({"x": pa.DictionaryArray.from_arrays(codes, names)})


def drifted(reference: pa.Table, current: pa.Table) -> dict[str, FeatureDrift]:
    profile = fit(reference, X)
    counted = profile.summarize(current)
    return {name: check(profile, counted, policy).features[0] for name, policy in POLICIES.items()}


@pytest.mark.parametrize(
    ("shares", "rows", "current_rows"),
    [
        (even(200), 1_000, 1_000),
        (even(600), 1_000, 1_000),
        (even(5_000), 10_000, 5_000),
        (even(20_000), 10_000, 5_000),
        (even(100_000), 2_000, 1_000),
        (zipf(10_000, 1.1), 1_000, 1_000),
        (zipf(10_000, 1.1), 20_000, 2_000),
    ],
)
def test_unchanged_columns_raise_no_more_false_alarms_than_stated(shares: Shares, rows: int, current_rows: int) -> None:
    rng = np.random.default_rng(28)
    found = dict.fromkeys(POLICIES, 0)
    for _ in range(WINDOWS):
        for name, feature in drifted(drawn(rng, shares, rows), drawn(rng, shares, current_rows)).items():
            found[name] += feature.drifted
    assert all(count <= MOST[name] for name, count in found.items()), found


@pytest.mark.parametrize("shares", [even(2_000), even(50_000), zipf(10_000, 1.1)])
def test_a_level_that_triples_is_found_and_named(shares: Shares) -> None:
    rng = np.random.default_rng(3)
    before, after = (np.append(shares * (1 - part), part) for part in (0.05, 0.15))
    for feature in drifted(drawn(rng, before, 10_000), drawn(rng, after, 5_000)).values():
        assert feature.drifted
        assert f"share of 'level {shares.size}' rose 5" in feature.reason


@pytest.mark.parametrize("shares", [even(2_000), zipf(10_000, 1.1)])
def test_a_new_level_is_found(shares: Shares) -> None:
    rng = np.random.default_rng(4)
    after = np.append(shares * 0.98, 0.02)
    for feature in drifted(drawn(rng, shares, 20_000), drawn(rng, after, 20_000)).values():
        assert feature.drifted
        assert "rose" in feature.reason or "went 0 %" in feature.reason
        assert "such as" not in feature.reason


def test_values_that_the_reference_had_are_not_called_unseen() -> None:
    rng = np.random.default_rng(5)
    table = drawn(rng, even(5_000), 20_000)
    profile = fit(table, X)
    half = profile.summarize(table.slice(0, 10_000))
    (feature,) = check(profile, half, CalibratedPolicy()).features
    assert feature.unseen_rate == 0
    assert "outside the reference's levels" not in feature.reason


def test_counts_of_many_levels_are_merged_and_stored_exactly() -> None:
    rng = np.random.default_rng(6)
    table = drawn(rng, zipf(5_000, 0.8), 9_000)
    profile = fit(table, X)
    parts = [profile.summarize(table.slice(start, 700)) for start in range(0, 9_000, 700)]
    merged = parts[-1]
    for part in parts[:-1]:
        merged = part.merge(merged)
    assert merged.to_bytes() == profile.to_bytes()
    assert Profile.from_bytes(merged.to_bytes()) == profile
    (column,) = profile.columns
    assert isinstance(column, CategoryColumn)
    assert column.lumped
    assert int(column.cells.sum()) == column.valid == 9_000
    assert len(profile.to_bytes()) < 24_000


def test_a_column_of_few_levels_needs_no_slots() -> None:
    (column,) = fit(pa.table({"x": ["a", "b", "c"] * 40}), X).columns
    assert isinstance(column, CategoryColumn)
    assert column.slots is None


def test_a_hundred_thousand_levels_that_are_all_new_are_drift() -> None:
    rng = np.random.default_rng(29)
    reference, same = (drawn(rng, even(100_000), rows) for rows in (100_000, 50_000))
    new = pa.table({"x": pa.array([f"new {number}" for number in rng.integers(0, 100_000, 50_000)])})
    assert all(feature.drifted for feature in drifted(reference, new).values())
    assert not drifted(reference, same)["calibrated"].drifted
