"""A table of visits, its contract, and a folder in which commands run on them."""

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from courtside.cli.entry import run

ROWS = 600
CONTRACT = """\
name: visits
time_column: at
id_columns: [id]
target: bought
features: {age: numeric, plan: categorical}
candidates: [logistic_regression]
"""


def visits(rows: int = ROWS, **columns: object) -> pa.Table:
    """Return a table that can be trained on; `columns` replace its own columns, and None leaves one out."""
    draw = np.random.default_rng(4)
    made = {
        "id": np.arange(rows),
        "at": np.datetime64("2024-01-01T00:00", "us") + np.arange(rows).astype("timedelta64[h]"),
        "age": draw.normal(40, 10, rows),
        "plan": draw.choice(["free", "paid", "team"], rows),
        "bought": draw.integers(0, 2, rows),
    }
    return pa.table({name: pa.array(values) for name, values in (made | columns).items() if values is not None})


def rare(rows: int, places: slice) -> pa.Table:
    """Return visits in which twelve rows are of class 1, all of them at the given places."""
    bought = np.zeros(rows, np.int64)
    bought[np.arange(rows)[places][:12]] = 1
    return visits(rows, bought=bought)


@dataclass
class Desk:
    """A folder in which commands run within the test process."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def says(self, *arguments: str) -> tuple[int, str]:
        self.monkeypatch.setattr(sys, "argv", ["courtside", *arguments])
        code = run()
        return code, " ".join(self.capsys.readouterr().err.split())

    def train(self, table: str = "visits.parquet") -> tuple[int, str]:
        return self.says("train", "--table", table, "--contract", "c.yaml", "--out", "models", "--disable-mlflow")

    @property
    def written(self) -> dict[str, bytes]:
        """Return every file below the folder of models."""
        return {str(path): path.read_bytes() for path in Path("models").rglob("*") if path.is_file()}
