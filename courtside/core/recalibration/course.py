"""What the recalibrated days together say: did the probabilities break, and does the champion still rank rows?

A champion whose features became worthless is too sure as well, so recalibrating it lowers its loss just as it does for
a champion whose probabilities alone broke. What tells the two apart is the order of its rows, which no map of its
probabilities changes, and no class that became rarer. It is judged by the AUC within each day, on the days since the
gain began, of which the newest count most, because a champion that was good for a year before would hide what it is
now.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any, Self

import numpy as np

from courtside.core.evaluation import Labels, Probabilities
from courtside.core.recalibration.prequential import RecalibratedDay, kept_after, ranked
from courtside.core.sequential import DaySums, Interval, Outcome, Sequence, outcome

ALPHA = 0.05
"""The share of calibrated champions, at most, whose probabilities are ever said to be broken."""
HELD = 0.5
"""A ranking held if its AUC is surely above 0.5 by at least this share of what was promised; it broke if surely not."""
_SURE, _FEWEST_DAYS = 2.5, 5
"""Standard errors and days that an AUC must have; more errors than usual, because it is looked at on many days."""


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


def promised_ranking(labels: Labels, probability: Probabilities) -> float:
    """Return how far a version's AUC on its holdout was above 0.5, 0 where all labels are of one class.

    `labels` are the holdout's, 0/1, and `probability` is the version's of class 1, each shape (n,).
    """
    pairs, ordered = ranked(labels, probability)
    return ordered / pairs if pairs else 0.0


@dataclass(frozen=True, slots=True)
class DayMean:
    """A weighted mean of days whose error is counted by days; the sums are those of each day's weight and total."""

    days: int = 0
    weight: float = 0.0
    total: float = 0.0
    of_weights: float = 0.0
    of_totals: float = 0.0
    of_both: float = 0.0

    def after(self, weight: float, total: float, *, kept: float) -> "DayMean":
        """Return the mean with another day, after which the share `kept` of those before it counts.

        A day without weight says nothing.
        """
        if not weight:
            return self
        return DayMean(
            self.days + 1,
            self.weight * kept + weight,
            self.total * kept + total,
            self.of_weights * kept**2 + weight**2,
            self.of_totals * kept**2 + total**2,
            self.of_both * kept**2 + weight * total,
        )

    @property
    def interval(self) -> Interval:
        """The mean and its ends, None while there are too few days."""
        if not self.weight:
            return Interval(None)
        mean = self.total / self.weight
        if self.days < _FEWEST_DAYS:
            return Interval(mean)
        spread = max(self.of_totals - 2 * mean * self.of_both + mean**2 * self.of_weights, 0.0)
        reach = _SURE * (spread * self.days / (self.days - 1)) ** 0.5 / self.weight
        return Interval(mean, mean - reach, mean + reach)


@dataclass(frozen=True, slots=True)
class Finding:
    """What the days so far say.

    `gain` is the champion's loss less the recalibrated one's over all days, and `recent` its mean since `since`, the
    day on which it began to grow (None: it does not), both in nats per row. `order` is how far the AUC within a day is
    above 0.5, on the days since then.
    """

    calibration: Calibration
    ranking: Ranking
    gain: Interval
    recent: float | None
    since: date | None
    order: Interval

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
    gain grows (E. S. Page, "Continuous inspection schemes", Biometrika 41, 1954), and `rows` and `order` are counted.
    """

    gain: Sequence = field(default_factory=Sequence)
    days: int = 0
    wealth: float = float(np.log(0.5))
    total: float = 0.0
    lowest: float = 0.0
    since: date | None = None
    rows: int = 0
    order: DayMean = field(default_factory=DayMean)

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
            rows=self.rows + day.rows if grows else 0,
            order=self.order.after(day.pairs, day.ordered, kept=kept_after(day.rows)) if grows else DayMean(),
        )

    def finding(self, *, promised: float, margin: float, fewest_rows: float = 0.0) -> Finding:
        """Say what the days so far mean, valid on whatever day one asks.

        `promised` is the `promised_ranking`, and `margin` >= 0 the loss that does not matter, in nats per row. Fewer
        than `fewest_rows` do not say that probabilities held, nor what became of the ranking: before the first rows of
        a rare class come, all days look alike.
        """
        gain = replace(self.gain, fewest_rows=fewest_rows).interval()
        order = self.order.interval if self.rows >= fewest_rows else Interval(self.order.interval.difference)
        recent = (self.total - self.lowest) / self.rows if self.rows else None
        return Finding(
            calibration=self._calibration(gain, recent, margin=margin),
            ranking=_ranking(order, promised),
            gain=gain,
            recent=recent,
            since=self.since,
            order=order,
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
        made = {"gain": Sequence.of_plain(fields["gain"]), "order": DayMean(**fields["order"]), "since": since}
        return cls(**{**fields, **made})


def _ranking(order: Interval, promised: float) -> Ranking:
    if promised <= 0 or order.low is None or order.high is None:
        return Ranking.NOT_KNOWN
    if order.low >= HELD * promised:
        return Ranking.HELD
    return Ranking.BROKE if order.high < HELD * promised else Ranking.NOT_KNOWN
