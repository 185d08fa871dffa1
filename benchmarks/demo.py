"""Run the whole demo on simulated games against its limits of 120 seconds and 2,500 MB.

It prints one JSON object: wall seconds, seconds by step, peak memory of all processes, and the ratio of both to
their limits.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

LIMIT_SECONDS = 120
LIMIT_MB = 2_500


def main() -> None:
    """Run the demo and print what it took."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "result.json")
        command = [
            sys.executable,
            "-m",
            "courtside.cli",
            "demo",
            "--json",
            str(file),
            "--out",
            str(Path(folder, "out")),
        ]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        result = json.loads(file.read_text())
    print(
        json.dumps(
            {
                "benchmark": "demo",
                "ok": result["ok"],
                "seconds": result["seconds"],
                "seconds_by_step": {step["name"]: step["seconds"] for step in result["steps"]},
                "peak_memory_mb": result["peak_memory_mb"],
                "limit_ratio_seconds": round(result["seconds"] / LIMIT_SECONDS, 3),
                "limit_ratio_memory": round(result["peak_memory_mb"] / LIMIT_MB, 3),
            },
            indent=2,
        )
    )


if __name__ == "__main__":
    main()
