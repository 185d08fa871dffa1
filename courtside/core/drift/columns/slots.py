"""Columns of very many levels are counted in slots, which are chosen by a hash of the level.

Levels that were kept because they were frequent in the reference, or just seen there, are rarer in any other sample, so
comparing their counts would be biased. The slot of a level depends on no count, and slots add up like levels.
"""

from collections.abc import Iterable, Mapping
from zlib import crc32

import numpy as np

from courtside.core.drift.columns.hashing import hashed
from courtside.core.drift.columns.rounding import Integers

SLOTS = 16_384
NOISE = 0.05
"""The part of a PSI that sampling may cause, which limits how many groups two samples are compared in."""
FEWEST, MOST = 8, 2_048
SEEN_ONCE = 5
"""With this many levels seen once, further unseen levels must be expected (Good 1953, Biometrika 40(3/4))."""
ALONE = 10
"""With fewer rows on both sides together, an entry is not compared by itself."""


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
    """Return how many groups two samples of these sizes can be compared in, as a power of two."""
    most = NOISE * rows * other_rows / max(1, rows + other_rows)
    return 1 << int(np.clip(most, FEWEST, MOST)).bit_length() - 1


def gathered(reference: Integers, current: Integers, slots: Integers) -> tuple[Integers, Integers]:
    """Gather the counts of two samples into as many groups as they can be compared in.

    The most frequent entries stay alone, and the others are grouped by their slot. Frequency is that of both sides
    together, because each side then has its share of a frequent entry by chance alone if nothing has changed.
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
