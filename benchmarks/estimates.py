"""Estimate a month of 1,000,000 predictions by CBPE and PAPE, and by NannyML's CBPE, and print JSON (limit: 3 s each).

A run learns from a holdout of 50,000 rows and estimates the month; PAPE takes 16 features. Each contender runs in a
process of its own with one thread; reading the rows and importing are not counted. What NannyML says of the month, of
30 windows of it and of three classes must be what CBPE says, within 0.000001. Without the peers' environment that is
reported as not measured; `uv sync --project benchmarks/peers --only-group peers` installs it.

Run `python -m benchmarks.estimates [--strict] [--peers PYTHON]` from the project's root; it takes about a minute.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.drift import ENVIRONMENT, PEERS_PYTHON, ROOT
from benchmarks.estimating.tables import KNOWN, MONTH, write

LIMIT_SECONDS = 3.0
LARGEST_DIFFERENCE = 1e-6


def main() -> None:
    """Measure the contenders and print their figures."""
    parser = argparse.ArgumentParser(description="Measure how long a month of predictions takes to estimate.")
    parser.add_argument("--json", action="store_true", help="has no effect: the output is always JSON")
    parser.add_argument("--peers", type=Path, default=PEERS_PYTHON, help="the peers' Python")
    parser.add_argument("--strict", action="store_true", help="exit with 1 if a limit does not hold")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write(folder)
        found = {name: _measured(sys.executable, name, folder) for name in ("cbpe", "pape")}
        if options.peers.exists():
            found["nannyml"] = _measured(str(options.peers), "nannyml", folder)
    figures = {"benchmark": "estimates", "reference_rows": KNOWN, "rows": MONTH, **_summary(found)}
    print(json.dumps(figures, indent=2))
    if options.strict and not figures["ok"]:
        sys.exit(1)


def _measured(python: str, name: str, folder: Path) -> dict[str, Any]:
    command = [python, "-m", "benchmarks.estimating.worker", name, str(folder)]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | ENVIRONMENT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _summary(found: dict[str, dict[str, Any]]) -> dict[str, Any]:
    ours, theirs = found["cbpe"], found.get("nannyml")
    apart = None if theirs is None else max(_apart(ours, theirs), default=None)
    fast = all(found[name]["cpu_seconds"] <= LIMIT_SECONDS for name in ("cbpe", "pape"))
    return {
        name: {key: value for key, value in each.items() if key not in {"windows", "of_classes"}}
        for name, each in found.items()
    } | {
        "times_faster_than_nannyml": None if theirs is None else round(theirs["cpu_seconds"] / ours["cpu_seconds"], 1),
        "largest_difference_from_nannyml": apart,
        "limit_seconds": LIMIT_SECONDS,
        "ok": fast and (apart is None or apart <= LARGEST_DIFFERENCE),
    }


def _apart(ours: dict[str, Any], theirs: dict[str, Any]) -> list[float]:
    """Return how far apart each figure is that both have."""
    pairs = [(ours[kind], theirs[kind]) for kind in ("whole", "of_classes")]
    pairs += zip(ours["windows"], theirs["windows"], strict=True)
    return [abs(mine[metric] - value) for mine, other in pairs for metric, value in other.items()]


if __name__ == "__main__":
    main()
