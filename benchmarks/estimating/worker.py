"""Measure one contender in a process of its own, and print what it took and what it said as JSON.

`benchmarks/estimates.py` runs this as `python -m benchmarks.estimating.worker NAME FOLDER`, in Courtside's
environment or the peers'. Rows are loaded before, and a first untimed run loads what is loaded only once.
"""

import json
import sys
import time
import warnings
from pathlib import Path

from benchmarks.drifting.worker import peak_mib
from benchmarks.estimating.contenders import NannyMl, Ours

RUNS = 3


def main() -> None:
    """Run the contender and print its figures."""
    warnings.simplefilter("ignore")
    name, folder = sys.argv[1], Path(sys.argv[2])
    contender = NannyMl(folder) if name == "nannyml" else Ours(name, folder)
    loaded, taken = peak_mib(), []
    contender.whole()
    for _ in range(RUNS):
        wall, cpu = time.perf_counter(), time.process_time()
        whole = contender.whole()
        taken.append((time.process_time() - cpu, time.perf_counter() - wall))
    cpu, wall = sorted(taken)[RUNS // 2]
    said = {} if name == "pape" else {"windows": contender.windows(), "of_classes": contender.of_classes()}
    figures = {
        "cpu_seconds": round(cpu, 3),
        "wall_seconds": round(wall, 3),
        "peak_mib": round(peak_mib()),
        "before_mib": round(loaded),
    }
    print(json.dumps({**figures, "whole": whole, **said}))


if __name__ == "__main__":
    main()
