"""The first pass over a reference: what its columns hold, from which grids and levels are chosen."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from courtside.core.dataset import Feature, FeatureKind
from courtside.core.drift import arrow
from courtside.core.drift.columns import CategoryColumn, Column, NumericColumn
from courtside.core.drift.errors import AllMissing, DuplicateColumns, EmptyWindow, MissingColumns, NotBinary, WrongType
from courtside.core.drift.grid import fit_grid
from courtside.core.drift.sample import RowSample

MOST_LEVELS = 512
"""Levels kept of a categorical column (the most frequent); the rest share one count."""
BINARY_LEVELS = 2


class Survey:
    """Collects a sample of every numeric column and the levels of every other one."""

    def __init__(self, features: Sequence[Feature]) -> None:
        repeated = [name for name, count in Counter(feature.name for feature in features).items() if count > 1]
        if repeated:
            raise DuplicateColumns(repeated)
        self._features = features
        numeric = tuple(feature.name for feature in features if feature.kind is FeatureKind.NUMERIC)
        self._numeric = frozenset(numeric)
        self._sample = RowSample(numeric)
        self._levels: dict[str, Counter[str]] = {f.name: Counter() for f in features if f.name not in numeric}
        self._text: dict[str, bool] = {}
        self._rows = 0

    def add(self, batch: pa.RecordBatch) -> None:
        """Look at one batch; raises `MissingColumns`, `DuplicateColumns` or `WrongType`."""
        arrays = {feature.name: arrow.column(batch, feature.name) for feature in self._features}
        absent = [name for name, array in arrays.items() if array is None]
        if absent:
            raise MissingColumns(absent, batch.schema.names)
        present = {name: array for name, array in arrays.items() if array is not None}
        for name, array in present.items():
            self._check_type(name, array)
        self._sample.add({name: arrow.with_gaps(present[name]) for name in self._numeric}, rows=batch.num_rows)
        for name, levels in self._levels.items():
            if present[name].null_count < batch.num_rows:
                levels.update(arrow.labels(present[name])[0])
        self._rows += batch.num_rows

    def blank_columns(self) -> tuple[Column, ...]:
        """Return columns without rows, ready to count on; raises `EmptyWindow`, `AllMissing` or `NotBinary`."""
        if not self._rows:
            raise EmptyWindow("reference")
        return tuple(
            self._numeric_column(feature.name)
            if feature.kind is FeatureKind.NUMERIC
            else self._category_column(feature)
            for feature in self._features
        )

    def _check_type(self, name: str, array: arrow.Array) -> None:
        if array.null_count == len(array):
            return
        text = arrow.is_text(array.type)
        if name in self._numeric:
            if not arrow.is_numeric(array.type):
                raise WrongType(name, found=str(array.type), expected="a number")
        elif not (text or arrow.is_numeric(array.type)):
            raise WrongType(name, found=str(array.type), expected="text, a number or a boolean")
        elif self._text.setdefault(name, text) != text:
            raise WrongType(name, found=str(array.type), expected="one type in all of the table")

    def _numeric_column(self, name: str) -> NumericColumn:
        values = self._sample.column(name)
        if not values.size:
            raise AllMissing(name, rows=self._rows)
        return NumericColumn.blank(name, fit_grid(values))

    def _category_column(self, feature: Feature) -> CategoryColumn:
        found = self._levels[feature.name]
        if not found:
            raise AllMissing(feature.name, rows=self._rows)
        if feature.kind is FeatureKind.BINARY and len(found) > BINARY_LEVELS:
            raise NotBinary(feature.name, sorted(found))
        ranked = sorted(found, key=lambda level: (-found[level], level))
        levels = tuple(sorted(ranked[:MOST_LEVELS]))
        return CategoryColumn(
            name=feature.name,
            kind=feature.kind,
            levels=levels,
            counts=np.zeros(len(levels) + 1, np.int64),
            text=self._text[feature.name],
            lumped=len(found) > MOST_LEVELS,
        )
