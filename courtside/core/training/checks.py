"""Is the data fit to train on? What makes every model worthless is an error; what people should know is a warning."""

from collections.abc import Collection, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from courtside.contracts.errors import BadInput
from courtside.core.dataset import Dataset, Phase
from courtside.core.tasks import BINARY, Truth
from courtside.core.training.frame import feature_frame, labels
from courtside.core.training.leaks import alone
from courtside.core.training.preprocessing import MOST_LEVELS
from courtside.core.training.served_input import MISSING
from courtside.core.training.split import Split

MUCH_MISSING = 0.5
MUCH_OWN = 0.2
"""A column does not make segments where it has more different values than this share of the rows."""
MANY_LEVELS = 1_000
FEWEST_KEPT = 0.05
"""A category of many levels is refused where the levels that models tell apart are in fewer rows than this share."""
_NAMED = 5
_LARGEST = 1e38
"""Above 3.4e38 a number is infinite in single precision, which ends a fit."""


class LabelsInvalid(BadInput):
    """The target of two classes holds something other than 0 and 1."""

    def __init__(self, target: str, found: list[object]) -> None:
        self.target = target
        self.found = found
        super().__init__(f"the target {target} must hold only 0 and 1, but holds {_listed(found)}")


class FeatureLeaks(BadInput):
    """A feature alone gives the target away, so it very likely was not known when the prediction was due."""

    def __init__(self, feature: str, auc: float, *, measure: str = "AUC") -> None:
        self.feature = feature
        self.auc = auc
        super().__init__(
            f"feature {feature} alone gives the target away ({measure} {auc:.4f} on the training part): it very likely "
            "knows the outcome; take it out of the dataset's contract"
        )


class FeatureAllMissing(BadInput):
    """A feature has no value in any row of the training part."""

    def __init__(self, feature: str) -> None:
        self.feature = feature
        super().__init__(
            f"feature {feature} has no value in any row of the training part: repair it or take it out of the "
            "dataset's contract"
        )


class FeatureTooLarge(BadInput):
    """A feature has values that single precision, in which trees are grown, cannot hold."""

    def __init__(self, feature: str, largest: float) -> None:
        self.feature = feature
        self.largest = largest
        super().__init__(
            f"feature {feature} is up to {largest:.4g}, and models take numbers up to {_LARGEST:.0e}: give it in a "
            "larger unit or take it out of the dataset's contract"
        )


class TooManyLevels(BadInput):
    """A category has so many values that nearly every row would be one of the rarer ones, which models put together."""

    def __init__(self, feature: str, *, levels: int, rows: int, kept: float) -> None:
        self.feature = feature
        self.levels = levels
        super().__init__(
            f"feature {feature} has {levels:,} different values in the {rows:,} rows of the training part; models "
            f"tell the {MOST_LEVELS - 1} most frequent apart, which are in {kept:.1%} of the rows, and put the rest "
            "together: group the values, for example by their beginnings, or take the feature out of the dataset's "
            "contract"
        )


class TimesAllEqual(BadInput):
    """All rows happened at the same moment, so none is newer than another."""

    def __init__(self, column: str, moment: object, *, rows: int) -> None:
        self.column = column
        super().__init__(
            f"all {rows:,} rows have the same {column}, {moment}, so no part of them is newer than another, and "
            "figures would say nothing about the future: name another time_column in the contract, or leave it out, "
            "and the rows are split by a seeded draw"
        )


def _require_moderate(feature: str, *parts: Any) -> None:
    for part in parts:
        if pd.api.types.is_float_dtype(part):
            values = np.abs(part.to_numpy(np.float64, na_value=np.nan))
            largest = float(values[np.isfinite(values)].max(initial=0.0))
            if largest > _LARGEST:
                raise FeatureTooLarge(feature, largest)


def check_labels(table: pa.Table, dataset: Dataset) -> None:
    """Raise `LabelsInvalid` unless a target of two classes is 0 or 1 in every row."""
    if dataset.task != BINARY:  # reading it has refused whatever is none of the task
        return
    found = table.column(dataset.target).unique().to_pylist()
    if wrong := [value for value in found if value not in {0, 1}]:
        raise LabelsInvalid(dataset.target, wrong)


def check_split(split: Split, dataset: Dataset) -> tuple[str, ...]:
    """Return warnings, one sentence each.

    Raises `TimesAllEqual`, `FeatureAllMissing`, `FeatureTooLarge`, `FeatureLeaks`, `TooManyLevels` and
    `FeatureUnusable`.
    """
    if dataset.time_column is not None:
        _require_moments(split, dataset.time_column)
    train, test = feature_frame(split.train, dataset), feature_frame(split.test, dataset)
    outcome = labels(split.train, dataset)
    for name in train:
        if _missing(train[name]).all():
            raise FeatureAllMissing(str(name))
        _require_moderate(str(name), train[name], test[name])
        _require_no_leak(str(name), train[name], outcome, dataset.task)
        if not pd.api.types.is_numeric_dtype(train[name]):
            _require_few_levels(str(name), train[name])
    return (*_about_features(train, test), *_about_segments(split.train, dataset), *_about_time(split, dataset))


def _about_features(train: pd.DataFrame, test: pd.DataFrame) -> Iterator[str]:
    for name, column in train.items():
        missing = _missing(column)
        if len(column[~missing].unique()) == 1:
            yield f"feature {name} has the same value in every row of the training part: no model can learn from it"
        if missing.mean() > MUCH_MISSING:
            yield f"feature {name} is missing in {missing.mean():.0%} of the training part"
        if not pd.api.types.is_numeric_dtype(column) and (unseen := set(test[name]) - set(column)):
            yield f"feature {name} has values in the test part that training never saw: {_listed(unseen)}"


def _about_segments(train: pa.Table, dataset: Dataset) -> Iterator[str]:
    for name in dict.fromkeys((dataset.segment, *dataset.segments)):
        if name is None or name not in train.column_names:
            continue
        different = pc.count_distinct(train.column(name)).as_py()
        if different > MUCH_OWN * train.num_rows:
            yield (
                f"the segment {name} has {different:,} different values in the {train.num_rows:,} rows of the training "
                "part, so no segment holds enough rows to be judged: name a column of few values under `segments`"
            )


def _about_time(split: Split, dataset: Dataset) -> Iterator[str]:
    if dataset.season_column is not None:
        known, newest = (_values(part.column(dataset.season_column)) for part in (split.train, split.holdout))
        if unseen := newest - known:
            yield f"the holdout has values of {dataset.season_column} that training never saw: {_listed(unseen)}"
    if dataset.time_column is not None:
        yield from _about_moments(split, dataset.time_column, dataset.phase)


def _about_moments(split: Split, time_column: str, phase: Phase | None) -> Iterator[str]:
    if phase is Phase.MONTH:
        known, newest = (_values(pc.month(part.column(time_column))) for part in (split.train, split.holdout))
        if unseen := newest - known:
            yield f"the holdout has months that training never saw: {_listed(unseen)}"


def _require_moments(split: Split, time_column: str) -> None:
    first, last = (pc.min_max(part.column(time_column)) for part in (split.train, split.test))
    if first["min"] == last["max"]:
        raise TimesAllEqual(time_column, first["min"], rows=split.train.num_rows + split.test.num_rows)


def _require_few_levels(name: str, column: pd.Series) -> None:
    counts = column.value_counts()
    kept = counts.iloc[: MOST_LEVELS - 1].sum() / len(column)
    if len(counts) > MANY_LEVELS and kept < FEWEST_KEPT:
        raise TooManyLevels(name, levels=len(counts), rows=len(column), kept=kept)


def _values(column: Any) -> set[Any]:
    return set(column.unique().to_pylist())


def _require_no_leak(name: str, column: pd.Series, outcome: Truth, task: str) -> None:
    kind = np.float64 if pd.api.types.is_numeric_dtype(column) else np.object_
    found = alone(column.to_numpy(kind), _missing(column), outcome, task)
    if found.leaks:
        raise FeatureLeaks(name, found.value, measure=found.measure)


def _missing(column: pd.Series) -> NDArray[np.bool_]:
    missing = column.isna() if pd.api.types.is_numeric_dtype(column) else column == MISSING
    return missing.to_numpy(dtype=np.bool_)


def _listed(values: Collection[object]) -> str:
    names = sorted(map(str, values))
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
