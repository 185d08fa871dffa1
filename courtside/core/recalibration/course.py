"""What the recalibrated days together say: did the probabilities break, and does the champion still rank rows?

A champion whose features became worthless is too sure as well, so recalibrating it lowers its loss just as it does for
a champion whose probabilities alone broke. What tells the two apart is what the recalibrated champion is worth beside a
constant: all that it owes to its ranking. That is judged on the days since the gain began, because a champion that was
good for a year before would hide what it is now.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any, Self

import numpy as np

from courtside.core.evaluation import Labels, Probabilities, log_losses
from courtside.core.recalibration.platt import clipped, fitted_map
from courtside.core.recalibration.prequential import RecalibratedDay
from courtside.core.sequential import DaySums, Interval, Outcome, Sequence, outcome

ALPHA = 0.05
"""The share of calibrated champions, at most, whose probabilities are ever said to be broken."""
HELD = 0.5
"""A ranking held if it is worth at least this share of what was promised, and surely more than nothing."""
_SURE, _FEWEST_DAYS = 2.5, 5
"""Standard errors and days that a worth must have; more errors than usual, because it is looked at on many days."""


class Calibration(StrEnum):
    """What is known of a champion's probabilities."""

    BROKEN = "broken"
    HELD = "held"
    NOT_KNOWN = "not_known"


class Ranking(StrEnum):
    """What is known of the order in which a champion puts rows."""

    HELD = "held"
    BROKE = "broke"
    NOT_KNOWN = "not_known"


def promised_worth(labels: Labels, probability: Probabilities) -> float:
    """Return by how much a version, recalibrated, had a lower log loss than a constant on its holdout, in nats per row.

    `labels` are the holdout's, 0/1, and `probability` is the version's of class 1, each shape (n,), n > 0.
    """
    constant = clipped(np.full(labels.size, labels.mean()))
    mended = fitted_map(labels, probability).of(probability)
    return float((log_losses(labels, constant) - log_losses(labels, mended)).mean())


@dataclass(frozen=True, slots=True)
class DayMean:
    """The mean of rows whose error is counted by days; the sums are those of each day's rows and total."""

    days: int = 0
    rows: int = 0
    total: float = 0.0
    of_rows: float = 0.0
    of_totals: float = 0.0
    of_both: float = 0.0

    def after(self, rows: int, total: float) -> "DayMean":
        """Return the mean with another day."""
        return DayMean(
            self.days + 1,
            self.rows + rows,
            self.total + total,
            self.of_rows + rows**2,
            self.of_totals + total**2,
            self.of_both + rows * total,
        )

    @property
    def interval(self) -> Interval:
        """The mean and its ends, None while there are too few days."""
        if not self.rows:
            return Interval(None)
        mean = self.total / self.rows
        if self.days < _FEWEST_DAYS:
            return Interval(mean)
        spread = max(self.of_totals - 2 * mean * self.of_both + mean**2 * self.of_rows, 0.0)
        reach = _SURE * (spread * self.days / (self.days - 1)) ** 0.5 / self.rows
        return Interval(mean, mean - reach, mean + reach)


@dataclass(frozen=True, slots=True)
class Finding:
    """What the days so far say.

    `gain` is the champion's loss less the recalibrated one's over all days, and `recent` its mean since `since`, the
    day on which it began to grow (None: it does not). `worth` is the constant's loss less the recalibrated one's, over
    the days since then. All are in nats per row.
    """

    calibration: Calibration
    ranking: Ranking
    gain: Interval
    recent: float | None
    since: date | None
    worth: Interval

    @property
    def recalibrate_first(self) -> bool:
        """Whether a recalibration, the cheaper cure, is to be tried before a training."""
        return self.calibration is Calibration.BROKEN and self.ranking is Ranking.HELD


@dataclass(frozen=True, slots=True)
class Course:
    """The running state: a few numbers, whatever the number of days.

    `wealth` is the log of what a bet on the evidence has become. Half of its stake was set on the first day, and the
    rest in ever smaller parts on the days after, so that it can be won however long the champion was good before.
    `total` is the gain of all days and `lowest` its lowest value so far: since the day after that one, `since`, the
    gain grows (E. S. Page, "Continuous inspection schemes", Biometrika 41, 1954), and `worth` is counted.
    """

    gain: Sequence = field(default_factory=Sequence)
    days: int = 0
    wealth: float = float(np.log(0.5))
    total: float = 0.0
    lowest: float = 0.0
    since: date | None = None
    worth: DayMean = field(default_factory=DayMean)

    def extended(self, days: Iterable[RecalibratedDay]) -> Self:
        """Return the course with later days, in the order of time; raises `DaysOutOfOrder`."""
        found = self
        for day in days:
            found = found._after(day)
        return found

    def _after(self, day: RecalibratedDay) -> Self:
        total = self.total + day.gain
        staked = np.log(0.5 / ((self.days + 1) * (self.days + 2)))
        grows = total > self.lowest
        return replace(
            self,
            gain=self.gain.extended([DaySums(day.day, day.rows, day.gain)]),
            days=self.days + 1,
            wealth=float(np.logaddexp(self.wealth, staked)) + day.evidence,
            total=total,
            lowest=min(self.lowest, total),
            since=(self.since or day.day) if grows else None,
            worth=self.worth.after(day.rows, day.worth) if grows else DayMean(),
        )

    def finding(self, *, promised: float, margin: float, fewest_rows: float = 0.0) -> Finding:
        """Say what the days so far mean, valid on whatever day one asks.

        `promised` is the `promised_worth`, and `margin` >= 0 the loss that does not matter, in nats per row. Fewer than
        `fewest_rows` do not say that probabilities held, nor what became of the ranking: before the first rows of a
        rare class come, all days look alike.
        """
        gain = replace(self.gain, fewest_rows=fewest_rows).interval()
        worth = self.worth.interval if self.worth.rows >= fewest_rows else Interval(self.worth.interval.difference)
        recent = (self.total - self.lowest) / self.worth.rows if self.worth.rows else None
        return Finding(
            calibration=self._calibration(gain, recent, margin=margin),
            ranking=_ranking(worth, promised),
            gain=gain,
            recent=recent,
            since=self.since,
            worth=worth,
        )

    def _calibration(self, gain: Interval, recent: float | None, *, margin: float) -> Calibration:
        # What matters is the gain since it began, because the good days before would thin it out.
        if self.wealth >= -np.log(ALPHA) and recent is not None and recent >= margin:
            return Calibration.BROKEN
        return Calibration.HELD if outcome(gain, margin=margin) is Outcome.EQUIVALENT else Calibration.NOT_KNOWN

    def to_plain(self) -> dict[str, Any]:
        """Return the fields as JSON holds them."""
        since = None if self.since is None else self.since.isoformat()
        return asdict(self) | {"gain": self.gain.to_plain(), "since": since}

    @classmethod
    def of_plain(cls, fields: Mapping[str, Any]) -> Self:
        """Return the course whose `to_plain` is given."""
        since = None if fields["since"] is None else date.fromisoformat(fields["since"])
        made = {"gain": Sequence.of_plain(fields["gain"]), "worth": DayMean(**fields["worth"]), "since": since}
        return cls(**{**fields, **made})


def _ranking(worth: Interval, promised: float) -> Ranking:
    if promised <= 0 or worth.difference is None or worth.low is None or worth.high is None:
        return Ranking.NOT_KNOWN
    if worth.low > 0 and worth.difference >= HELD * promised:
        return Ranking.HELD
    return Ranking.BROKE if worth.high < HELD * promised else Ranking.NOT_KNOWN
