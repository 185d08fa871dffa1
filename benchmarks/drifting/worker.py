"""Run one contender on one case in a process of its own, and print what it took as JSON.

`benchmarks/drift.py` runs this as `python -m benchmarks.drifting.worker CONTENDER CASE FOLDER SECONDS`, in
Courtside's environment or the peers'. Importing is timed separately. The tables are loaded first where the
contender works on frames; then it runs until the seconds are over: at least twice, the first time untimed, but only
once if that run alone takes longer.
"""

import json
import resource
import statistics
import sys
import time
from pathlib import Path


def main() -> None:
    """Measure the contender and print the figures."""
    name, case, folder, seconds = sys.argv[1], sys.argv[2], Path(sys.argv[3]), float(sys.argv[4])
    began, began_cpu = time.perf_counter(), time.process_time()
    if name == "tables":
        from benchmarks.drifting.tables import CASES, write_case

        write_case(CASES[case], folder)
        print("{}")
        return
    if name == "import":
        import courtside.core.drift  # noqa: F401

        note(began, began_cpu)
        print(json.dumps(MEASURED))
        return
    if name.startswith(("courtside", "scipy", "scan")):
        from benchmarks.drifting.ours import prepare
    else:
        from benchmarks.drifting.peers import prepare
    run = prepare(name, case, folder, imported=lambda: note(began, began_cpu))
    print(json.dumps(MEASURED | measured(run, seconds)))


MEASURED: dict[str, float] = {}


def note(began: float, began_cpu: float) -> None:
    """Record how long importing took; a contender calls this when its libraries are loaded."""
    MEASURED["import_seconds"] = time.perf_counter() - began
    MEASURED["import_cpu_seconds"] = time.process_time() - began_cpu
    MEASURED["import_rss_mib"] = peak_mib()


def measured(run: object, seconds: float) -> dict[str, float]:
    """Return the medians of wall and CPU seconds, the number of runs, and the peak memory."""
    walls: list[float] = []
    cpus: list[float] = []
    deadline = time.perf_counter() + seconds
    while len(walls) < 2 or (time.perf_counter() < deadline and len(walls) < 200):
        cpu, wall = time.process_time(), time.perf_counter()
        run()  # type: ignore[operator]
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
        if len(walls) == 1 and walls[0] > seconds:
            break
    timed = slice(1, None) if len(walls) > 1 else slice(None)
    return {
        "wall_seconds": statistics.median(walls[timed]),
        "cpu_seconds": statistics.median(cpus[timed]),
        "runs": len(walls[timed]),
        "peak_rss_mib": peak_mib(),
    }


def peak_mib() -> float:
    """Return this process's peak resident memory; getrusage would include its parent's, from before exec."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 2**10
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


if __name__ == "__main__":
    main()
