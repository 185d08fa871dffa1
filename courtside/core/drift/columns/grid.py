"""The grid a numeric column is counted on: about 1,024 cells fitted once on the reference.

Cells are (edges[i-1], edges[i]]. A value that repeats often enough (an atom) has a cell of its own: its predecessor
float is a second edge, so that a constant 5 that becomes 4.999 is seen. If the reference has fewer than 1,000 rows,
every value has its own cell; the cells of values seen once are a little wider, since random floats do not compress.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from courtside.core.drift.columns.lookup import Lookup
from courtside.core.drift.columns.ordering import distinct, union
from courtside.core.drift.columns.quanta import Quantum
from courtside.core.drift.columns.rounding import Floats, ordered_bits, predecessors, shortest_between
from courtside.core.drift.columns.singletons import singleton_cells

CELLS = 1024
BINS = 10
LARGEST_CELL = 1 / 1000
"""The share of the reference that a cell without an atom may hold; it bounds the error of the KS statistic."""
BIN_ATOM = 1 / (2 * BINS)
"""A decile that repeats in at least this share of the reference is a PSI bin of its own."""
WIDEST_CELL = 1 / 256
"""The widest a core cell may be, as a share of the core; this bounds the error of the Wasserstein distance."""
TAIL_ERROR = 0.002
"""The largest width times mass of a tail cell, in standard deviations; larger cells are split."""
SPLIT_FROM = 1.5
"""A cell is split if it is this many times too wide."""
MOST_PARTS = 512
SAFELY_SQUARED = 1e100
"""Squares of larger values may overflow when they are summed; above 1e154 a single square does."""


@dataclass(frozen=True, eq=False)
class Grid:
    """Edges, the cells that end a PSI bin, and the reference's median and standard deviation.

    `edges` are sorted distinct float64; `atoms` marks those whose cell holds one value only; `cuts` are the
    positions in `edges` where PSI bins end (the last bin is open). `core` holds the positions of the fine grid's first
    and last edge; outside it are the tails, whose cells double in mass towards the core and keep sums. If `blur` is
    not 0, values seen once are in cells of 2**blur neighbouring floats. All values are minus `origin`, which is 0
    unless they are whole numbers beyond 2**53.
    """

    edges: Floats
    atoms: NDArray[np.bool_]
    cuts: NDArray[np.int64]
    core: tuple[int, int]
    anchor: float
    sd: float
    blur: int = 0
    origin: int = 0

    @property
    def cells(self) -> int:
        """Return the number of cells, which is one more than the number of edges."""
        return self.edges.size + 1

    @cached_property
    def lookup(self) -> Lookup:
        """Return the object that finds the cell of a value, built at first use."""
        return Lookup.of(self.edges, centre=self.anchor)

    @cached_property
    def single(self) -> NDArray[np.bool_]:
        """Mark the cells that can hold one float only."""
        single = np.zeros(self.cells, np.bool_)
        single[1:-1] = np.nextafter(self.edges[:-1], np.inf) == self.edges[1:]
        return single

    @cached_property
    def blurred(self) -> NDArray[np.bool_]:
        """Mark the edges that end a cell of 2**blur floats, made for a value seen once."""
        ends = np.zeros(self.edges.size, np.bool_)
        if self.blur:
            ends[1:] = np.diff(ordered_bits(self.edges)) == 1 << self.blur
        return ends & ~self.atoms

    @cached_property
    def centred(self) -> Floats:
        """Edges relative to the anchor, so that timestamps keep their digits."""
        with np.errstate(over="ignore"):
            return self.edges - self.anchor

    @cached_property
    def tail_points(self) -> Floats:
        """The only value that a cell can hold, minus the anchor; 0 for cells that can hold several."""
        points = np.zeros(self.cells)
        points[:-1][self.single[:-1]] = self.centred[self.single[:-1]]
        return points

    @cached_property
    def quantum(self) -> Quantum:
        """Return how finely values are summed, chosen by the deciles because a few values may be huge."""
        low, high = self.edges[self.cuts[[0, -1]]].tolist() if self.cuts.size else (self.anchor, self.anchor)
        spread = high / 2 - low / 2
        return Quantum.of(self.anchor, spread=2 * spread or self.sd, reach=max(abs(low), abs(high)) or self.sd)

    @cached_property
    def bin_starts(self) -> NDArray[np.int64]:
        """Return the first cell of each PSI bin."""
        return np.concatenate(([0], self.cuts + 1))

    @cached_property
    def tails(self) -> NDArray[np.int64]:
        """Return the cells outside the core, which keep sums."""
        cells = np.arange(self.cells)
        return cells[(cells <= self.core[0]) | (cells > self.core[1])]

    @cached_property
    def single_tails(self) -> NDArray[np.int64]:
        """Return the cells outside the core that can contain only one float."""
        return self.tails[self.single[self.tails]]

    @cached_property
    def loose_tails(self) -> NDArray[np.int64]:
        """Return the other cells outside the core."""
        return self.tails[~self.single[self.tails]]

    @cached_property
    def loose(self) -> NDArray[np.bool_]:
        """Mark `loose_tails`."""
        loose = np.zeros(self.cells, np.bool_)
        loose[self.loose_tails] = True
        return loose

    @cached_property
    def tight(self) -> tuple[float, float]:
        """Return the range of values, (low, high], that reaches into no loose tail cell."""
        inner = np.flatnonzero(~self.loose)
        if not inner.size:
            return math.inf, math.inf
        return float(self.edges[inner[0] - 1]) if inner[0] else -math.inf, float(self.edges[inner[-1]])

    def same_as(self, other: "Grid") -> bool:
        """Tell whether counts on this grid and another one can be added."""
        return self is other or (
            np.array_equal(self.edges, other.edges)
            and np.array_equal(self.cuts, other.cuts)
            and self.core == other.core
            and self.anchor == other.anchor
            and self.origin == other.origin
        )


def grid_of(values: Floats) -> Grid:
    """Fit a grid on finite reference values in ascending order, at least one.

    Quantile edges are rounded within the gap between neighbouring values; deciles and atoms are exact. Deciles are
    those of Hyndman & Fan 1996, definition 7 (numpy's default).
    """
    deciles = _deciles(values)
    anchor = float(deciles[BINS // 2 - 1])
    picks = _picked(values)
    bin_atoms = _heavy(deciles, values)
    sharp, blurred, blur = singleton_cells(picks.points[picks.atoms], values, fewer_than=1 / LARGEST_CELL)
    exact = union(sharp, bin_atoms)
    short = _rounded(picks.points[~picks.atoms], picks.ends[~picks.atoms], values)
    cuts = union(deciles, predecessors(bin_atoms))
    edges = union(short, blurred, exact, predecessors(exact), cuts, values[[0, -1]])
    core = edges[edges.searchsorted(picks.core)]
    sd = _standard_deviation(values, anchor)
    edges = union(edges, _splits(edges, core, values, sd))
    first, last = (int(position) for position in edges.searchsorted(core))
    atoms = np.zeros(edges.size, np.bool_)
    atoms[edges.searchsorted(exact)] = True
    return Grid(edges, atoms, edges.searchsorted(cuts).astype(np.int64), (first, last), anchor, sd, blur)


def _deciles(ordered: Floats) -> Floats:
    """Interpolate like numpy's default; the values around each decile are enough, which saves a partition."""
    rank = np.arange(1, BINS) / BINS * (ordered.size - 1)
    below = np.floor(rank).astype(np.int64)
    low, high = ordered[below], ordered[np.minimum(below + 1, ordered.size - 1)]
    part = rank - below
    with np.errstate(over="ignore", invalid="ignore"):
        step = high - low
        deciles = np.where(part >= 1 / 2, high - step * (1 - part), low + step * part)
    return np.where(np.isfinite(deciles), deciles, low)


@dataclass(frozen=True, slots=True)
class _Picks:
    """The candidate edges, the number of values up to each, which of them are atoms, and the ends of the core."""

    points: Floats
    ends: NDArray[np.intp]
    atoms: NDArray[np.bool_]
    core: Floats


def _picked(ordered: Floats) -> _Picks:
    """Pick all values if they are few, else quantiles."""
    rows = ordered.size
    step = max(1, rows // CELLS)
    inner = ordered[step - 1 : rows - 1 : step]
    beyond = 2 ** np.arange(step.bit_length()) - 1
    points = union(ordered[beyond], inner, ordered[-1 - beyond])
    few = points.size <= CELLS and int(np.count_nonzero(ordered[1:] != ordered[:-1])) < CELLS
    if few:
        points = ordered[distinct(ordered)]
    core = points[[0, -1]] if few else inner[[0, -1]]
    ends = ordered.searchsorted(points, "right")
    repeats = np.ones_like(ends)
    again = ordered[ends - 2] == points
    repeats[again] = ends[again] - ordered.searchsorted(points[again], "left")
    alone = repeats > rows * LARGEST_CELL
    within = ends.copy()
    within[1:] -= ends[:-1]
    crowded = (within > rows * LARGEST_CELL) | (2 * CELLS * repeats >= rows) | few
    return _Picks(points, ends, alone | ((repeats > 1) & crowded), core)


def _heavy(deciles: Floats, ordered: Floats) -> Floats:
    points = deciles[distinct(deciles)]
    repeats = ordered.searchsorted(points, "right") - ordered.searchsorted(points, "left")
    return points[repeats >= BIN_ATOM * ordered.size]


def _rounded(points: Floats, ends: NDArray[np.intp], ordered: Floats) -> Floats:
    """Move each edge up within the gap before the next value, to where it has the fewest bits."""
    if not points.size:
        return points
    inner = ends < ordered.size
    low, high = points[inner], np.nextafter(ordered[ends[inner]], -np.inf)
    return np.concatenate((shortest_between(low, high), points[~inner]))


def _splits(edges: Floats, core: Floats, ordered: Floats, sd: float) -> Floats:
    """Return points that cut wide cells into even parts: those of the core by width, in the tails by width and mass."""
    first, last = edges.searchsorted(core)
    widest = float(core[1] * WIDEST_CELL - core[0] * WIDEST_CELL)
    with np.errstate(all="ignore"):
        widths = edges[1:] - edges[:-1]
        parts = widths / widest
        for low, high in ((0, first), (last, widths.size)):
            ends = ordered.searchsorted(edges[low : high + 1], "right")
            parts[low:high] = widths[low:high] * ((ends[1:] - ends[:-1]) / ordered.size) / (TAIL_ERROR * sd)
    wide = np.flatnonzero(np.isfinite(parts) & (parts > SPLIT_FROM))
    wide = wide[np.nextafter(edges[wide], np.inf) < edges[wide + 1]]
    into = np.minimum(np.ceil(parts[wide]), MOST_PARTS).astype(np.int64)
    cell, part = np.repeat(wide, into - 1), _ranges(into - 1)
    width = widths[cell] / np.repeat(into, into - 1)
    points = edges[cell] + part * width
    return shortest_between(points - width / 8, points + width / 8)


def _ranges(sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return 1 … n for each n, one after the other."""
    starts = np.repeat(np.cumsum(sizes) - sizes, sizes)
    return np.arange(sizes.sum()) - starts + 1


def _standard_deviation(ordered: Floats, anchor: float) -> float:
    """Population standard deviation; the median lies within one of the mean, so the difference below keeps its digits.

    Source: |mean - median| <= sd, Hotelling & Solomons 1932, Ann. Math. Stat. 3(2).
    """
    largest = max(abs(float(ordered[0])), abs(float(ordered[-1])))
    if ordered[0] == ordered[-1]:
        return 0.0
    if largest > SAFELY_SQUARED:
        return float(np.std(ordered / largest)) * largest
    centred = ordered - anchor
    mean = float(centred.sum()) / ordered.size
    centred *= centred
    return math.sqrt(max(0.0, float(centred.sum()) / ordered.size - mean * mean))
