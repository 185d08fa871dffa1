"""Simulate false alarms and power for columns with hundreds to 100,000 levels, with both policies.

Rows are independent. Either nothing changes, or one level triples from 5 to 15 %, or a level that was never seen
takes 2 % of the rows. It prints JSON: for each shape and number of rows, the share of windows with drift.

Run `python -m benchmarks.many_levels [--windows N] [--seed N]` from the project's root.
"""

import argparse
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from courtside.core.dataset import Feature, FeatureKind
from courtside.core.drift import CalibratedPolicy, ClassicPolicy, Policy, check, fit

Shares = NDArray[np.float64]
POLICIES: dict[str, Policy] = {"calibrated": CalibratedPolicy(), "classic": ClassicPolicy()}
ROWS = ((1_000, 1_000), (20_000, 1_000), (10_000, 10_000), (100_000, 100_000))
X = [Feature("x", FeatureKind.CATEGORICAL)]
TRIPLED, NEW = 0.05, 0.02


def zipf(levels: int, power: float) -> Shares:
    """Return shares that fall as a power of the rank."""
    weights = np.arange(1, levels + 1, dtype=np.float64) ** -power
    shares: Shares = weights / weights.sum()
    return shares


def uneven(levels: int) -> Shares:
    """Return log-normal shares, such as those of regions."""
    weights = np.random.default_rng(1).lognormal(0, 1.5, levels)
    shares: Shares = weights / weights.sum()
    return shares


def even(levels: int) -> Shares:
    """Return equal shares."""
    return np.full(levels, 1 / levels)


SHAPES: dict[str, Shares] = {
    "200 even levels": even(200),
    "600 even levels": even(600),
    "2,000 even levels": even(2_000),
    "zip codes: 30,000, log-normal": uneven(30_000),
    "product ids: 10,000, Zipf 1.1": zipf(10_000, 1.1),
    "long tail: 100,000, Zipf 0.7": zipf(100_000, 0.7),
    "100,000 even levels": even(100_000),
}


def tripled(shares: Shares) -> tuple[Shares, Shares]:
    """Return shares with one more level of 5 %, and the same with that level at 15 %."""
    return tuple(np.append(shares * (1 - part), part) for part in (TRIPLED, 3 * TRIPLED))  # type: ignore[return-value]


def joined_by_new(shares: Shares) -> tuple[Shares, Shares]:
    """Return the shares after a new level has taken 2 %."""
    return np.append(shares, 0.0), np.append(shares * (1 - NEW), NEW)


CHANGES: dict[str, Callable[[Shares], tuple[Shares, Shares]]] = {
    "nothing": lambda shares: (shares, shares),
    "a level triples to 15 %": tripled,
    "a new level of 2 %": joined_by_new,
}


def flagged(before: Shares, after: Shares, rows: tuple[int, int], *, windows: int, seed: int) -> dict[str, float]:
    """Return the share of windows that each policy calls drift; every window has a reference of its own."""
    rng = np.random.default_rng(seed)
    found = dict.fromkeys(POLICIES, 0)
    for _ in range(windows):
        reference, current = (
            pa.table({"x": table_column(rng, shares, size)}) for shares, size in zip((before, after), rows, strict=True)
        )
        profile = fit(reference, X)
        counted = profile.summarize(current)
        for name, policy in POLICIES.items():
            found[name] += check(profile, counted, policy).drift_detected
    return {name: count / windows for name, count in found.items()}


def table_column(rng: np.random.Generator, shares: Shares, rows: int) -> "pa.DictionaryArray[Any, Any]":
    """Draw independent rows."""
    codes = np.searchsorted(np.cumsum(shares), rng.random(rows) * shares.sum()).clip(max=shares.size - 1)
    names = pa.array([f"level {number}" for number in range(shares.size)])
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), names)


def main() -> None:
    """Measure every case and print the shares."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--windows", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    found = {
        change: {
            shape: {
                f"{rows[0]:,} and {rows[1]:,} rows": flagged(
                    *make(shares), rows, windows=options.windows, seed=options.seed
                )
                for rows in ROWS
            }
            for shape, shares in SHAPES.items()
        }
        for change, make in CHANGES.items()
    }
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
