"""A stream whose changes are known, with the days of it that are replayed."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa

from courtside.core.backtest.changes import KnownChange
from courtside.core.dataset import Dataset
from courtside.datasets.catalog import parse_dataset


@dataclass(frozen=True)
class KnownStream:
    """Rows with labels and their contract; the first model learns from what lies before `begin`.

    `end` is the day after the last one that is replayed. `changes` are empty where nothing changes.
    """

    name: str
    rows: pa.Table
    dataset: Dataset
    changes: tuple[KnownChange, ...]
    begin: date
    end: date


def contract(name: str) -> Dataset:
    """Return the contract in the file of that name in this folder."""
    path = Path(__file__).parent / f"{name}.yaml"
    return parse_dataset(str(path), path.read_bytes())
