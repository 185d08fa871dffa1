"""Compare training, evaluating and logging four candidates with the sequential script that people write first.

There is one comparison for each task: who wins a game, whether by ten points or more, and by how many points. Both fit
the same estimators on 34,788 rows of 16 features, evaluate them on 8,697 rows and log to the same real MLflow server on
SQLite. The script leaves threads to the libraries, and signature and requirements to MLflow. Contenders take turns,
each run in a process of its own; ratios are of medians. Real games are used if they lie beside the project. The output
is JSON.

Run `python -m benchmarks.training [--task TASK] [--runs N] [--strict]` from the project's root; three runs take about
three minutes a task.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

ROOT = Path(__file__).resolve().parent.parent
CONTENDERS = ("naive", "courtside")
TASKS = ("binary", "multiclass", "regression")
LIMIT_WALL_RATIO = 0.6
LIMIT_TRACKING_SHARE = 0.2
LIMIT_PEAK_MB = 1_500
# The training task starts with the same settings.
ENVIRONMENT = {
    "OMP_WAIT_POLICY": "PASSIVE",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "PYTHONWARNINGS": "ignore",
    "PYTHONPATH": str(ROOT),
}


def main() -> None:
    """Let the contenders take turns, and print the time each took."""
    options = _options()
    from benchmarks.fitting.server import tracking_server
    from benchmarks.fitting.tables import prepare

    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        games = prepare(folder)
        with tracking_server(folder) as uri:
            tasks = {task: _compared(task, folder, uri, runs=options.runs) for task in options.task or TASKS}
    ok = all(figures["ok"] for figures in tasks.values())
    told = {"benchmark": "training", "games": games, "cpus": os.cpu_count(), "ok": ok, "tasks": tasks}
    print(json.dumps(told, indent=2))
    if options.strict and not ok:
        sys.exit(1)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Compare training and logging with a plain script.")
    parser.add_argument("--json", action="store_true", help="has no effect: the output is always JSON")
    parser.add_argument("--task", action="append", choices=TASKS, help="only this task; may be repeated")
    parser.add_argument("--runs", type=int, default=3, help="let each contender have so many turns")
    parser.add_argument("--strict", action="store_true", help="exit with 1 if a limit does not hold")
    return parser.parse_args()


def _compared(task: str, folder: Path, uri: str, *, runs: int) -> dict[str, Any]:
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in CONTENDERS}
    for _ in range(runs):
        for name in CONTENDERS:
            found[name].append(_run(name, task, folder, uri))
    return _figures(found) | {"runs": found}


def _run(name: str, task: str, folder: Path, uri: str) -> dict[str, Any]:
    print(task, name, file=sys.stderr)
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.fitting.worker", name, task, str(folder), uri],
        cwd=folder, env=os.environ | ENVIRONMENT, capture_output=True, text=True, timeout=900, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{name} failed: {done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _figures(found: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    wall, cpu = (
        {name: round(median(run[what] for run in runs), 2) for name, runs in found.items()}
        for what in ("wall_seconds", "cpu_seconds")
    )
    ours = found["courtside"]
    share = median(run["seconds_by_part"]["tracking"] / run["wall_seconds"] for run in ours)
    peak = max(run["peak_mb"] for run in ours)
    ratio = wall["courtside"] / wall["naive"]
    return {
        "wall_seconds": wall,
        "cpu_seconds": cpu,
        "wall_ratio": round(ratio, 3),
        "limit_wall_ratio": LIMIT_WALL_RATIO,
        "tracking_share": round(share, 3),
        "limit_tracking_share": LIMIT_TRACKING_SHARE,
        "peak_mb": peak,
        "limit_peak_mb": LIMIT_PEAK_MB,
        "ok": ratio <= LIMIT_WALL_RATIO and share <= LIMIT_TRACKING_SHARE and peak <= LIMIT_PEAK_MB,
    }


if __name__ == "__main__":
    main()
