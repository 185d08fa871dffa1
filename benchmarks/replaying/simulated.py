"""Streams in which it is known what changes and when: a concept, its inputs, both, or nothing.

Each row is drawn from one of two concepts. In the second one three of seven inputs are distributed otherwise, and
other inputs say how likely the label is. A sudden change swaps them on one day, a gradual one draws more and more rows
from the second, and a recurring one goes there and back. What is not to change is taken from the first concept
throughout. All kinds of one seed share their random numbers, so before the first change their rows are the same.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum, StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from benchmarks.replaying.known import KnownStream, contract
from courtside.core.backtest.changes import KnownChange
from courtside.datasets.simulation.draws import Draws, Floats

FIRST = date(2023, 1, 1)
DAYS, ROWS_A_DAY = 546, 20
BEGIN = FIRST + timedelta(days=182)
"""The first day of the replay: the first model learns from half a year."""
SETTLED = 90
"""The days of the replay before which nothing changes, so that false acts have their chance."""
EARLY = 56
"""Changes come up to so many days later, by the seed, so that no calendar meets them all."""
GRADUAL, SPELL = timedelta(days=84), timedelta(days=84)
"""How long a gradual change takes, and after how long a recurring concept changes again."""
CHANNELS = ("shop", "web", "app")
Bools = npt.NDArray[np.bool_]


class Kind(StrEnum):
    """What changes in a stream: `HIDDEN` is a concept whose inputs stay, `HARMLESS` inputs whose concept stays."""

    NONE = "none"
    SUDDEN = "sudden"
    GRADUAL = "gradual"
    RECURRING = "recurring"
    HIDDEN = "hidden"
    HARMLESS = "harmless"


class Part(IntEnum):
    """What a stream of draws is for."""

    BEGINNING = 0
    CONCEPT = 1
    PRICE = 2
    VISITS = 3
    AGE = 4
    WAIT = 5
    BASKET = 6
    MEMBER = 7
    CHANNEL = 8
    LABEL = 9


@dataclass(frozen=True, slots=True)
class Concept:
    """How inputs are distributed, and what they say about the label: by how much each raises its log odds."""

    price: float
    wait: float
    channels: tuple[float, ...]
    weights: tuple[float, ...]


USUAL = Concept(price=0.0, wait=0.0, channels=(0.5, 0.3, 0.2), weights=(-0.9, 0.7, 0.3, 0.0, 0.4, 0.5, 0.4))
CHANGED = Concept(price=0.35, wait=0.3, channels=(0.3, 0.35, 0.35), weights=(-0.4, 0.7, 0.3, -0.6, 0.4, 0.5, -0.1))


def simulated(kind: Kind, seed: int) -> KnownStream:
    """Return a stream of `DAYS` days from `FIRST` on; equal kinds and seeds give equal streams."""
    changes = _changes(kind, seed)
    day = np.repeat(np.arange(DAYS), ROWS_A_DAY)
    other = _of_the_second_concept(day, changes, Draws(seed, Part.CONCEPT).uniform(day.size))
    rows = _rows(seed, day, inputs=other & (kind != Kind.HIDDEN), concept=other & (kind != Kind.HARMLESS))
    end = FIRST + timedelta(days=DAYS)
    return KnownStream(f"{kind}", rows, contract("simulated"), changes, BEGIN, end)


def _changes(kind: Kind, seed: int) -> tuple[KnownChange, ...]:
    if kind is Kind.NONE:
        return ()
    later = int(Draws(seed, Part.BEGINNING).uniform(1)[0] * EARLY)
    begins = BEGIN + timedelta(days=SETTLED + later)
    if kind is Kind.GRADUAL:
        return (KnownChange(begins, begins + GRADUAL),)
    times = 3 if kind is Kind.RECURRING else 1
    return tuple(KnownChange.sudden(begins + number * SPELL) for number in range(times))


def _of_the_second_concept(day: npt.NDArray[np.int64], changes: tuple[KnownChange, ...], drawn: Floats) -> Bools:
    """Return which rows are of the second concept: each change goes from the one to the other."""
    share = np.zeros(day.size)
    for number, change in enumerate(changes):
        begins, ends = (change.begins - FIRST).days, (change.ends - FIRST).days
        done = np.clip((day - begins + 1) / max(1, ends - begins + 1), 0, 1)
        share += done if number % 2 == 0 else -done
    return drawn < share


def _rows(seed: int, day: npt.NDArray[np.int64], *, inputs: Bools, concept: Bools) -> pa.Table:
    """Draw rows whose inputs, and whose labels, are of the second concept where these say so."""
    size = day.size

    def normal(part: Part) -> Floats:
        return Draws(seed, part).normal(size)

    shares = np.array([np.cumsum(each.channels[:-1]) for each in (USUAL, CHANGED)])[inputs.astype(np.intp)]
    channel = (Draws(seed, Part.CHANNEL).uniform(size)[:, None] >= shares).sum(axis=1)
    columns = {
        "price": normal(Part.PRICE) + np.where(inputs, CHANGED.price, USUAL.price),
        "visits": normal(Part.VISITS),
        "age": normal(Part.AGE),
        "wait": normal(Part.WAIT) + np.where(inputs, CHANGED.wait, USUAL.wait),
        "basket": normal(Part.BASKET),
        "member": (Draws(seed, Part.MEMBER).uniform(size) < 0.5).astype(np.float64),
    }
    known = np.column_stack([*columns.values(), (channel == CHANNELS.index("app")).astype(np.float64)])
    weights = np.array([USUAL.weights, CHANGED.weights])[concept.astype(np.intp)]
    chance = 1 / (1 + np.exp(-(known * weights).sum(axis=1)))
    table: dict[str, Any] = {
        "row": np.arange(size),
        "day": pa.array(np.datetime64(FIRST, "D") + day, pa.date32()),
        **columns,
        "member": columns["member"].astype(np.int8),
        "channel": np.array(CHANNELS)[channel],
        "ordered": (Draws(seed, Part.LABEL).uniform(size) < chance).astype(np.int8),
    }
    return pa.table(table)
