"""Compare the time of profiling with sums that do not depend on the batches to that with plain sums.

Both are timed in turn in one process, so that other work on the machine slows both equally. It prints JSON: for
each case the median CPU milliseconds of both and the ratio of the medians.

Run `python -m benchmarks.exact_sums [--repeats N]` from the project's root; it takes about a minute.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from pyarrow import fs

from benchmarks.drifting.ours import features
from benchmarks.drifting.tables import CASES, write_case
from courtside.core.drift import fit
from courtside.core.drift.columns import column, sorted_counting
from courtside.core.drift.columns.column import Counts
from courtside.core.drift.columns.grid import Grid
from courtside.core.drift.columns.quanta import Quantum
from courtside.core.drift.columns.rounding import Floats
from courtside.core.drift.columns.sums import loose_sums
from courtside.core.drift.reading import open_table, summarize_table

Run = Callable[[], object]


def main() -> None:
    """Print the medians of every case and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=40)
    repeats = parser.parse_args().repeats
    with tempfile.TemporaryDirectory() as folder:
        found = {name: _compared(run, repeats) for name, run in _runs(Path(folder))}
    print(json.dumps(found, indent=2))


def _runs(folder: Path) -> Iterator[tuple[str, Run]]:
    for name in ("a", "b"):
        write_case(CASES[name], folder)
        reference, current = (pq.read_table(folder / f"{name}_{side}.parquet") for side in ("reference", "current"))
        profile = fit(reference, features(name))
        table = open_table(fs.LocalFileSystem(), str(folder / f"{name}_current.parquet"), name=name)
        yield f"({name}) current side from parquet", partial(summarize_table, profile, table)
        yield f"({name}) current side from a frame", partial(profile.summarize, current)
    yield "(a) reference from a frame", partial(fit, pq.read_table(folder / "a_reference.parquet"), features("a"))


def _compared(run: Run, repeats: int) -> dict[str, float]:
    exact, plain = [], []
    for _ in range(repeats):
        exact.append(_seconds(run))
        with _plain_sums():
            plain.append(_seconds(run))
    return {
        "exact_ms": round(1000 * median(exact), 2),
        "plain_ms": round(1000 * median(plain), 2),
        "ratio": round(median(exact) / median(plain), 3),
    }


def _seconds(run: Run) -> float:
    start = time.process_time()
    run()
    return time.process_time() - start


@contextmanager
def _plain_sums() -> Iterator[None]:
    """Sum each batch as numpy does, into one float, so that every batching rounds differently."""
    exact = Quantum.sum, loose_sums
    _use(_plain_sum, _plain_tails)
    try:
        yield
    finally:
        _use(*exact)


def _use(total: Callable[..., Any], tails: Callable[..., Any]) -> None:
    Quantum.sum = total  # type: ignore[method-assign]
    for module in (column, sorted_counting):
        setattr(module, "loose_sums", tails)  # noqa: B010 - a module exports only its own names


def _plain_sum(quantum: Quantum, values: Floats, **_extremes: float) -> float:
    return float((values - quantum.rounded(quantum.anchor)).sum())


def _plain_tails(grid: Grid, values: Floats, counts: Counts, *, largest: float) -> Mapping[int, float]:
    del largest
    if not counts[grid.loose_tails].any():
        return {}
    low, high = grid.tight
    values = values[((values <= low) | (values > high)).nonzero()[0]]
    cells = grid.edges.searchsorted(values, "left")
    loose = grid.loose[cells]
    sums = np.bincount(cells[loose], values[loose] - grid.anchor)
    held = np.flatnonzero(sums)
    return dict(zip(held.tolist(), sums[held].tolist(), strict=True))


if __name__ == "__main__":
    main()
