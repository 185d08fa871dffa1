"""How well the predictions of one window did, by version, role, part and metric."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from courtside.contracts.events import Window
from courtside.contracts.scoring import Role
from courtside.core.drift.profiles.segments import MOST_SEGMENTS
from courtside.core.evaluation import Labels
from courtside.core.performance.estimate import UNDEFINED, Blocks, Estimate, count_of
from courtside.core.performance.metrics import Metric, metrics_of
from courtside.core.performance.promise import NOTHING, Part, Promise
from courtside.core.predictions.said_columns import PROBABILITIES, bounds_in, predictions_in, truth_in
from courtside.core.tasks.types import BINARY, MULTICLASS, REGRESSION, Prediction, Truth

MISSING = "missing"
"""The segment of rows without a value, as in a holdout."""


@dataclass(frozen=True, slots=True)
class Line:
    """What a figure is about: a metric of a version in a role, on all rows or on a `part` of them."""

    version: str
    role: str
    part: Part
    metric: str


@dataclass(frozen=True, slots=True)
class Judged:
    """One figure of a window.

    `rows` are those that any version predicted, `predicted` those that this one did, `labelled` those of them whose
    label is known, which the figure is counted on; they lie in `blocks` blocks. `baseline` is the figure of a constant.
    `difference` is the champion's figure less this one's, on the rows that both predicted.
    """

    line: Line
    estimate: Estimate
    rows: int
    predicted: int
    labelled: int
    blocks: int
    baseline: float | None
    promise: Estimate
    difference: Estimate


@dataclass(frozen=True, slots=True)
class Sample:
    """The labelled predictions of a version, each of n rows, and a champion's for the same rows (NaN: none).

    `bounds` are the ends of their intervals, shape (n, 2), NaN where there is none; only a regression has them.
    """

    labels: Truth
    said: Prediction
    blocks: Blocks
    champion: Prediction | None
    bounds: Prediction | None = None

    def of(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> "Sample":
        """Return the sample of some of its rows."""
        blocks = None if self.blocks is None else self.blocks[rows]
        champion = None if self.champion is None else self.champion[rows]
        bounds = None if self.bounds is None else self.bounds[rows]
        return Sample(self.labels[rows], self.said[rows], blocks, champion, bounds)


def judge(served: pa.Table, window: Window, *, promises: Mapping[str, Promise], task: str = BINARY) -> list[Judged]:
    """Judge the predictions of a window, champion first.

    `served` has the columns of `BELIEVED` and those that the task's predictions have beside the number; of a champion
    a prediction counts only where it was shown. `promises`
    are those of the versions. Days are the blocks of a longer window, and the rows those of a day.
    """
    served = counting(served)
    lines = lines_of(served)
    rows = served.num_rows if len(lines) == 1 else int(pc.count_distinct(served.column("id")).as_py())
    champion, classes = where(served, role=Role.CHAMPION), classes_in(served, task)
    found = []
    for role, version in lines:
        mine = where(served, role=role, version=version)
        promise, other = promises.get(version, NOTHING), None if role == Role.CHAMPION else champion
        sample, known = sample_of(mine, window, promise, classes=classes, champion=other)
        for part, inside in _parts(mine):
            chosen = sample if inside is None else sample.of(inside[known])
            predicted = known.size if inside is None else int(inside.sum())
            for metric in metrics_of(task):
                figures = _figures(metric, chosen, promise, part, classes or ())
                line = Line(version, role, part, metric.name)
                found.append(Judged(line, rows=rows, predicted=predicted, **figures))
    return found


def counting(served: pa.Table) -> pa.Table:
    """Return the predictions without those of a champion that another one replaced before the row came."""
    is_champion: Any = pc.equal(served.column("role"), pa.scalar(Role.CHAMPION.value))
    counts: Any = pc.or_(served.column("shown"), pc.invert(is_champion))
    return _kept(served, counts)


def lines_of(served: pa.Table) -> list[tuple[str, str]]:
    """Return the roles with their versions: champion, challenger, previous, shadows, and the newest version first."""
    order = {role.value: place for place, role in enumerate(Role)}
    roles = _distinct(served, "role")
    known = [(role, version) for role in roles for version in _distinct(where(served, role=role), "version")]
    return sorted(known, key=lambda each: (order.get(each[0], len(order)), -_number(each[1]), each[1]))


def _distinct(served: pa.Table, column: str) -> list[str]:
    return [str(value) for value in pc.unique(served.column(column)).to_pylist()]


def _number(version: str) -> int:
    return int(version) if version.isdecimal() else -1


def where(served: pa.Table, **wanted: str) -> pa.Table:
    """Return the rows that have these values in these columns."""
    for name, value in wanted.items():
        served = _kept(served, pc.equal(served.column(name), pa.scalar(value)))
    return served


def _kept(served: pa.Table, rows: Any) -> pa.Table:
    """Return these rows; a table of which all are kept is not copied."""
    return served if pc.all(rows, min_count=0).as_py() else served.filter(rows)


def classes_in(served: pa.Table, task: str) -> tuple[str, ...] | None:
    """Return all classes that predictions of several classes are about, in one order for all versions; else None."""
    if task != MULTICLASS:
        return None
    maps: Any = served.column(PROBABILITIES).combine_chunks()
    return tuple(sorted(pc.unique(maps.keys).to_pylist()))


def sample_of(
    mine: pa.Table,
    window: Window,
    promise: Promise,
    *,
    classes: tuple[str, ...] | None = None,
    champion: pa.Table | None = None,
) -> tuple[Sample, NDArray[np.bool_]]:
    """Return the predictions whose labels are known and can be judged, and which rows of the table those are."""
    is_known: Any = promise.tells_apart(mine.column("label"))
    labelled = _kept(mine, is_known)
    sample = Sample(
        labels=truth_of(labelled, promise, classes),
        said=predictions_in(labelled, classes),
        blocks=_blocks(labelled.column("day").to_numpy().astype("datetime64[D]"), window),
        champion=None if champion is None else predictions_for(labelled, champion, classes),
        bounds=bounds_in(labelled) if promise.task == REGRESSION else None,
    )
    return sample, np.asarray(is_known)


def truth_of(labelled: pa.Table, promise: Promise, classes: tuple[str, ...] | None) -> Truth:
    """Return the labels of rows that all have one, as the task of the promise has them."""
    if promise.task == BINARY:
        return labels_of(labelled, positive=promise.positive)
    return truth_in(labelled.column("label"), classes)


def labels_of(labelled: pa.Table, *, positive: str) -> Labels:
    """Return the labels of rows that all have one, as 0 and 1."""
    is_positive: Any = pc.equal(labelled.column("label"), pa.scalar(positive))
    return np.asarray(is_positive.to_numpy().astype(np.int8))


def predictions_for(rows: pa.Table, other: pa.Table, classes: tuple[str, ...] | None = None) -> Prediction:
    """Return another version's prediction for each row, NaN where it made none."""
    place: Any = pc.index_in(rows.column("id"), other.column("id").combine_chunks())
    if classes is None:
        said: Any = other.column("prediction").combine_chunks().take(place.combine_chunks())
        return np.asarray(said.to_numpy(zero_copy_only=False), dtype=np.float64)
    missing = np.full((1, len(classes)), np.nan)
    found: Any = pc.fill_null(place, other.num_rows)
    return np.asarray(np.vstack([predictions_in(other, classes), missing])[found.to_numpy()])


def _blocks(days: NDArray[np.datetime64], window: Window) -> Blocks:
    if (window.end - window.start).days == 1:
        return None
    return np.asarray((days - np.datetime64(window.start, "D")).astype(np.intp))


def _parts(mine: pa.Table) -> Iterator[tuple[Part, NDArray[np.bool_] | None]]:
    """Return all rows as None, then which rows each segment has, by column and value."""
    yield None, None
    segments: Any = mine.column("segments").combine_chunks()  # a copy, without the keys and values of other windows
    for column in sorted(pc.unique(segments.keys).to_pylist()):
        coded: Any = pc.fill_null(_values_in(segments, column), MISSING).dictionary_encode()
        codes = coded.indices.to_numpy()
        counts = np.bincount(codes, minlength=len(coded.dictionary))
        most = np.argsort(-counts, kind="stable")[:MOST_SEGMENTS]
        for name, code in sorted((coded.dictionary[code].as_py(), code) for code in most.tolist()):
            yield (column, name), codes == code


def _values_in(segments: Any, column: str) -> Any:
    """Return each row's value in a column, the first of several; `pc.map_lookup` takes ten times as long."""
    places = np.flatnonzero(pc.equal(segments.keys, pa.scalar(column)))
    starts, ends = segments.offsets.to_numpy()[:-1], segments.offsets.to_numpy()[1:]
    first = np.append(places, len(segments.keys))[np.searchsorted(places, starts)]
    has = (first < ends) & segments.is_valid().to_numpy(zero_copy_only=False)
    return segments.items.take(pa.array(first, mask=~has))


def _figures(metric: Metric, sample: Sample, promise: Promise, part: Part, classes: tuple[str, ...]) -> dict[str, Any]:
    size, constant = sample.labels.size, promise.constant
    figures = {
        "labelled": size,
        "blocks": count_of(sample.blocks, size),
        "promise": promise.of(part, metric.name) or UNDEFINED,
        "difference": UNDEFINED,
        "baseline": None,
    }
    if metric.of_bounds:
        return figures | {"estimate": _of_bounds(metric, sample)}
    figures |= {"estimate": metric.estimate(sample.labels, sample.said, sample.blocks)}
    if constant is not None:
        figures["baseline"] = metric.value(sample.labels, constant.of_rows(size, classes))
    return figures | {"difference": _difference(metric, sample)}


def _of_bounds(metric: Metric, sample: Sample) -> Estimate:
    if sample.bounds is None:
        return UNDEFINED
    given = sample.of(has_said(sample.bounds))
    return UNDEFINED if given.bounds is None else metric.estimate(given.labels, given.bounds, given.blocks)


def _difference(metric: Metric, sample: Sample) -> Estimate:
    if sample.champion is None:
        return UNDEFINED
    known = has_said(sample.champion)
    both, champion = sample.of(known), sample.champion[known]
    return metric.difference(both.labels, champion, both.said, both.blocks)


def has_said(said: Prediction) -> NDArray[np.bool_]:
    """Return for which rows there is a prediction, shape (n,)."""
    return np.asarray(~np.isnan(said if said.ndim == 1 else said[:, 0]))
