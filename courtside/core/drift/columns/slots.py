"""Columns of very many levels are counted in slots that a hash of the level chooses.

Levels that were kept because they were frequent in the reference, or just seen there, are rarer in any other sample, so
their counts cannot be compared without bias. A level's slot depends on no count, and slots add up like levels.
"""

from collections.abc import Iterable, Mapping
from zlib import crc32

import numpy as np

from courtside.core.drift.columns.hashing import hashed
from courtside.core.drift.columns.rounding import Integers

SLOTS = 16_384
NOISE = 0.05
"""How much of the PSI of two samples may be due to sampling: rows bear so many groups."""
FEWEST, MOST = 8, 2_048
SEEN_ONCE = 5
"""With so many levels seen once, others that were not seen are to be expected (Good 1953, Biometrika 40(3/4))."""
ALONE = 10
"""With fewer rows on both sides together a slot is not compared by itself."""


def slots_of(levels: Iterable[str]) -> Integers:
    """Return the slot of each level."""
    hashes = np.fromiter((crc32(level.encode()) for level in levels), np.uint64)
    return (hashed(hashes) % np.uint64(SLOTS)).astype(np.int64)


def slot_counts(counts: Mapping[str, int]) -> Integers:
    """Return the rows of each slot from those of each level."""
    rows = np.fromiter(counts.values(), np.int64, len(counts))
    return np.bincount(slots_of(counts), rows, SLOTS).astype(np.int64)


def slots_needed(counts: Mapping[str, int], *, lumped: bool) -> Integers | None:
    """Return the rows by slot if levels are lumped or some must be missing, else None."""
    seen_once = sum(count == 1 for count in counts.values())
    return slot_counts(counts) if lumped or seen_once >= SEEN_ONCE else None


def groups_borne(rows: int, other_rows: int) -> int:
    """Return how many groups two samples can be compared in, a power of two."""
    most = NOISE * rows * other_rows / max(1, rows + other_rows)
    return 1 << int(np.clip(most, FEWEST, MOST)).bit_length() - 1


def gathered(reference: Integers, current: Integers, slots: Integers) -> tuple[Integers, Integers]:
    """Gather the counts of two samples into as many groups as they can be compared in.

    The most frequent entries stay alone, the others are grouped by their slot. Frequent are those that both sides hold
    together: if nothing has changed, each side has its share of them by chance alone.
    """
    groups = groups_borne(int(reference.sum()), int(current.sum()))
    both = reference + current
    frequent = np.flatnonzero(both >= ALONE)
    frequent = frequent[np.argsort(-both[frequent], kind="stable")[:groups]]
    place = slots % groups
    place[frequent] = groups + np.arange(frequent.size)
    size = groups + frequent.size
    before, after = (np.bincount(place, side, size).astype(np.int64) for side in (reference, current))
    return before, after
