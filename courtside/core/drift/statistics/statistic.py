"""The records that describe a statistic and its figures."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from courtside.core.dataset import FeatureKind

NUMBERS = frozenset({FeatureKind.NUMERIC})
LEVELS = frozenset({FeatureKind.CATEGORICAL, FeatureKind.BINARY})
EVERY_KIND = NUMBERS | LEVELS

Values = Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a statistic: its key in reports and archives, and its name for people.

    `pvalue` is the key of its p-value, if it has one; `in_unit` tells that it is in the unit of the feature, while
    others are distances without a unit.
    """

    key: str
    label: str
    pvalue: str | None = None
    in_unit: bool = False


@dataclass(frozen=True, slots=True)
class Statistic:
    """A named comparison of two columns of certain kinds.

    `compute` takes a reference column and a current one on its grid, both with usable values, and returns the values of
    all `keys`, with None for one that cannot be computed. Statistics are computed and listed by `order`. `added` is the
    day on which a statistic came into Courtside: archives keep their columns in that order and add new ones only at the
    end.
    """

    name: str
    kinds: frozenset[FeatureKind]
    compute: Callable[[Any, Any], Values]
    figures: tuple[Figure, ...]
    added: date
    order: int = 100

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the keys of its figures, each followed by the key of its p-value."""
        return tuple(self._keys())

    def _keys(self) -> Iterator[str]:
        for figure in self.figures:
            yield figure.key
            if figure.pvalue is not None:
                yield figure.pvalue
