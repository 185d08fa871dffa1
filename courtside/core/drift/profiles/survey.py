"""The first pass over a reference collects what its columns contain, from which grids and levels are chosen.

A reference that is small enough to be kept whole is counted here as well and needs no second pass.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from courtside.core.dataset import Feature, FeatureKind
from courtside.core.drift.columns import arrow
from courtside.core.drift.columns.buffers import as_numpy
from courtside.core.drift.columns.column import SAMPLED_UNSEEN, CategoryColumn, Column, NumericColumn
from courtside.core.drift.columns.grid import grid_of
from courtside.core.drift.columns.large_numbers import exact, is_large, origin_of, relative
from courtside.core.drift.columns.ordering import ordered
from courtside.core.drift.columns.rounding import Floats
from courtside.core.drift.columns.slots import slots_needed
from courtside.core.drift.columns.sorted_counting import counted_sorted
from courtside.core.drift.columns.tally import NO_ROWS, Tally
from courtside.core.drift.errors import AllMissing, DuplicateColumns, EmptyWindow, MissingColumns, NotBinary, WrongType
from courtside.core.drift.profiles.sample import RowSample

MOST_LEVELS = 512
"""The most levels of a categorical column kept by name; beyond them, all levels are also counted in slots."""
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
        self._nulls: Counter[str] = Counter()
        self._tallies = dict.fromkeys(self._levels, NO_ROWS)
        self._dtypes: dict[str, set[str]] = {feature.name: set() for feature in features}
        self._rows = 0

    def add(self, batch: pa.RecordBatch) -> None:
        """Read one batch; raises `MissingColumns`, `DuplicateColumns` or `WrongType`."""
        arrays = {feature.name: arrow.column(batch, feature.name) for feature in self._features}
        absent = [name for name, array in arrays.items() if array is None]
        if absent:
            raise MissingColumns(absent, batch.schema.names)
        present = {name: array for name, array in arrays.items() if array is not None}
        for name, array in present.items():
            self._check_type(name, array)
            self._dtypes[name].add(arrow.type_name(array.type))
        self._sample.add({name: self._values(name, present[name]) for name in self._numeric}, rows=batch.num_rows)
        for name in self._levels:
            self._add_labels(name, present[name])
        self._rows += batch.num_rows

    @property
    def rows(self) -> int:
        """Return how many rows were read."""
        return self._rows

    @property
    def whole(self) -> bool:
        """Tell whether every value was kept, so that `columns` are counted."""
        return self._sample.whole

    def columns(self) -> tuple[Column, ...]:
        """Return the columns, ready to count on if not `whole`; raises `EmptyWindow`, `AllMissing` or `NotBinary`."""
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

    def _values(self, name: str, array: arrow.Array) -> Floats:
        values, nulls = arrow.with_gaps(array)
        self._nulls[name] += nulls
        held = array.drop_null() if pa.types.is_integer(array.type) else array[:0]
        if len(held) and is_large(whole := as_numpy(held)):
            parts = np.full(len(array), np.nan, np.complex128)
            parts[as_numpy(array.is_valid())] = exact(whole)
            return parts  # type: ignore[return-value]  # each value is kept in two parts until the origin is known
        return values

    def _add_labels(self, name: str, array: arrow.Array) -> None:
        if array.null_count == len(array):
            self._tallies[name] += Tally(rows=len(array), null=len(array))
            return
        found, tally = arrow.labels(array)
        self._levels[name].update(found)
        self._tallies[name] += tally

    def _numeric_column(self, name: str) -> NumericColumn:
        batches = self._sample.column(name)
        origin = 0
        if any(np.iscomplexobj(batch) for batch in batches):
            origin = origin_of(batches)
            batches = [relative(batch, origin) for batch in batches]
        found = arrow.finite(ordered(batches))
        if not found.values.size:
            raise AllMissing(name, rows=self._rows)
        grid = replace(grid_of(found.values), origin=origin)
        if not self.whole:
            return NumericColumn.blank(name, grid)
        nulls = self._nulls[name]
        tally = found.tally + Tally(null=nulls, nan=-nulls)
        return counted_sorted(name, grid, found.values, tally=tally, dtypes=frozenset(self._dtypes[name]))

    def _category_column(self, feature: Feature) -> CategoryColumn:
        found = self._levels[feature.name]
        if not found:
            raise AllMissing(feature.name, rows=self._rows)
        if feature.kind is FeatureKind.BINARY and len(found) > BINARY_LEVELS:
            raise NotBinary(feature.name, sorted(found))
        ranked = sorted(found, key=lambda level: (-found[level], level))
        levels, others = sorted(ranked[:MOST_LEVELS]), sorted(ranked[MOST_LEVELS:])
        return CategoryColumn(
            name=feature.name,
            kind=feature.kind,
            levels=tuple(levels),
            counts=np.array([*(found[level] for level in levels), sum(found[level] for level in others)], np.int64),
            text=self._text[feature.name],
            lumped=bool(others),
            tally=self._tallies[feature.name],
            unseen=tuple(others[:SAMPLED_UNSEEN]),
            dtypes=frozenset(self._dtypes[feature.name]),
            slots=slots_needed(found, lumped=bool(others)),
        )
