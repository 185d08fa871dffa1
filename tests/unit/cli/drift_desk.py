"""A folder with a contract and a reference, on which tests run `courtside drift check`."""

import json
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from courtside.core.dataset import Feature, FeatureKind
from tests.fakes.console_script import Done, run

COURTSIDE = [sys.executable, "-m", "courtside.cli"]


ROWS = 2_000


FEATURES = [
    Feature("points", FeatureKind.NUMERIC),
    Feature("venue", FeatureKind.CATEGORICAL),
    Feature("rested", FeatureKind.BINARY),
]


CONTRACT = """
name: tiny
time_column: game_date
id_columns: [game_id]
target: home_win
features:
  points: numeric
  venue: categorical
  rested: binary
"""


def run_apart(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    return subprocess.run([*COURTSIDE, *map(str, arguments)], capture_output=True, text=True, timeout=300, check=False)


def table(rows: int = ROWS, *, seed: int = 0, shift: float = 0.0, **columns: Any) -> pa.Table:
    rng = np.random.default_rng(seed)
    days = [date(2019, 1, 1) + timedelta(days=index % 28) for index in range(rows)]
    made: dict[str, Any] = {
        "game_date": pa.array(days, pa.date32()),
        "points": rng.normal(104 + shift, 6, rows),
        "venue": rng.choice(["home", "away"], rows),
        "rested": rng.integers(0, 2, rows),
    }
    return pa.table({name: pa.array(value) for name, value in (made | columns).items() if value is not None})


class Desk:
    """A folder with a contract and a reference, and a way to run the command on them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "tiny.yaml").write_text(CONTRACT)
        self.reference = self.write("reference.parquet", table())

    def write(self, name: str, content: pa.Table) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(content, path)
        return path

    def check(self, current: Path, *options: str | Path, reference: Path | str | None = None) -> Done:
        return run(*self.command(current, reference=reference), *options)

    def command(self, current: Path, *, reference: Path | str | None = None) -> tuple[str | Path, ...]:
        """Return the words of the command."""
        given = ("--reference", reference or self.reference, "--current", current)
        return ("drift", "check", *given, "--dataset", self.folder / "tiny.yaml")

    def report(self, current: Path, *options: str | Path, reference: Path | None = None) -> dict[str, Any]:
        done = self.check(current, "--json", *options, reference=reference)
        assert done.returncode == 0, done.stderr
        body: dict[str, Any] = json.loads(done.stdout)
        return body

    def refuses(self, current: Path, error: str, *options: str | Path, reference: Path | str | None = None) -> str:
        done = self.check(current, *options, reference=reference)
        assert done.returncode == 2, done.stdout + done.stderr
        assert error in done.stderr
        assert "Traceback" not in done.stderr
        return done.stderr
