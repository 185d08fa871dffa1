"""Compute the same statistics as most teams do: in a loop over features, with scipy on the raw rows."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.drifting.tables import Columns, is_numeric

Results = dict[str, dict[str, float]]


def scipy_loop(reference: Columns, current: Columns) -> Results:
    """Return every statistic of every feature."""
    return {
        name: scipy_numeric(values, current[name]) if is_numeric(name) else scipy_category(values, current[name])
        for name, values in reference.items()
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
