"""P-values are corrected for testing many features at once."""

from collections.abc import Sequence

import numpy as np


def benjamini_hochberg(pvalues: Sequence[float]) -> tuple[float, ...]:
    """Return adjusted p-values, in order; flagging those up to alpha keeps the expected share of false alarms under it.

    Source: Benjamini & Hochberg 1995, J. R. Stat. Soc. B 57(1); holds under positive dependence: Benjamini & Yekutieli
    2001, Ann. Stat. 29(4).

    >>> benjamini_hochberg([0.01, 0.5, 0.02, 0.04])
    (0.04, 0.5, 0.04, 0.05333333333333334)
    """
    values = np.asarray(pvalues, np.float64)
    order = np.argsort(values)
    scaled = values[order] * values.size / np.arange(1, values.size + 1)
    adjusted = np.empty_like(values)
    adjusted[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return tuple(adjusted.tolist())
