"""A running mean difference whose interval holds at every look.

A mean over years hardly moves when a model breaks at last, so the older a test, the deafer. Most of the risk is spent
on the mean of all days. The rest is spent on means of recent days: after every `PERIOD` days with rows another one is
begun, which runs for two periods.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from operator import attrgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from courtside.core.sequential.boundary import Floats
from courtside.core.sequential.looks import LAGS, Risk
from courtside.core.sequential.stretch import Interval, Stretch, Sums

PERIOD = 90
ON_ALL, ON_RECENT = 0.8, 0.15
"""The share of the risk that is spent on the mean of all days, and on each of the means of recent days."""
_NOTHING = (0.0,) * LAGS


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
class Sequence:
    """What is known of a mean difference after some days; another day costs the same at any age.

    `alpha` is the risk of each end, and `offset_error` the standard error of an opponent's figure that was estimated
    itself, as a promise was on a holdout. A mean of fewer than `fewest_rows` has no ends. `last` is the newest day with
    rows. `since` is the first day on which the difference was surely above 0; it is forgotten when the mean of recent
    days is not above 0 any more. `stretches` are all days and up to two of recent days, and the other fields are what
    days to come need.
    """

    alpha: float = 0.05
    offset_error: float = 0.0
    fewest_rows: float = 0.0
    last: date | None = None
    since: date | None = None
    recent_rows: Sums = _NOTHING
    recent_totals: Sums = _NOTHING
    stretches: tuple[Stretch, ...] = ()

    @property
    def days(self) -> int:
        """Return how many days had rows."""
        return self.stretches[0].days if self.stretches else 0

    @property
    def rows(self) -> int:
        """Return how many rows there were."""
        return self.stretches[0].rows if self.stretches else 0

    @property
    def total(self) -> float:
        """Return the total of all differences."""
        return self.stretches[0].total if self.stretches else 0.0

    def extended(self, days: Iterable[DaySums]) -> "Sequence":
        """Return the sequence with later days, given in any order; raises `DaysOutOfOrder`.

        Days without rows add nothing. Splitting the days changes no bit of the result.
        """
        new = sorted((each for each in days if each.rows), key=attrgetter("day"))
        if not new:
            return self
        dates = [each.day for each in new]
        _check_order(self.last, dates)
        rows = np.array([*self.recent_rows, *(each.rows for each in new)], dtype=np.float64)
        totals = np.array([*self.recent_totals, *(each.total for each in new)])
        stretches, means, surely = self._followed(dates, rows, totals)
        return replace(
            self,
            last=dates[-1],
            since=_since(self.since, dates, means > 0, surely),
            recent_rows=tuple(rows[-LAGS:].tolist()),
            recent_totals=tuple(totals[-LAGS:].tolist()),
            stretches=stretches,
        )

    def _followed(
        self, dates: list[date], rows: Floats, totals: Floats
    ) -> tuple[tuple[Stretch, ...], Floats, NDArray[np.bool_]]:
        """Return the stretches, and after each new day the recent mean and whether any mean is surely above 0."""
        before, until = self.days, self.days + len(dates)
        known = {stretch.start: stretch for stretch in self.stretches}
        recent = range(max(1, before // PERIOD - 1) * PERIOD, until, PERIOD)
        kept, means, surely = [], np.empty(len(dates)), np.zeros(len(dates), dtype=bool)
        for start in (0, *recent):
            stop = min(start + 2 * PERIOD, until) if start else until
            own = slice(max(start - before, 0), stop - before)
            stretch = known.get(start) or Stretch(start, dates[own.start])
            looks = stretch.looks(rows[own.start : LAGS + own.stop], totals[own.start : LAGS + own.stop])
            surely[own] |= looks.means > looks.reach(self._risk(start))
            second_half = slice(max(start + PERIOD - before, own.start) if start else 0, own.stop)
            means[second_half] = looks.means[second_half.start - own.start :]
            if not start or until < start + 2 * PERIOD:
                kept.append(stretch.after(looks))
        return tuple(kept), means, surely

    def _risk(self, start: int) -> Risk:
        return Risk(self.alpha * (ON_RECENT if start else ON_ALL), self.offset_error, self.fewest_rows)

    def interval(self) -> Interval:
        """Return the mean difference and its ends as of the last day.

        It is that of all days, but where only recent days are surely above 0 it is theirs. Each end is ever wrong in at
        most a share `alpha` of sequences over the first 180 days with rows, and in 0.15 `alpha` more per 90 days after.
        """
        if not self.stretches:
            return Interval(None)
        whole, *recent = (each.interval(self._risk(each.start)) for each in self.stretches)
        return next((each for each in (whole, *recent) if each.low is not None and each.low > 0), whole)

    def to_plain(self) -> dict[str, Any]:
        """Return the fields as JSON holds them."""
        fields: dict[str, Any] = _without_dates(asdict(self))
        return fields

    @classmethod
    def of_plain(cls, fields: Mapping[str, Any]) -> "Sequence":
        """Return the sequence whose `to_plain` is given."""
        dates = {name: None if fields[name] is None else date.fromisoformat(fields[name]) for name in ("last", "since")}
        sums = {name: tuple(fields[name]) for name in ("recent_rows", "recent_totals")}
        return cls(**{**fields, **dates, **sums, "stretches": tuple(map(Stretch.of_plain, fields["stretches"]))})


def _without_dates(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_dates(each) for name, each in value.items()}
    if isinstance(value, tuple):
        return [_without_dates(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value


def _check_order(last: date | None, days: list[date]) -> None:
    for before, day in zip([last, *days], days, strict=False):
        if before is not None and day <= before:
            raise DaysOutOfOrder(day, before)


def _since(since: date | None, days: list[date], worse: NDArray[np.bool_], surely: NDArray[np.bool_]) -> date | None:
    for day, is_worse, is_surely in zip(days, worse.tolist(), surely.tolist(), strict=True):
        since = (since or day) if is_surely else since if is_worse else None
    return since
