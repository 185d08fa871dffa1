"""Odd rows, kept apart with the reason: never used, never silently dropped."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from courtside.core.games.schema import GAMES_SCHEMA


class Oddity(StrEnum):
    """Why a row is set aside."""

    REPEATED = "exact duplicate of an earlier row"
    SCORE = "implausible score (below 30 or above 250)"
    OUT_OF_SEASON = "date outside the season it claims"
    TWICE_A_DAY = "a team plays twice on one day"


_ORIGIN: list[tuple[str, pa.DataType]] = [("source", pa.string()), ("row", pa.int64()), ("reason", pa.string())]
QUARANTINE_SCHEMA = pa.schema([*pa.schema(_ORIGIN), *GAMES_SCHEMA])


def set_aside(
    games: pa.Table, odd: Mapping[Oddity, npt.NDArray[np.bool_]], source: str, *, numbers: npt.NDArray[np.int64]
) -> pa.Table:
    """Return the odd rows in `QUARANTINE_SCHEMA`: source, row number there, and reasons joined by ``; ``."""
    rows = np.flatnonzero(np.any(list(odd.values()), axis=0)) if odd else np.empty(0, np.int64)
    reasons = ["; ".join(kind for kind, mask in odd.items() if mask[row]) for row in rows]
    columns: list[Any] = [
        pa.array([source] * len(rows), pa.string()),
        pa.array(numbers[rows]),
        pa.array(reasons, pa.string()),
    ]
    taken = games.take(rows)
    return pa.table([*columns, *taken.columns], schema=QUARANTINE_SCHEMA)


def write_quarantine(quarantined: pa.Table, path: str | Path) -> Path:
    """Write the quarantined rows as csv (only a header when there are none); folders are created."""
    from pyarrow import csv

    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    csv.write_csv(quarantined, file)
    return file
