"""The kinds of columns are inferred from their values if no contract names them."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import pyarrow as pa

from courtside.core.dataset import FeatureKind
from courtside.core.drift.columns import arrow
from courtside.core.drift.columns.rounding import Floats

ID_WORDS = frozenset({"id", "ids", "uuid", "guid", "key", "pk"})
ROW_NUMBERS = frozenset({"index", "unnamed: 0"})
_UNNAMED_INDEX = re.compile(r"__index_level_\d+__")
TIME_WORDS = frozenset({"time", "date", "datetime", "timestamp", "ts", "epoch", "at"})
FEW = 20
"""With fewer values it is uncertain whether every row has its own value."""
UNIQUE = 0.9
"""If more than this share of the texts differ, a column names its rows rather than grouping them."""
COLLISIONS = 5
"""If random integers of the same range would give more equal pairs than this, having none is not chance."""
LARGEST_COUNT = 2.0**40
"""Larger integers that never repeat are ids rather than counts or measurements."""
PROBED = 200
_ISO = re.compile(r"\d{4}-\d{2}(-\d{2}([T ]\d{2}:\d{2}.*)?)?$")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
# These are seconds from 1990 to 2100, then milliseconds, microseconds and nanoseconds.
_EPOCHS = [(631_152_000.0 * unit, 4_102_444_800.0 * unit) for unit in (1, 1e3, 1e6, 1e9)]
_DAY_NUMBERS = (19_000_101, 21_001_231)


def inferred_kind(column: Any) -> FeatureKind | None:
    """Call booleans and 0/1 binary, other numbers numeric, text and coded labels categorical; None for other types."""
    if arrow.is_text(column.type):
        return FeatureKind.CATEGORICAL
    if not arrow.is_numeric(column.type):
        return None
    if pa.types.is_dictionary(column.type):
        return FeatureKind.CATEGORICAL
    levels = column.unique().drop_null()
    binary = pa.types.is_boolean(column.type) or (0 < len(levels) <= 2 and set(levels.to_pylist()) <= {0, 1})
    return FeatureKind.BINARY if binary else FeatureKind.NUMERIC


def holds_nothing(column: Any) -> bool:
    """Tell whether a column has no value at all: only nulls, or in a column of numbers only NaN and infinities."""
    if column.null_count == len(column):
        return True
    return arrow.is_numeric(column.type) and not _finite(column).size


class Use(StrEnum):
    """What a column that is not a feature is used for."""

    TIME = "time"
    ID = "id"
    UNUSABLE = "unusable"


@dataclass(frozen=True, slots=True)
class NoFeature:
    """What a column is instead of a feature, and how that was recognised."""

    use: Use
    reason: str


def why_no_feature(name: str, column: Any) -> NoFeature | None:
    """Say whether a column is an id or a time rather than a feature, or return None if it may be a feature.

    The name decides if its last word is common for ids or times and the values fit it. Otherwise the values decide:
    times, texts nearly all of which differ, and integers that count or number the rows are not features.
    """
    if _UNNAMED_INDEX.fullmatch(name):
        return NoFeature(Use.ID, "it is the index of a pandas frame, which has no name")
    if pa.types.is_null(column.type):
        return NoFeature(Use.UNUSABLE, "it has no value in any row")
    if pa.types.is_temporal(column.type):
        return NoFeature(Use.TIME, "it holds times")
    kind = inferred_kind(column)
    if kind is None:
        return NoFeature(Use.UNUSABLE, f"values of type {column.type} cannot be compared")
    words = words_of(name)
    last = words[-1] if words else ""
    if kind is FeatureKind.CATEGORICAL:
        return _text(last, column)
    return None if kind is FeatureKind.BINARY else _number(name, last, column)


def words_of(name: str) -> list[str]:
    """Return the words of a column's name, in lower case.

    >>> words_of("createdAt"), words_of("HTTP_date2")
    (['created', 'at'], ['http', 'date', '2'])
    """
    return [word.lower() for word in _WORDS.findall(name)]


def _text(last: str, column: Any) -> NoFeature | None:
    values = column.drop_null()
    probed = [str(value) for value in values.slice(0, PROBED).to_pylist()]
    if probed and all(map(_ISO.match, probed)):
        return NoFeature(Use.TIME, "it holds times as text")
    if last in ID_WORDS:
        return NoFeature(Use.ID, "its name and values are those of an id")
    if len(values) >= FEW and len(values.unique()) > UNIQUE * len(values):
        if sum(map(_is_number, probed)) > UNIQUE * len(probed):
            return NoFeature(Use.UNUSABLE, "nearly every value is a number, but written as text: cast it to numbers")
        return NoFeature(Use.ID, "nearly every row has a value of its own, as ids have")
    return None


def _is_number(text: str) -> bool:
    """Tell whether a text is a number that is no row of digits, as ids are."""
    try:
        float(text)
    except ValueError:
        return False
    return not text.isdigit()


def _number(name: str, last: str, column: Any) -> NoFeature | None:
    values = _finite(column)
    if not values.size:
        return None
    low, high = float(values.min()), float(values.max())
    epoch = any(first <= low and high < end for first, end in _EPOCHS)
    rises = last not in ID_WORDS and high > low and bool((np.diff(values) >= 0).all())
    if epoch and (last in TIME_WORDS or rises):
        return NoFeature(Use.TIME, "it holds times as numbers")
    return _whole(name, last, column, values) if np.array_equal(values, np.rint(values)) else None


def _whole(name: str, last: str, column: Any, values: Floats) -> NoFeature | None:
    low, high = float(values.min()), float(values.max())
    if last in TIME_WORDS and _DAY_NUMBERS[0] <= low and high <= _DAY_NUMBERS[1]:
        return NoFeature(Use.TIME, "it holds days as numbers")
    if last in ID_WORDS:
        return NoFeature(Use.ID, "its name and values are those of an id")
    if name.lower() in ROW_NUMBERS:
        return NoFeature(Use.ID, "it numbers the rows")
    return _unique(column, np.diff(values), low, high)


def _unique(column: Any, steps: Floats, low: float, high: float) -> NoFeature | None:
    """Say what integers are if none repeats; `steps` are the differences of neighbouring rows."""
    # Integers are counted in their own type, because the largest lose their last digits as floats.
    present = column.drop_null()
    if len(present) < FEW or len(present.unique()) < len(present):
        return None
    if (steps > 0).all() or (steps < 0).all():
        return NoFeature(Use.ID, "it numbers the rows")
    expected = (steps.size + 1) ** 2 / (2 * (high - low + 1))
    if expected > COLLISIONS or max(-low, high) > LARGEST_COUNT:
        return NoFeature(Use.ID, "every row has a whole number of its own, as ids have")
    return None


def _finite(column: Any) -> Floats:
    chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
    return np.concatenate([arrow.numbers(chunk).values for chunk in chunks] or [np.zeros(0)])
