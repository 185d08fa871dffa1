"""The ends of a running mean difference after each of its days.

Days may depend on each other, so the error is the long-run one, from the products of days up to `LAGS` apart, which
weigh less the further apart they are (W. K. Newey, K. D. West, "A simple, positive semi-definite, heteroskedasticity
and autocorrelation consistent covariance matrix", Econometrica 55, 1987). How far that reaches grows with the root of
the number of days, and its degrees of freedom are fewer accordingly. A large difference would then take a month to be
seen, so a tenth of the risk is spent on a second interval, which measures no dependence and assumes a strong one
instead; the narrower one counts.
"""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from courtside.core.sequential.boundary import Floats, boundary

LAGS = 21
REACH = 2.0
"""Days are taken to depend on each other over so many times the root of their number, up to `LAGS`."""
ASSUMED = 8.0
"""How many times as large as that of independent days the squared error is assumed to be."""
ON_ASSUMED = 0.1
PRIOR_DAYS, PRIOR_ERRORS = 10.0, 7.0
"""Differences are looked for up to the error of so many days' mean, which makes the interval narrowest after about 75
days, and up to the root of so many squared errors of the opponent's figure, which makes it narrowest in the end."""
_APART = np.arange(LAGS + 1)
_TWICE = np.where(_APART, 2.0, 1.0)


@dataclass(frozen=True, slots=True)
class Risk:
    """How sure an end must be: `alpha` is its risk, `offset_error` the standard error of the opponent's figure.

    There is no end before there are `fewest_rows`.
    """

    alpha: float
    offset_error: float
    fewest_rows: float


@dataclass(frozen=True, slots=True)
class Looks:
    """The sums after each of n days: shape (n,), and of products of days 0 to `LAGS` apart, shape (n, `LAGS` + 1).

    `squares` are products of totals, `crosses` of totals with rows, both ways, and `weights` of rows.
    """

    rows: Floats
    totals: Floats
    squares: Floats
    crosses: Floats
    weights: Floats

    def followed(self, rows: Floats, totals: Floats) -> "Looks":
        """Return the sums after each of n days that follow the last one here.

        `rows` and `totals` have shape (`LAGS` + n,), because they begin with the days before, 0 where there are none.
        """
        rows_before, totals_before = (sliding_window_view(each, LAGS + 1)[:, ::-1] for each in (rows, totals))
        own_rows, own_totals = rows[LAGS:, None], totals[LAGS:, None]
        return Looks(
            rows=_running(self.rows, rows[LAGS:]),
            totals=_running(self.totals, totals[LAGS:]),
            squares=_running(self.squares, own_totals * totals_before),
            crosses=_running(self.crosses, own_totals * rows_before + own_rows * totals_before),
            weights=_running(self.weights, own_rows * rows_before),
        )

    @property
    def means(self) -> Floats:
        """Return the mean difference of a row, shape (n,)."""
        return self.totals / self.rows

    def reach(self, risk: Risk) -> Floats:
        """Return how far the ends are from the means, shape (n,), infinite while there are too few days or rows."""
        days = self.rows**2 / self.weights[:, 0]
        """So many days of equal length would have as much to say."""
        means = self.means[:, None]
        products = self.squares - means * self.crosses + means**2 * self.weights
        near = np.maximum(1 - _APART / np.minimum(1 + REACH * np.sqrt(days), LAGS + 1)[:, None], 0)
        overlap = (near**2 * self.weights) @ _TWICE / self.weights[:, 0]
        with np.errstate(divide="ignore", invalid="ignore"):
            scale = days / (days - 1) / self.rows**2
            measured = scale * np.maximum((near * products) @ _TWICE, 0)
            assumed = scale * ASSUMED * np.maximum(products[:, 0], 0)
            found = np.minimum(
                _reach(measured, days, days / overlap - 1, risk, share=1 - ON_ASSUMED),
                _reach(assumed, days, days - 1, risk, share=ON_ASSUMED),
            )
        return np.asarray(np.where(np.isnan(found) | (self.rows < risk.fewest_rows), np.inf, found))


def _running(before: Floats, new: Floats) -> Floats:
    """Return the last sum after each new day, added one by one, so that no split of the days changes a bit of it."""
    return np.cumsum(np.concatenate((before[-1:], new)), axis=0)[1:]


def _reach(variance: Floats, days: Floats, freedom: Floats, risk: Risk, *, share: float) -> Floats:
    """Return how far the ends are for a squared error of the mean.

    The error of an opponent's figure is there from the first look on and never shrinks. With it the means after each
    day are still a random walk whose time is what is known of the difference: 1 / (the sum of both squared errors).
    """
    error = variance + risk.offset_error**2
    prior = variance * days / PRIOR_DAYS + PRIOR_ERRORS * risk.offset_error**2
    left = np.where(error > 0, error / (error + prior), PRIOR_DAYS / (PRIOR_DAYS + days))
    return boundary(left, freedom, alpha=risk.alpha * share) * np.sqrt(error)
