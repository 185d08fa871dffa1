"""The sums over a stretch of days, with the interval that they give."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from courtside.core.sequential.boundary import Floats
from courtside.core.sequential.looks import LAGS, Looks, Risk

_NO_PRODUCTS = (0.0,) * (LAGS + 1)
Sums = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean difference per row and its ends, which are None while there are too few days.

    It is that of `rows` on `days` days with rows, the first of which was `first`.
    """

    difference: float | None
    low: float | None = None
    high: float | None = None
    first: date | None = None
    days: int = 0
    rows: int = 0


@dataclass(frozen=True, slots=True)
class Stretch:
    """The sums of `Looks` over `days` days with rows, of which the sequence had `start` before."""

    start: int
    first: date
    days: int = 0
    rows: int = 0
    total: float = 0.0
    squares: Sums = _NO_PRODUCTS
    crosses: Sums = _NO_PRODUCTS
    weights: Sums = _NO_PRODUCTS

    def looks(self, rows: Floats, totals: Floats) -> Looks:
        """Return the sums after each of n more days; both begin with the `LAGS` days before, shape (`LAGS` + n,)."""
        of_others = max(0, LAGS - self.days)
        rows, totals = (np.concatenate((np.zeros(of_others), each[of_others:])) for each in (rows, totals))
        return self._sums().followed(rows, totals)

    def after(self, looks: Looks) -> "Stretch":
        """Return the stretch as of the last of its looks."""
        return replace(
            self,
            days=self.days + looks.rows.size,
            rows=int(looks.rows[-1]),
            total=float(looks.totals[-1]),
            squares=tuple(looks.squares[-1].tolist()),
            crosses=tuple(looks.crosses[-1].tolist()),
            weights=tuple(looks.weights[-1].tolist()),
        )

    def interval(self, risk: Risk) -> Interval:
        """Return the interval as of the last day, of which there is at least one."""
        look = self._sums()
        mean, reach = float(look.means[0]), float(look.reach(risk)[0])
        known = Interval(mean, first=self.first, days=self.days, rows=self.rows)
        return replace(known, low=mean - reach, high=mean + reach) if np.isfinite(reach) else known

    def _sums(self) -> Looks:
        sums = (self.rows, self.total, self.squares, self.crosses, self.weights)
        return Looks(*(np.array([each], dtype=np.float64) for each in sums))

    @classmethod
    def of_plain(cls, fields: dict[str, Any]) -> "Stretch":
        """Return the stretch of fields as JSON holds them."""
        products = {name: tuple(fields[name]) for name in ("squares", "crosses", "weights")}
        return cls(**fields | products | {"first": date.fromisoformat(fields["first"])})
