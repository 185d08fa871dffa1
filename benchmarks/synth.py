"""Measure the CPU seconds of synthesizing a stage's stacks in process, without validation (limit: 3), as JSON.

It counts this process and the node process behind jsii, including their start.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

LIMIT_CPU_SECONDS = 3.0
RUNS = 3
ROOT = Path(__file__).resolve().parent.parent


def cpu_seconds() -> float:
    """Return the CPU time of this process and of its children that have ended."""
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in spent)


def synthesize() -> int:
    """Synthesize the dev stage into a temporary directory and return the number of resources."""
    from infra.app import build, empty_app
    from infra.settings import settings_for

    with tempfile.TemporaryDirectory() as outdir:
        app = empty_app(Path(outdir))
        build(app, settings_for("dev"))
        return sum(len(stack.template["Resources"]) for stack in app.synth().stacks)


def measure() -> tuple[float, int]:
    """Return the CPU seconds of one cold synthesis in a fresh process, and the resources it wrote."""
    environment = {
        **os.environ,
        "CDK_VALIDATION": "false",
        "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20",
        "PYTHONPATH": str(ROOT),
    }
    before = cpu_seconds()
    child = subprocess.run(
        [sys.executable, __file__, "--child"], env=environment, capture_output=True, text=True, check=True
    )
    return round(cpu_seconds() - before, 2), int(child.stdout.split()[-1])


def main() -> int:
    """Measure a few cold runs; the fastest shows what the work takes, and the rest is noise from other processes."""
    runs = [measure() for _ in range(RUNS)]
    least = min(cpu for cpu, _ in runs)
    figures = {
        "benchmark": "synth",
        "cpu_seconds": least,
        "runs": [cpu for cpu, _ in runs],
        "resources": runs[0][1],
        "limit_cpu_seconds": LIMIT_CPU_SECONDS,
        "ok": least <= LIMIT_CPU_SECONDS,
    }
    print(json.dumps(figures))
    return 0 if figures["ok"] else 1


if __name__ == "__main__":
    if "--child" in sys.argv:
        print(synthesize())
    else:
        raise SystemExit(main())
