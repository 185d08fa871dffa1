"""Speed of the drift check against a plain scipy loop that computes the same statistics.

Case (a): 34,788 reference and 8,697 current rows of 16 synthetic mixed features. The contenders take turns in one
process, so that a slow moment hits them all; figures are medians.
Run `python benchmarks/drift.py [--json] [--repetitions N]`.
"""

import argparse
import json
import statistics as stats
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from courtside.core.dataset import Feature, FeatureKind
from courtside.core.drift import ClassicPolicy, DriftReport, Profile, check, fit

REFERENCE_ROWS = 34_788
CURRENT_ROWS = 8_697
Columns = dict[str, NDArray[Any]]
Results = dict[str, dict[str, float]]

FEATURES = [
    *(Feature(f"numeric_{i}", FeatureKind.NUMERIC) for i in range(11)),
    *(Feature(f"binary_{i}", FeatureKind.BINARY) for i in range(3)),
    *(Feature(f"category_{i}", FeatureKind.CATEGORICAL) for i in range(2)),
]


def synthetic(rows: int, *, seed: int, shift: float) -> Columns:
    """Return 16 columns: normal, heavy-tailed, integer, rounded, zero-inflated, binary and text."""
    rng = np.random.default_rng(seed)
    makers: list[Callable[[], NDArray[Any]]] = [
        lambda: rng.normal(104 + 5 * shift, 6, rows),
        lambda: rng.normal(104 + 5 * shift, 6, rows).round(1),
        lambda: rng.normal(0, 5, rows),
        lambda: rng.lognormal(shift, 1.5, rows),
        lambda: rng.standard_t(2, rows),
        lambda: rng.poisson(20 + 2 * shift, rows).astype(float),
        lambda: rng.integers(0, 8, rows),
        lambda: rng.integers(0, 5_000, rows),
        lambda: np.where(rng.random(rows) < 0.6, 0.0, rng.exponential(1, rows)),
        lambda: 1.7e9 + rng.normal(0, 1e5, rows),
        lambda: rng.binomial(10, 0.5, rows) / 10,
        *[lambda p=p: (rng.random(rows) < p + 0.05 * shift).astype(np.int64) for p in (0.1, 0.3, 0.5)],
        *[lambda n=n: np.char.add("level", rng.integers(0, n, rows).astype(str)) for n in (7, 30)],
    ]
    return {feature.name: make() for feature, make in zip(FEATURES, makers, strict=True)}


def scipy_loop(reference: Columns, current: Columns) -> Results:
    """Compute the same statistics the way most teams do: per feature, on the raw rows."""
    return {
        feature.name: scipy_numeric(reference[feature.name], current[feature.name])
        if feature.kind is FeatureKind.NUMERIC
        else scipy_category(reference[feature.name], current[feature.name])
        for feature in FEATURES
    }


def scipy_numeric(reference: NDArray[Any], current: NDArray[Any]) -> dict[str, float]:
    """Return KS, Wasserstein, PSI and Jensen-Shannon of two numeric columns."""
    from scipy.spatial.distance import jensenshannon
    from scipy.stats import ks_2samp, wasserstein_distance

    test = ks_2samp(reference, current, method="asymp")
    cuts = np.unique(np.quantile(reference, np.arange(1, 10) / 10))
    p, q = (np.bincount(np.searchsorted(cuts, x), minlength=cuts.size + 1) / x.size for x in (reference, current))
    return {
        "ks": float(test.statistic),
        "ks_pvalue": float(test.pvalue),
        "wasserstein": float(wasserstein_distance(reference, current)),
        "psi": scipy_psi(p, q),
        "jensen_shannon": float(jensenshannon(p, q, base=2)),
    }


def scipy_category(reference: NDArray[Any], current: NDArray[Any]) -> dict[str, float]:
    """Return chi-squared, PSI and Jensen-Shannon of two columns of levels."""
    from scipy.spatial.distance import jensenshannon
    from scipy.stats import chi2_contingency

    levels, codes = np.unique(np.concatenate((reference, current)), return_inverse=True)
    table = np.stack([np.bincount(part, minlength=levels.size) for part in np.split(codes, [reference.size])])
    chi2, pvalue, _, _ = chi2_contingency(table, correction=False)
    p, q = table / table.sum(axis=1, keepdims=True)
    return {
        "chi2": float(chi2),
        "chi2_pvalue": float(pvalue),
        "psi": scipy_psi(p, q),
        "jensen_shannon": float(jensenshannon(p, q, base=2)),
    }


def scipy_psi(p: NDArray[Any], q: NDArray[Any]) -> float:
    """Return the PSI of two vectors of shares with the usual floor."""
    p, q = np.maximum(p, 1e-4), np.maximum(q, 1e-4)
    return float(((q - p) * np.log(q / p)).sum())


def compare(reference: Columns, current: Columns, repetitions: int) -> dict[str, Any]:
    """Time the contenders in turns; the text columns reach ours as Arrow, scipy's as numpy, as each would have them."""
    before, now = (pa.table({name: pa.array(x) for name, x in side.items()}) for side in (reference, current))
    policy = ClassicPolicy()
    stored = fit(before, FEATURES).to_bytes()
    profile = Profile.from_bytes(stored)
    contenders: dict[str, Callable[[], object]] = {
        "profile_loaded": lambda: check(profile, profile.summarize(now), policy),
        "profile_from_bytes": lambda: from_bytes(stored, now, policy),
        "both_sides": lambda: both_sides(before, now, policy),
        "scipy_loop": lambda: scipy_loop(reference, current),
    }
    seconds = timed(contenders, repetitions)
    report = check(profile, profile.summarize(now), policy)
    return {
        "case": {"reference_rows": REFERENCE_ROWS, "current_rows": CURRENT_ROWS, "features": len(FEATURES)},
        "repetitions": repetitions,
        "seconds": seconds,
        "ratio_profile_loaded": seconds["scipy_loop"] / seconds["profile_loaded"],
        "ratio_profile_from_bytes": seconds["scipy_loop"] / seconds["profile_from_bytes"],
        "ratio_both_sides": seconds["scipy_loop"] / seconds["both_sides"],
        "profile_bytes": len(stored),
        "largest_difference": differences(report, scipy_loop(reference, current)),
        "import_seconds": import_seconds(),
    }


def from_bytes(stored: bytes, now: pa.Table, policy: ClassicPolicy) -> DriftReport:
    """Read the stored profile and check: what a cold function does."""
    profile = Profile.from_bytes(stored)
    return check(profile, profile.summarize(now), policy)


def both_sides(before: pa.Table, now: pa.Table, policy: ClassicPolicy) -> DriftReport:
    """Fit the reference and check."""
    profile = fit(before, FEATURES)
    return check(profile, profile.summarize(now), policy)


def timed(contenders: dict[str, Callable[[], object]], repetitions: int) -> dict[str, float]:
    """Return each contender's median seconds; one untimed round warms them up."""
    samples: dict[str, list[float]] = {name: [] for name in contenders}
    for round_number in range(repetitions + 1):
        for name, run in contenders.items():
            start = time.perf_counter()
            run()
            if round_number:
                samples[name].append(time.perf_counter() - start)
    return {name: stats.median(values) for name, values in samples.items()}


ATOMIC = frozenset({"numeric_1", "numeric_5", "numeric_6", "numeric_8", "numeric_10"})
"""Features whose deciles are repeated values: bins of their own for us, which the plain loop does not know."""


def differences(report: DriftReport, exact: Results) -> dict[str, float]:
    """Return the largest difference to scipy per statistic, so that speed is not bought with wrong numbers.

    Wasserstein is in reference standard deviations.
    """
    largest: dict[str, float] = {}
    for feature in report.features:
        unit = (feature.wasserstein or 1.0) / (feature.wasserstein_sd or 1.0)
        for statistic, value in exact[feature.name].items():
            if feature.name in ATOMIC and statistic in {"psi", "jensen_shannon"}:
                continue
            difference = abs(getattr(feature, statistic) - value) / (unit if statistic == "wasserstein" else 1.0)
            largest[statistic] = max(largest.get(statistic, 0.0), float(difference))
    return largest


def import_seconds() -> float:
    """Return the median time a fresh process takes to import the engine, numpy and pyarrow included."""
    program = "import time; t = time.perf_counter(); import courtside.core.drift; print(time.perf_counter() - t)"
    root = Path(__file__).resolve().parent.parent
    runs = [
        float(subprocess.run([sys.executable, "-c", program], cwd=root, check=True, capture_output=True).stdout)
        for _ in range(5)
    ]
    return stats.median(runs)


def main() -> None:
    """Print the comparison as JSON, or in a few lines."""
    parser = argparse.ArgumentParser(description="Drift check against a plain scipy loop.")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--repetitions", type=int, default=11)
    arguments = parser.parse_args()
    result = compare(
        synthetic(REFERENCE_ROWS, seed=1, shift=0.0),
        synthetic(CURRENT_ROWS, seed=2, shift=0.3),
        arguments.repetitions,
    )
    if arguments.json:
        print(json.dumps(result, indent=2))
        return
    for name, seconds in result["seconds"].items():
        print(f"{name:<20} {1e3 * seconds:8.2f} ms   {result['seconds']['scipy_loop'] / seconds:6.1f} x")


if __name__ == "__main__":
    main()
