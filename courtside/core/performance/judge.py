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
from courtside.core.evaluation import Labels, Probabilities
from courtside.core.performance.estimate import UNDEFINED, Blocks, Estimate, count_of
from courtside.core.performance.metrics import Metric, metrics_of
from courtside.core.performance.promise import NOTHING, Part, Promise

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
    """The labelled predictions of a version, each shape (n,), and a champion's for the same rows (NaN: none)."""

    labels: Labels
    probability: Probabilities
    blocks: Blocks
    champion: Probabilities | None

    def of(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> "Sample":
        """Return the sample of some of its rows."""
        blocks = None if self.blocks is None else self.blocks[rows]
        champion = None if self.champion is None else self.champion[rows]
        return Sample(self.labels[rows], self.probability[rows], blocks, champion)


def judge(served: pa.Table, window: Window, *, promises: Mapping[str, Promise], task: str = "binary") -> list[Judged]:
    """Judge the predictions of a window, champion first.

    `served` has the columns of `BELIEVED`, of which a champion's prediction counts only where it was shown. `promises`
    are those of the versions. Days are the blocks of a longer window, and the rows those of a day.
    """
    served = counting(served)
    lines = lines_of(served)
    rows = served.num_rows if len(lines) == 1 else int(pc.count_distinct(served.column("id")).as_py())
    champion = where(served, role=Role.CHAMPION)
    found = []
    for role, version in lines:
        mine = where(served, role=role, version=version)
        promise, other = promises.get(version, NOTHING), None if role == Role.CHAMPION else champion
        sample, known = sample_of(mine, window, promise, champion=other)
        for part, inside in _parts(mine):
            chosen = sample if inside is None else sample.of(inside[known])
            predicted = known.size if inside is None else int(inside.sum())
            for metric in metrics_of(task):
                figures = _figures(metric, chosen, promise, part)
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


def sample_of(
    mine: pa.Table, window: Window, promise: Promise, *, champion: pa.Table | None = None
) -> tuple[Sample, NDArray[np.bool_]]:
    """Return the predictions whose labels are known and of a class, and which rows of the table those are."""
    is_known: Any = promise.tells_apart(mine.column("label"))
    labelled = _kept(mine, is_known)
    sample = Sample(
        labels=labels_of(labelled, positive=promise.positive),
        probability=labelled.column("prediction").to_numpy(),
        blocks=_blocks(labelled.column("day").to_numpy().astype("datetime64[D]"), window),
        champion=None if champion is None else predictions_for(labelled, champion),
    )
    return sample, is_known.to_numpy()


def labels_of(labelled: pa.Table, *, positive: str) -> Labels:
    """Return the labels of rows that all have one, as 0 and 1."""
    is_positive: Any = pc.equal(labelled.column("label"), pa.scalar(positive))
    return np.asarray(is_positive.to_numpy().astype(np.int8))


def predictions_for(rows: pa.Table, other: pa.Table) -> Probabilities:
    """Return another version's prediction for each row, NaN where it made none."""
    place: Any = pc.index_in(rows.column("id"), other.column("id").combine_chunks())
    said: Any = other.column("prediction").combine_chunks().take(place.combine_chunks())
    return np.asarray(said.to_numpy(zero_copy_only=False), dtype=np.float64)


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


def _figures(metric: Metric, sample: Sample, promise: Promise, part: Part) -> dict[str, Any]:
    size, base = sample.labels.size, promise.base_rate
    return {
        "estimate": metric.estimate(sample.labels, sample.probability, sample.blocks),
        "labelled": size,
        "blocks": count_of(sample.blocks, size),
        "baseline": None if base is None else metric.value(sample.labels, np.full(size, base)),
        "promise": promise.of(part, metric.name) or UNDEFINED,
        "difference": _difference(metric, sample),
    }


def _difference(metric: Metric, sample: Sample) -> Estimate:
    if sample.champion is None:
        return UNDEFINED
    known = ~np.isnan(sample.champion)
    both, champion = sample.of(known), sample.champion[known]
    return metric.difference(both.labels, champion, both.probability, both.blocks)
