"""Compute the largest differences from scipy on case (a), so that speed is not bought with wrong numbers."""

import pyarrow as pa

from benchmarks.drifting.ours import features
from benchmarks.drifting.scipy_loop import scipy_loop
from benchmarks.drifting.tables import CASES, CURRENT_SEED, REFERENCE_SEED, SHIFT, synthetic
from courtside.core.drift import ClassicPolicy, check, fit

ATOMIC = frozenset(f"numeric_{number}_0" for number in (1, 5, 6, 8, 10))
"""The deciles of these features are repeated values, which get bins of their own here but not in the plain loop."""


def differences() -> dict[str, float]:
    """Return the largest difference per statistic (for Wasserstein, in standard deviations of the reference)."""
    case = CASES["a"]
    reference = synthetic(case.reference_rows, seed=REFERENCE_SEED, shift=0)
    current = synthetic(case.current_rows, seed=CURRENT_SEED, shift=SHIFT)
    before, now = (pa.table({name: pa.array(values) for name, values in side.items()}) for side in (reference, current))
    profile = fit(before, features("a"))
    report, exact = check(profile, profile.summarize(now), ClassicPolicy()), scipy_loop(reference, current)
    largest: dict[str, float] = {}
    for feature in report.features:
        unit = (feature.statistic("wasserstein") or 1.0) / (feature.statistic("wasserstein_sd") or 1.0)
        for statistic, value in exact[feature.name].items():
            if feature.name in ATOMIC and statistic in {"psi", "jensen_shannon"}:
                continue
            found = feature.statistic(statistic)
            if found is not None:  # chi-squared has no p-value of its own where the table is sparse
                difference = abs(found - value) / (unit if statistic == "wasserstein" else 1.0)
                largest[statistic] = max(largest.get(statistic, 0.0), float(difference))
    return largest
