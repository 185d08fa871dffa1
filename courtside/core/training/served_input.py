"""What models take: rows as people have them, made into what the models were fitted on.

Every logged model carries a copy of this file and loads it where Courtside is not installed, so it imports nothing of
Courtside's but what is copied with it.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin

from courtside.core.training.served_classes import likelier, of_every_class

MISSING = "(missing)"
"""The level that stands for a missing category."""
NUMBER = "number"
"""What a column is taken as; any other word is the Arrow type of the levels that a category had in training."""
TEXT = "string"
LEAST = 1e-6
"""Probabilities nearer to 0 or 1 count as this near, so that no log odds are infinite."""


class ColumnsMissing(ValueError):
    """Rows lack columns that a model reads."""

    def __init__(self, columns: Sequence[str]) -> None:
        self.columns = tuple(columns)
        super().__init__(f"the model reads {', '.join(columns)}, which these rows lack; add these columns")


class ColumnUnusable(ValueError):
    """A column holds something that a model cannot take."""

    def __init__(self, column: str, found: str) -> None:
        self.column = column
        self.found = found
        super().__init__(f"the model takes {column} as a number, and these rows hold {found} there")


class ValuesMissing(ValueError):
    """Rows have gaps that a model cannot take."""

    def __init__(self, columns: Sequence[str]) -> None:
        self.columns = tuple(columns)
        super().__init__(
            f"the model takes no missing values, and these rows have some in {', '.join(columns)}; fill them or leave "
            "these rows out"
        )


class ColumnRepeated(ValueError):
    """Rows have two columns of one name that a model reads."""

    def __init__(self, column: str) -> None:
        self.column = column
        super().__init__(f"the model reads {column}, and these rows have two columns of that name; drop one of them")


class RowsUnusable(TypeError):
    """Something is no table."""

    def __init__(self, found: str) -> None:
        super().__init__(
            f"a model predicts for a table, and {found} is none: give a data frame of pandas, polars or pyarrow, a "
            "dict of columns, a list of rows as dicts, or an array with exactly the model's columns"
        )


class Served(ClassifierMixin, BaseEstimator):  # type: ignore[misc] # scikit-learn has no types
    """A fitted classifier that takes rows as people have them and says the target's own values.

    `columns` are the names of what it reads and as what it takes each, `classes` the target's values for class 0, class
    1 and so on; `seen` are those that the classifier learned from, None for all of them.
    """

    seen: Sequence[int] | None = None
    """So it is for models that were stored before there was such a thing."""

    def __init__(
        self,
        estimator: Any,
        columns: Sequence[tuple[str, str]],
        classes: Sequence[Any],
        seen: Sequence[int] | None = None,
    ) -> None:
        self.estimator = estimator
        self.columns = columns
        self.classes = classes
        self.seen = seen

    @property
    def classes_(self) -> NDArray[Any]:
        """The target's value for each class."""
        return np.array(self.classes)

    def predict(self, rows: Any) -> NDArray[Any]:
        """Return the target's likelier value for each row, shape (n,)."""
        return likelier(self.predict_proba(rows), self.classes)

    def predict_proba(self, rows: Any) -> NDArray[np.floating[Any]]:
        """Return the probability of each class, shape (n, number of classes); raises `ValuesMissing`.

        An estimator of Courtside's fills gaps or knows what to do with them; an imported one may do neither.
        """
        taken = as_trained(rows, dict(self.columns))
        if not len(taken):  # which estimators refuse
            return np.empty((0, len(self.classes)))
        with naming_gaps(taken):
            return of_every_class(self.estimator.predict_proba(taken), len(self.classes), self.seen)


class LogOdds(ClassifierMixin, BaseEstimator):  # type: ignore[misc] # scikit-learn has no types
    """A fitted classifier that also says its log odds, which is what a Platt recalibration should be a line in.

    Scikit-learn would take the probabilities of a classifier without a `decision_function`, and no line in them leaves
    them as they are.
    """

    def __init__(self, estimator: Any) -> None:
        self.estimator = estimator

    @property
    def classes_(self) -> NDArray[Any]:
        """The classes as numbers."""
        return np.array([0, 1])

    def __sklearn_is_fitted__(self) -> bool:
        """Say that the classifier inside was fitted before."""
        return True

    def fit(self, rows: Any, labels: Any) -> "LogOdds":  # noqa: ARG002 — scikit-learn asks for it
        """Leave the classifier as it is."""
        return self

    def predict(self, rows: Any) -> NDArray[Any]:
        """Return the likelier class of each row, shape (n,)."""
        return likelier(self.predict_proba(rows), self.classes_)

    def predict_proba(self, rows: Any) -> NDArray[np.floating[Any]]:
        """Return the probabilities of class 0 and class 1, shape (n, 2)."""
        said: NDArray[np.floating[Any]] = self.estimator.predict_proba(rows)
        return said

    def decision_function(self, rows: Any) -> NDArray[np.float64]:
        """Return the log odds of class 1, shape (n,), of probabilities within [1e-6, 1 - 1e-6]."""
        given = np.clip(np.asarray(self.predict_proba(rows), dtype=np.float64)[:, 1], LEAST, 1 - LEAST)
        return np.asarray(np.log(given) - np.log1p(-given))


@contextmanager
def naming_gaps(taken: pd.DataFrame) -> Iterator[None]:
    """Raise `ValuesMissing` in place of what an estimator says of NaN in its input."""
    try:
        yield
    except ValueError as error:
        gaps = [str(name) for name in taken if taken[name].isna().any()]
        if gaps and "nan" in str(error).lower():
            raise ValuesMissing(gaps) from error
        raise


def as_trained(rows: Any, columns: Mapping[str, str]) -> pd.DataFrame:
    """Return a model's input, shape (n, len(columns)): columns of numbers as float64, categories as text.

    A missing or infinite number becomes NaN, a missing category a level of its own. Columns that the model does not
    read are ignored. Raises `ColumnsMissing`, `ColumnRepeated`, `ColumnUnusable` and `RowsUnusable`.
    """
    found = _columns(rows, list(columns))
    return pd.DataFrame(
        {
            name: _numbers(name, found[name]) if taken == NUMBER else _levels(found[name], taken)
            for name, taken in columns.items()
        }
    )


def level_type(column_type: pa.DataType) -> str:
    """Return as what a category's levels are remembered: their own type where it has a plain name, else text."""
    if pa.types.is_dictionary(column_type):
        return level_type(column_type.value_type)
    named = str(column_type)
    try:
        return named if _type_named(named) == column_type and not _is_text(column_type) else TEXT
    except ValueError:
        return TEXT


def _columns(rows: Any, names: list[str]) -> dict[str, Any]:
    if isinstance(rows, np.ndarray):
        if rows.ndim != 2 or rows.shape[1] != len(names):
            raise RowsUnusable(f"an array of shape {rows.shape}")
        return {name: _arrow(pd.Series(rows[:, place])) for place, name in enumerate(names)}
    if isinstance(rows, Mapping) or (isinstance(rows, list) and all(isinstance(row, Mapping) for row in rows)):
        rows = pd.DataFrame(rows)
    frame = isinstance(rows, pd.DataFrame)
    if not frame:
        try:
            rows = pa.table(rows)
        except (TypeError, ValueError) as error:
            raise RowsUnusable(f"an object of type {type(rows).__name__}") from error
    there = list(rows.columns) if frame else rows.column_names
    if lacking := [name for name in names if name not in there]:
        raise ColumnsMissing(lacking)
    if twice := [name for name in names if there.count(name) > 1]:
        raise ColumnRepeated(twice[0])
    return {name: _arrow(rows[name]) if frame else rows.column(name) for name in names}


def _arrow(values: pd.Series) -> Any:
    """Return a column of pandas in Arrow's type, as text where it mixes several."""
    try:
        return pa.array(values, from_pandas=True)
    except (pa.ArrowException, OverflowError):  # the latter: a whole number that Arrow has no type for
        return pa.array([None if pd.isna(value) else _text(value) for value in values.tolist()], pa.string())


def _text(value: Any) -> str:
    """Write a value as Arrow does."""
    try:
        return str(pa.scalar(value).cast(pa.string()).as_py())
    except (pa.ArrowException, OverflowError):
        return str(value)


def _numbers(name: str, column: Any) -> NDArray[np.float64]:
    try:
        numbers = pc.cast(_plain(column), pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    except pa.ArrowException as error:
        raise ColumnUnusable(name, TEXT if _is_text(column.type) else str(column.type)) from error
    return np.where(np.isfinite(numbers), numbers, np.nan)


def _levels(column: Any, trained: str) -> "pd.Series[str]":
    plain = _plain(column)
    if pa.types.is_floating(plain.type):
        plain = pc.if_else(pc.is_nan(plain), pa.scalar(None, plain.type), plain)
    coded: Any = pc.dictionary_encode(plain.combine_chunks() if isinstance(plain, pa.ChunkedArray) else plain)
    levels: Any = pd.Series([*_level_texts(coded.dictionary, trained), MISSING], dtype=object).to_numpy()
    return pd.Series(levels[coded.indices.fill_null(-1).to_numpy(zero_copy_only=False)])


def _level_texts(levels: Any, trained: str) -> list[str]:
    fitting = _as_in_training(levels, trained)
    if fitting is None and len(levels) > 1:
        # Each is read by itself, so that what a row is taken as depends on no other row.
        return [_level_texts(levels.slice(place, 1), trained)[0] for place in range(len(levels))]
    texts: list[str] = pc.cast(levels if fitting is None else fitting, pa.string(), safe=False).to_pylist()
    return texts


def _as_in_training(levels: Any, trained: str) -> Any | None:
    """Return levels in the type they were trained on, so that 1.0 is the level 1; None if one of them does not fit."""
    if trained == TEXT:
        return levels
    wanted = _type_named(trained)
    try:
        fitting = levels.cast(wanted, safe=not pa.types.is_temporal(wanted))
        # Every number but 0 is true to Arrow.
        numbers = pa.types.is_boolean(wanted) and not (pa.types.is_boolean(levels.type) or _is_text(levels.type))
        unchanged = not numbers or fitting.cast(levels.type).equals(levels)
    except pa.ArrowException:
        return None
    return fitting if unchanged else None


def _plain(column: Any) -> Any:
    """Return a column without dictionary, and text in one type."""
    if pa.types.is_dictionary(column.type):
        chunks: list[Any] = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
        # Arrow cannot decode a dictionary of views by itself, which is what categories of polars are.
        decoded = [_plain(chunk.dictionary).take(chunk.indices) for chunk in chunks]
        return pa.chunked_array(decoded, type=None if decoded else pa.string())
    return column.cast(pa.string()) if pa.types.is_string_view(column.type) else column


def _is_text(column_type: pa.DataType) -> bool:
    kinds = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
    return any(kind(column_type) for kind in kinds)


def _type_named(name: str) -> pa.DataType:
    """Return the Arrow type of a plain name; raises `ValueError`."""
    named: Any = pa.type_for_alias
    found: pa.DataType = named(name)
    return found
