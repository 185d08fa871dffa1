"""A running mean difference whose interval holds at every look."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from courtside.core.sequential.looks import LAGS, Floats, Looks

Sums = tuple[float, ...]
_NOTHING = (0.0,) * LAGS
_NO_PRODUCTS = (0.0,) * (LAGS + 1)


class DaysOutOfOrder(ValueError):
    """A day was added that is not after all the days before it, or was added twice."""

    def __init__(self, day: date, after: date) -> None:
        self.day = day
        self.after = after
        super().__init__(f"{day} cannot be added, because the sequence already reaches {after}")


@dataclass(frozen=True, slots=True)
class DaySums:
    """How many rows a day has, and the total of their differences: the champion's loss less its opponent's."""

    day: date
    rows: int
    total: float


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean difference per row and its ends, which are None while there are too few days.

    Of each end, a share `alpha` of sequences at most is ever wrong, at whatever day one looks.
    """

    difference: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Sequence:
    """What is known of a mean difference after some days; another day costs the same at any age.

    `alpha` is the risk of each end, and `offset_error` the standard error of an opponent's figure that was estimated
    itself, as a promise was on a holdout. `days` counts those with rows, and `last` is the newest. `since` is the first
    day on which the lower end was above 0; it is forgotten when the mean is not above 0 any more. The other fields are
    the sums of `Looks`, and what the products of days to come need.
    """

    alpha: float = 0.05
    offset_error: float = 0.0
    days: int = 0
    rows: int = 0
    total: float = 0.0
    last: date | None = None
    since: date | None = None
    recent_rows: Sums = _NOTHING
    recent_totals: Sums = _NOTHING
    squares: Sums = _NO_PRODUCTS
    crosses: Sums = _NO_PRODUCTS
    weights: Sums = _NO_PRODUCTS

    def extended(self, days: Iterable[DaySums]) -> "Sequence":
        """Return the sequence with later days, given in any order; raises `DaysOutOfOrder`.

        Days without rows add nothing. Splitting the days changes no bit of the result.
        """
        new = sorted((each for each in days if each.rows), key=lambda each: each.day)
        if not new:
            return self
        dates = [each.day for each in new]
        _check_order(self.last, dates)
        rows = np.array([*self.recent_rows, *(each.rows for each in new)], dtype=np.float64)
        totals = np.array([*self.recent_totals, *(each.total for each in new)])
        looks = self._looks(rows, totals)
        lows = looks.means - looks.reach(alpha=self.alpha, offset_error=self.offset_error)
        return replace(
            self,
            days=self.days + len(new),
            rows=int(looks.rows[-1]),
            total=float(looks.totals[-1]),
            last=dates[-1],
            since=_since(self.since, dates, looks.means > 0, lows > 0),
            recent_rows=tuple(rows[-LAGS:].tolist()),
            recent_totals=tuple(totals[-LAGS:].tolist()),
            squares=tuple(looks.squares[-1].tolist()),
            crosses=tuple(looks.crosses[-1].tolist()),
            weights=tuple(looks.weights[-1].tolist()),
        )

    def _looks(self, rows: Floats, totals: Floats) -> Looks:
        """Return the sums after each new day; the arrays begin with the `LAGS` days before."""
        rows_before, totals_before = (sliding_window_view(each, LAGS + 1)[:, ::-1] for each in (rows, totals))
        own_rows, own_totals = rows[LAGS:, None], totals[LAGS:, None]
        return Looks(
            rows=_running(self.rows, rows[LAGS:]),
            totals=_running(self.total, totals[LAGS:]),
            squares=_running(self.squares, own_totals * totals_before),
            crosses=_running(self.crosses, own_totals * rows_before + own_rows * totals_before),
            weights=_running(self.weights, own_rows * rows_before),
        )

    def interval(self) -> Interval:
        """Return the mean difference and its ends as of the last day."""
        if not self.days:
            return Interval(None)
        sums = (self.rows, self.total, self.squares, self.crosses, self.weights)
        looks = Looks(*(np.array([each], dtype=np.float64) for each in sums))
        mean = float(looks.means[0])
        reach = float(looks.reach(alpha=self.alpha, offset_error=self.offset_error)[0])
        return Interval(mean, mean - reach, mean + reach) if np.isfinite(reach) else Interval(mean)

    def to_plain(self) -> dict[str, Any]:
        """Return the fields as JSON holds them."""
        dates = {name: None if day is None else day.isoformat() for name, day in self._dates().items()}
        return asdict(self) | dates

    def _dates(self) -> dict[str, date | None]:
        return {"last": self.last, "since": self.since}

    @classmethod
    def of_plain(cls, fields: Mapping[str, Any]) -> "Sequence":
        """Return the sequence whose `to_plain` is given."""
        dates = {name: None if fields[name] is None else date.fromisoformat(fields[name]) for name in ("last", "since")}
        tuples = {name: tuple(value) for name, value in fields.items() if isinstance(value, list | tuple)}
        return cls(**{**fields, **dates, **tuples})


def _check_order(last: date | None, days: list[date]) -> None:
    for before, day in zip([last, *days], days, strict=False):
        if before is not None and day <= before:
            raise DaysOutOfOrder(day, before)


def _running(before: float | Sums, new: Floats) -> Floats:
    """Return the sums after each new day, added one by one."""
    return np.cumsum(np.concatenate((np.array([before], dtype=np.float64), new)), axis=0)[1:]


def _since(since: date | None, days: list[date], worse: NDArray[np.bool_], surely: NDArray[np.bool_]) -> date | None:
    for day, is_worse, is_surely in zip(days, worse.tolist(), surely.tolist(), strict=True):
        since = (since or (day if is_surely else None)) if is_worse else None
    return since
