"""Statistics of drift: pure functions of a reference column and a current column on its grid."""

from courtside.core.drift.statistics.chi_squared import ChiSquared, chi_squared
from courtside.core.drift.statistics.jensen_shannon import jensen_shannon
from courtside.core.drift.statistics.ks import Ks, ks, ks_pvalue
from courtside.core.drift.statistics.psi import Psi, psi, psi_equal_width
from courtside.core.drift.statistics.wasserstein import Wasserstein, wasserstein

__all__ = [
    "ChiSquared",
    "Ks",
    "Psi",
    "Wasserstein",
    "chi_squared",
    "jensen_shannon",
    "ks",
    "ks_pvalue",
    "psi",
    "psi_equal_width",
    "wasserstein",
]
