"""Seasons of days whose rows have a champion's loss less that of what it is compared with."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
SAMPLE = 400_000
SPREAD = 0.6
"""The spread of the true log odds, which makes a log loss of about 0.63, as of games."""


@dataclass(frozen=True, slots=True)
class Size:
    """How many days a season has, and how many rows a day."""

    days: int
    rows: int


SIZES = {"165 days of 8 rows": Size(165, 8), "90 days of 10,000 rows": Size(90, 10_000)}


@dataclass(frozen=True, slots=True)
class Rows:
    """The differences of single rows, which days draw from, shape (n,), and their exact mean."""

    differences: Floats
    mean: float

    def error(self, size: Size) -> float:
        """Return the standard error of a day's mean, whose rows are independent."""
        return float(self.differences.std()) / math.sqrt(size.rows)

    def day_means(self, rng: np.random.Generator, size: Size) -> Floats:
        """Draw the mean difference of each day; long days have a normal one."""
        if size.rows > 1_000:
            return rng.normal(self.mean, self.error(size), size.days)
        drawn: Floats = rng.choice(self.differences, (size.days, size.rows))
        return np.asarray(drawn.mean(axis=1))


def truth(rng: np.random.Generator) -> tuple[Floats, NDArray[np.bool_]]:
    """Draw true log odds and labels."""
    odds = rng.normal(0.4, SPREAD, SAMPLE)
    return odds, rng.random(SAMPLE) < 1 / (1 + np.exp(-odds))


def log_losses(odds: Floats, labels: NDArray[np.bool_]) -> Floats:
    """Return each row's log loss by a model that says these log odds."""
    return np.logaddexp(0, np.where(labels, -odds, odds))


def unpaired(rng: np.random.Generator, *, worse: float) -> Rows:
    """Return a champion's losses less what it promised, when they have become higher by the share `worse`."""
    odds, labels = truth(rng)
    promised = float(log_losses(odds, labels).mean())
    own = log_losses(_spoilt(rng, odds, labels, promised, worse), labels)
    return _rows(own - promised, mean=worse * promised)


def paired(rng: np.random.Generator, *, worse: float) -> Rows:
    """Return a champion's losses less those of the previous version, which is 2 % off the truth, on the same rows."""
    odds, labels = truth(rng)
    best = float(log_losses(odds, labels).mean())
    other = log_losses(_spoilt(rng, odds, labels, best, 0.02), labels)
    own = log_losses(_spoilt(rng, odds, labels, best, 1.02 * (1 + worse) - 1), labels)
    return _rows(own - other, mean=worse * float(other.mean()))


def higher_than_other(rng: np.random.Generator, *, share: float) -> tuple[Rows, float]:
    """Return a champion's losses less those of a version that says lower log odds, and its mean loss.

    About a `share` of rows are of class 1, so that the champion loses a little by most rows, and gains by few of them
    what makes up for it.
    """
    odds = rng.normal(math.log(share / (1 - share)), 1.0, SAMPLE)
    labels = rng.random(SAMPLE) < 1 / (1 + np.exp(-odds))
    own = log_losses(odds + 0.3, labels)
    return _rows(own - log_losses(odds - 0.3, labels), mean=0.0), float(own.mean())


def _rows(differences: Floats, *, mean: float) -> Rows:
    return Rows(differences - differences.mean() + mean, mean)


def _spoilt(rng: np.random.Generator, odds: Floats, labels: NDArray[np.bool_], best: float, worse: float) -> Floats:
    """Add noise to log odds, as much as makes the loss so much higher."""
    noise, low, high = rng.normal(size=odds.size), 0.0, 4.0
    for _ in range(30):
        middle = (low + high) / 2
        if log_losses(odds + middle * noise, labels).mean() < best * (1 + worse):
            low = middle
        else:
            high = middle
    return odds + high * noise


Shocks = Callable[[np.random.Generator, Size], Floats]


def own_days(rng: np.random.Generator, size: Size) -> Floats:
    """Draw what the rows of each day share, anew every day."""
    return rng.normal(size=size.days)


def hanging_together(phi: float) -> Shocks:
    """Return days of which each takes `phi` of the one before: an AR(1) process."""

    def draw(rng: np.random.Generator, size: Size) -> Floats:
        days, fresh = rng.normal(size=size.days), rng.normal(0, math.sqrt(1 - phi**2), size.days)
        for number in range(1, size.days):
            days[number] = phi * days[number - 1] + fresh[number]
        return days

    return draw


def weekdays(rng: np.random.Generator, size: Size) -> Floats:
    """Draw weekdays that differ in the same way every week."""
    week = rng.normal(size=7)
    return np.resize(week - week.mean(), size.days)


def weeks(rng: np.random.Generator, size: Size) -> Floats:
    """Draw what the days of each week share, beside what each has of its own."""
    shared = np.repeat(rng.normal(size=size.days), 7)[: size.days]
    return np.asarray(math.sqrt(0.5) * (shared + rng.normal(size=size.days)))


DEPENDENCE: dict[str, tuple[Shocks, float]] = {
    "independent rows": (own_days, 0.0),
    "rows of a day": (own_days, 1.0),
    "days, AR 0.3": (hanging_together(0.3), 1.0),
    "days, AR 0.5": (hanging_together(0.5), 1.0),
    "days, AR 0.7": (hanging_together(0.7), 1.0),
    "weekdays": (weekdays, 1.0),
    "weeks": (weeks, 1.0),
}
"""What rows share, and its spread in spreads of the mean of 8 independent rows."""


def season(rng: np.random.Generator, rows: Rows, size: Size, dependence: str) -> Floats:
    """Draw the mean difference of each day of a season."""
    shocks, _ = DEPENDENCE[dependence]
    return rows.day_means(rng, size) + shared_error(rows, dependence) * shocks(rng, size)


def shared_error(rows: Rows, dependence: str) -> float:
    """Return the spread of what the rows of a day share."""
    return DEPENDENCE[dependence][1] * rows.error(Size(days=1, rows=8))
