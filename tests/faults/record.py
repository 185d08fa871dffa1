"""A run of the faults is recorded as JSON, from which the table in the docs is made."""

import json
import os
import platform
import subprocess
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@dataclass(eq=False)  # pytest keeps its plugins in a set
class Recorder:
    """Collects the faults of a run, each with its seconds and whether it was survived, and writes them to a file."""

    file: Path
    faults: dict[str, dict[str, Any]] = field(default_factory=dict)
    began: float = field(default_factory=time.monotonic)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Where nothing is to run, write down which faults there are."""
        if session.config.option.collectonly:
            for item in session.items:
                self._add(item.nodeid, dict(item.user_properties), survived=None, seconds=0.0)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take in one phase of one fault: its setup, the fault itself, or the truths afterwards."""
        self._add(report.nodeid, dict(report.user_properties), survived=report.passed, seconds=report.duration)

    def _add(self, test: str, properties: dict[str, Any], *, survived: bool | None, seconds: float) -> None:
        if "fault" not in properties:
            return
        kind, name, promise = properties["fault"]
        fresh = {"kind": kind, "fault": name, "promise": promise, "survived": survived, "seconds": 0.0}
        found = self.faults.setdefault(test, fresh)
        found["survived"] = survived if survived is None else bool(found["survived"] and survived)
        found["seconds"] = round(found["seconds"] + seconds, 2)
        if "figures" in properties:
            found["figures"] = properties["figures"]

    def pytest_sessionfinish(self) -> None:
        """Write the record."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text(json.dumps(self._record(), indent=1) + "\n")

    def _record(self) -> dict[str, Any]:
        return {
            "ran_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "commit": _commit(),
            "processors": os.cpu_count(),
            "python": platform.python_version(),
            "seconds": round(time.monotonic() - self.began),
            "faults": [{"test": test, **found} for test, found in self.faults.items()],
        }


def _commit() -> str:
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip()
