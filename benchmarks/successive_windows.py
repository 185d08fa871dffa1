"""Print as one JSON object what a year of monthly checks finds and flags, each by itself and with the windows before.

Twelve windows follow a reference. In quiet runs nothing changes; in others all columns or one of them shift for good
from the first window on, or creep a little further with every window. Rows are those of the streams of
`missed_alarms.py` (judged by the history, with levels that wander) or of customers with levels of their own (judged by
entities), of whom every window has others, or the same ones. A run is a feature's twelve windows; `windows` counts the
months until it is first flagged in half of the runs. No setting was chosen on these draws.

Run `python benchmarks/successive_windows.py [--seed N] [--runs N]`.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.missed_alarms import COLUMNS, UNSEEN_SEED, YEAR, Kind, Stream
from courtside.core.dataset import Feature, FeatureKind
from courtside.core.drift import CalibratedPolicy, Profile, check, fit
from courtside.core.drift.successive import SPANS, Former, with_former

Floats = NDArray[np.float64]
WINDOWS, DAYS, YEARS = 12, 30, 6
FIRST = date(2016, 1, 1)
PLACES = len(COLUMNS)


@dataclass(frozen=True, slots=True)
class Change:
    """How far columns are shifted in each of the windows, numbered from 0, and how many of them."""

    by: Callable[[int], float]
    columns: int = PLACES

    def shift(self, window: int) -> Floats:
        """Return the shift of each column."""
        return np.where(np.arange(PLACES) < self.columns, self.by(window), 0.0)


CHANGES = {
    "quiet": Change(lambda _: 0.0, 0),
    "all columns, 0.2 sd": Change(lambda _: 0.2),
    "all columns, 0.3 sd": Change(lambda _: 0.3),
    "one column, 0.3 sd": Change(lambda _: 0.3, 1),
    "all columns, 0.05 sd more with every window": Change(lambda window: 0.05 * (window + 1)),
}


class Days(Stream):
    """A stream of years, and the windows that follow it day by day."""

    def fitted(self) -> Profile:
        """Return the calibrated profile of the reference."""
        return fit(self.reference(), COLUMNS, time_column="day", calibrated=True)

    def window(self, number: int, shift: Floats) -> pa.Table:
        """Draw one window."""
        return self._rows(YEARS * YEAR + number * DAYS, DAYS, shift=shift)


class Customers:
    """Customers with levels of their own in each column."""

    def __init__(self, seed: int, *, staying: bool) -> None:
        self._rng = np.random.default_rng(seed)
        self._staying = self._levels(30) if staying else None

    def fitted(self) -> Profile:
        """Return the calibrated profile of 160 of them."""
        features = [Feature(each.name, FeatureKind.NUMERIC, entity=("who",)) for each in COLUMNS]
        return fit(self._rows(self._levels(160), 30, first=0), features, calibrated=True)

    def window(self, number: int, shift: Floats) -> pa.Table:
        """Draw ten rows of each of 30 customers who are in no reference."""
        levels = self._levels(30) if self._staying is None else self._staying
        return self._rows(levels + shift, 10, first=1000 * (1 if self._staying is not None else number + 1))

    def _levels(self, count: int) -> Floats:
        return self._rng.normal(0, 0.3, (count, PLACES))

    def _rows(self, levels: Floats, each: int, *, first: int) -> pa.Table:
        who = np.repeat(np.arange(len(levels)), each)
        values = levels[who] + self._rng.normal(size=(who.size, PLACES))
        columns: dict[str, Any] = {"who": who + first}
        return pa.table(columns | {each.name: values[:, place] for place, each in enumerate(COLUMNS)})


MAKERS: dict[str, Callable[[int], Days | Customers]] = {
    "streams": lambda seed: Days(Kind(YEARS), seed),
    "other customers": lambda seed: Customers(seed, staying=False),
    "the same customers": lambda seed: Customers(seed, staying=True),
}


def year(source: Days | Customers, known: Profile, change: Change) -> Iterator[tuple[set[str], set[str]]]:
    """Yield the features flagged in each window, by itself and with the windows before."""
    former: list[Former] = []
    policy = CalibratedPolicy()
    for number in range(WINDOWS):
        current = known.summarize(source.window(number, change.shift(number)))
        alone = check(known, current, policy)
        kept = former[1 - max(SPANS) :]
        both = with_former(alone, reference=known, current=current, former=kept, policy=policy)
        former.append((FIRST + timedelta(days=number * DAYS), current))
        yield set(alone.features_drifted), set(both.features_drifted)


def first_flagged(found: Sequence[set[str]], name: str) -> int:
    """Return the number of the first window, from 1, in which a feature is flagged; one too many if in none."""
    return next((number for number, flagged in enumerate(found, start=1) if name in flagged), WINDOWS + 1)


def measured(make: Callable[[int], Days | Customers], change: Change, *, runs: int, seed: int) -> dict[str, Any]:
    """Return shares of the features' runs, of those that moved, or of all if none did."""
    names = [each.name for each in COLUMNS[: change.columns or PLACES]]
    firsts = []
    for number in range(runs):
        source = make(seed + number)
        found = list(year(source, source.fitted(), change))
        firsts += [[first_flagged(side, name) for side in zip(*found, strict=True)] for name in names]
    alone, both = np.array(firsts).T
    shares = {
        f"{name}, {rule}": round(float((side <= until).mean()), 3)
        for rule, side in (("alone", alone), ("with the windows before", both))
        for name, until in (("by the second", 2), ("by the fourth", 4), ("in any", WINDOWS))
    }
    return {"runs": len(firsts), "windows alone": float(np.median(alone)), "windows": float(np.median(both)), **shares}


def main() -> None:
    """Measure every kind of rows and of change, and print the shares."""
    parser = argparse.ArgumentParser(description="Measure what a year of monthly checks finds and flags.")
    parser.add_argument("--seed", type=int, default=UNSEEN_SEED)
    parser.add_argument("--runs", type=int, default=15)
    options = parser.parse_args()
    found = {
        f"{kind}: {name}": measured(make, change, runs=options.runs * (1 if change.columns else 4), seed=options.seed)
        for kind, make in MAKERS.items()
        for name, change in CHANGES.items()
    }
    print(json.dumps({"benchmark": "successive_windows", "shares": found}, indent=2))


if __name__ == "__main__":
    main()
