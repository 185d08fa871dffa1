"""Print as one JSON object what the calibrated policy still detects when its reference is not homogeneous.

A stream has rows every day whose level wanders from day to day, so rows depend on each other. Its reference of 4 to
10 years has no break, has breaks in one to three of its years, or changes gradually. New windows follow it: quiet
ones at its last level, and ones with a new break of 0.8 standard deviations (a KS of about 0.3). For each kind of
reference the output gives the share of feature-windows with a break that are found and the share of quiet ones that
are flagged. No setting was chosen on these draws.

Run `python benchmarks/missed_alarms.py [--seed N] [--streams N] [--kind WORD]`.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from courtside.core.dataset import Feature, FeatureKind, Phase
from courtside.core.drift import CalibratedPolicy, Profile, check, fit

Floats = NDArray[np.float64]
YEAR = 365
START = np.datetime64("2010-01-01")
COLUMNS = [Feature(f"column_{i}", FeatureKind.NUMERIC) for i in range(4)]
BREAK = 0.8
"""The size of a break in standard deviations of a row; it amounts to a KS of 0.31."""
UNSEEN_SEED = 20_261_128


@dataclass(frozen=True, slots=True)
class Level:
    """How a stream's level wanders: its autocorrelation from day to day, and its spread in row standard deviations."""

    lasting: float = 0.9
    spread: float = 0.1
    season: float = 0.0
    rows_a_day: int = 20
    weekends: bool = True


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of reference: the mean on each of its days, given their number, and the columns that follow it."""

    years: int
    mean: Callable[[Floats], Floats] = np.zeros_like
    level: Level = field(default_factory=Level)
    columns: int = len(COLUMNS)
    window: int = 30
    phase: Phase | None = None


def apart(*years: float, by: float = 1.0) -> Callable[[Floats], Floats]:
    """Shift the mean in some years (numbered from 0) and back again."""
    return lambda day: np.where(np.isin(day // YEAR, years), by, 0.0)


def before(year: float, by: float) -> Callable[[Floats], Floats]:
    """Shift the mean until the beginning of a year, which may be a fraction."""
    return lambda day: np.where(day < year * YEAR, by, 0.0)


def sloping(start: float, end: float, by: float = 1.2) -> Callable[[Floats], Floats]:
    """Let the mean fall evenly from one year to another."""
    return lambda day: by * np.clip((end * YEAR - day) / ((end - start) * YEAR), 0.0, 1.0)


def odd(*months: int, by: float = 1.5) -> Callable[[Floats], Floats]:
    """Shift the mean in some months (of 30 days, numbered from 0) and back again."""
    return lambda day: np.where(np.isin(day // 30, months), by, 0.0)


WANDERING = Level(lasting=0.95, spread=0.15)
KINDS = {
    "no break, 4 years": Kind(4),
    "no break, 6 years": Kind(6),
    "no break, 10 years": Kind(10),
    "no break, a level that wanders further": Kind(6, level=WANDERING),
    "no break, seasons that the contract names": Kind(6, level=Level(season=0.5), phase=Phase.MONTH),
    "no break, seasons that nobody names": Kind(6, level=Level(season=0.5)),
    "first of 4 years apart": Kind(4, before(1, 1.5)),
    "first of 6 years apart": Kind(6, before(1, 1.5)),
    "first two of 6 years apart": Kind(6, before(2, 1.0)),
    "first three of 6 years apart": Kind(6, before(3, 0.6)),
    "first three of 10 years apart": Kind(10, before(3, 1.0)),
    "last of 4 years apart": Kind(4, apart(3)),
    "last of 6 years apart": Kind(6, apart(5)),
    "last of 6 years apart, by half as much": Kind(6, apart(5, by=0.5)),
    "last half year of 6 apart": Kind(6, before(5.5, -1.0)),
    "third of 6 years apart": Kind(6, apart(2)),
    "second and fifth of 6 years apart": Kind(6, apart(1, 4)),
    "three of 10 years apart": Kind(10, apart(2, 5, 8)),
    "three levels in 6 years": Kind(6, lambda day: before(2, 0.8)(day) + before(4, -1.6)(day)),
    "first two of 6 years apart in one column": Kind(6, before(2, 1.0), columns=1),
    "first two of 6 years apart, wandering": Kind(6, before(2, 1.0), level=WANDERING),
    "first two of 6 years apart, windows of 14 days": Kind(6, before(2, 1.0), window=14),
    "first two of 6 years apart, windows of 90 days": Kind(6, before(2, 1.0), window=90),
    "first two of 6 years apart, 200 rows a day": Kind(6, before(2, 1.0), level=Level(rows_a_day=200)),
    "first two of 6 years apart, named seasons": Kind(6, before(2, 1.0), level=Level(season=0.5), phase=Phase.MONTH),
    "first two of 6 years apart, no weekends": Kind(6, before(2, 1.0), level=Level(weekends=False)),
    "three odd months in 6 years": Kind(6, odd(10, 37, 55)),
    "two odd months in the last of 4 years": Kind(4, odd(40, 44)),
    "gradual over the first 4 of 6 years": Kind(6, sloping(0, 4)),
    "gradual over all of 4 years": Kind(4, sloping(0, 4)),
    "gradual over all of 10 years": Kind(10, sloping(0, 10)),
    "gradual over the last of 6 years": Kind(6, sloping(5, 6)),
}


@dataclass
class Tally:
    """The numbers of feature-windows with a new break and without one, and how many of each were flagged."""

    broken: int = 0
    found: int = 0
    quiet: int = 0
    flagged: int = 0

    def to_dict(self) -> dict[str, float | int]:
        """Return the JSON form."""
        return {
            "with_a_break": self.broken,
            "share_found": round(self.found / max(1, self.broken), 4),
            "quiet": self.quiet,
            "share_falsely_flagged": round(self.flagged / max(1, self.quiet), 4),
        }


class Stream:
    """Draws consecutive days of one stream; each column has a wandering level of its own."""

    def __init__(self, kind: Kind, seed: int) -> None:
        self._kind = kind
        self._rng = np.random.default_rng(seed)
        self._deviation = self._rng.normal(0, kind.level.spread, len(COLUMNS))

    def reference(self) -> pa.Table:
        """Draw the years of the reference."""
        return self._rows(0, self._kind.years * YEAR, shift=np.zeros(len(COLUMNS)))

    def windows(self, count: int) -> Iterator[tuple[pa.Table, NDArray[np.bool_]]]:
        """Draw windows that each follow the reference, and return which of their columns have a new break.

        Of five windows two are quiet, two have a break in all columns and one has a break in the first column.
        """
        start, last = self._kind.years * YEAR, self._deviation
        for number in range(count):
            self._deviation = last
            broken = np.arange(len(COLUMNS)) < (0, len(COLUMNS), 0, len(COLUMNS), 1)[number % 5]
            sign = 1 - 2 * (self._rng.random() < 1 / 2)
            yield self._rows(start, self._kind.window, shift=np.where(broken, BREAK * sign, 0.0)), broken

    def _rows(self, start: int, days: int, *, shift: Floats) -> pa.Table:
        level, day = self._kind.level, np.arange(start, start + days, dtype=np.float64)
        shown = np.ones(days, np.bool_) if level.weekends else np.is_busday(START + day.astype(int))
        last = self._kind.mean(np.array([self._kind.years * YEAR - 1.0]))
        mean = self._kind.mean(day) if start == 0 else np.broadcast_to(last, day.shape)
        seasonal = level.season * np.sin(2 * np.pi * day / 365.25)
        columns: dict[str, Any] = {"day": np.repeat(START + day.astype(int), level.rows_a_day)}
        for place, feature in enumerate(COLUMNS):
            centre = self._wandering(place, days) + mean * (place < self._kind.columns) + seasonal + shift[place]
            columns[feature.name] = np.repeat(centre, level.rows_a_day) + self._rng.normal(size=days * level.rows_a_day)
        return pa.table(columns).filter(pa.array(np.repeat(shown, level.rows_a_day)))

    def _wandering(self, place: int, days: int) -> Floats:
        level, found = self._kind.level, np.empty(days)
        steps = self._rng.normal(0, level.spread * np.sqrt(1 - level.lasting**2), days)
        deviation = self._deviation[place]
        for day, step in enumerate(steps):
            found[day] = deviation = level.lasting * deviation + step
        self._deviation = np.where(np.arange(len(COLUMNS)) == place, deviation, self._deviation)
        return found


WINDOWS = 10


def heard(kind: Kind, *, streams: int, seed: int) -> dict[str, float | int]:
    """Judge windows that follow several streams of one kind."""
    tally = Tally()
    for number in range(streams):
        stream = Stream(kind, seed + number)
        reference = fit(stream.reference(), COLUMNS, time_column="day", calibrated=True, phase=kind.phase)
        for window, broken in stream.windows(WINDOWS):
            count(tally, reference, window, broken)
    return tally.to_dict()


def count(tally: Tally, reference: Profile, window: pa.Table, broken: NDArray[np.bool_]) -> None:
    """Judge one window and count its columns."""
    report = check(reference, reference.summarize(window), CalibratedPolicy())
    moved = np.array([feature.drifted for feature in report.features])
    tally.broken += int(broken.sum())
    tally.found += int((broken & moved).sum())
    tally.quiet += int((~broken).sum())
    tally.flagged += int((~broken & moved).sum())


def main() -> None:
    """Measure every kind and print the shares."""
    parser = argparse.ArgumentParser(description="Measure the shares of new breaks found and of quiet windows flagged.")
    parser.add_argument("--seed", type=int, default=UNSEEN_SEED)
    parser.add_argument("--streams", type=int, default=10, help="draw so many streams of each kind")
    parser.add_argument("--kind", default="", help="run only the kinds whose name contains this word")
    options = parser.parse_args()
    kinds = {name: kind for name, kind in KINDS.items() if options.kind in name}
    found = {name: heard(kind, streams=options.streams, seed=options.seed) for name, kind in kinds.items()}
    print(json.dumps({"benchmark": "missed_alarms", "seed": options.seed, "kinds": found}, indent=2))


if __name__ == "__main__":
    main()
