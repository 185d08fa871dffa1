"""A model of several classes and one of values, with the rows that come to a stage after their first training.

Digits are those that ship with scikit-learn, scanned twenty a day, later by a paler scanner. Deliveries are invented;
later they go farther and take longer.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sklearn.datasets import load_digits

BEGINS = date(2024, 12, 30)
KNOWN, QUIET, MOVED = BEGINS + timedelta(weeks=8), timedelta(weeks=1), timedelta(weeks=3)
"""The first training knows the rows before `KNOWN`. Those of the week after it are alike, and all later ones are not;
the second training knows three weeks of these."""
WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
DIGITS_A_DAY, DELIVERIES_A_DAY, DAYS = 20, 30, 90
INK = [f"ink_{row}{column}" for row in range(4) for column in range(4)]
NOISE = 4.0
"""The standard deviation of the minutes that no feature explains."""

CONTRACTS = {
    "digits": f"""
name: digits
task: multiclass
id_columns: [scan]
time_column: scanned_on
target: digit
features: {{{", ".join(f"{name}: numeric" for name in INK)}}}
candidates: [logistic_regression, lightgbm]
label_delay: 14d
predict: {{ahead: 7d}}
watch: {{window: 21d}}
""",
    "deliveries": """
name: deliveries
task: regression
id_columns: [delivery]
time_column: ordered_on
target: minutes
features: {distance: numeric, weight: numeric, express: binary, district: categorical}
segments: [district]
candidates: [ridge, xgboost]
label_delay: 14d
predict: {ahead: 7d, explain: 2}
watch: {window: 21d}
""",
}


@dataclass(frozen=True)
class Rows:
    """All rows of a model in the order of their days; its first column is their id."""

    all: pa.Table
    time: str
    target: str

    def between(self, start: date, end: date) -> pa.Table:
        """Return the rows from one day until before another."""
        days = self.all.column(self.time).to_numpy()
        return self.all.filter(pa.array((days >= np.datetime64(start)) & (days < np.datetime64(end))))

    def coming(self, start: date, end: date) -> pa.Table:
        """Return these rows as they come, with nothing in the target's column."""
        found = self.between(start, end)
        place = found.column_names.index(self.target)
        return found.set_column(place, self.target, pa.nulls(found.num_rows, found.column(place).type))

    def labels(self, start: date, end: date) -> pa.Table:
        """Return what became known of these rows."""
        return self.between(start, end).select([self.all.column_names[0], self.time, self.target])

    def truth(self, start: date, end: date) -> dict[str, Any]:
        """Return the target of these rows by their ids, as predictions have them."""
        columns = self.labels(start, end).to_pydict()
        ids, days, targets = columns.values()
        return {f"{each}|{day}": target for each, day, target in zip(ids, days, targets, strict=True)}


def digits() -> Rows:
    """Return the digits in the order in which they ship, each with the ink of its sixteen squares of four pixels."""
    images, codes = load_digits(return_X_y=True)
    ink = images.reshape(-1, 4, 2, 4, 2).sum(axis=(2, 4)).reshape(-1, len(INK))
    days = np.arange(len(codes)) // DIGITS_A_DAY
    ink[_have_moved(days)] *= 0.4
    columns = {"scan": np.arange(len(codes)), "scanned_on": np.datetime64(BEGINS) + days}
    target = {"digit": [WORDS[code] for code in codes]}
    return Rows(pa.table(columns | dict(zip(INK, ink.T, strict=True)) | target), "scanned_on", "digit")


def deliveries() -> Rows:
    """Return deliveries whose minutes hang on how far they go, what they weigh, how they are sent and where."""
    rng, days = np.random.default_rng(23), np.repeat(np.arange(DAYS), DELIVERIES_A_DAY)
    moved, count = _have_moved(days), days.size
    distance = rng.gamma(4, 1.5, size=count) * np.where(moved, 1.7, 1.0)
    weight, express, district = rng.exponential(2, size=count), rng.integers(0, 2, count), rng.integers(0, 3, count)
    minutes = 12 + 4 * distance + weight - 6 * express + np.array([0.0, 5.0, 9.0])[district] + 15 * moved
    columns = {
        "delivery": np.arange(count),
        "ordered_on": np.datetime64(BEGINS) + days,
        "distance": distance,
        "weight": weight,
        "express": express,
        "district": np.array(["centre", "north", "south"])[district],
        "minutes": minutes + rng.normal(scale=NOISE, size=count),
    }
    return Rows(pa.table(columns), "ordered_on", "minutes")


def _have_moved(days: NDArray[np.int64]) -> NDArray[np.bool_]:
    return np.asarray(days >= (KNOWN + QUIET - BEGINS).days)
