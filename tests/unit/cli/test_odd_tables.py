"""A model is trained on a table as other programs write it: odd names, times as text or numbers, a marker file."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.fakes.console_script import run

NAMES = ("a[1]", "b<c", 'd"e', "f,g: {h}")
"""Names that the boosters' own files do not admit."""
DAYS, A_DAY = 200, 3
CONTRACT = f"""
name: odd
time_column: at
id_columns: [id]
target: came
candidates: [xgboost, lightgbm]
features: {{{", ".join(f"{json.dumps(name)}: numeric" for name in NAMES)}}}
"""


@pytest.mark.parametrize("written", ["text", "seconds"])
def test_a_table_as_other_programs_write_it_is_trained_on(tmp_path: Path, written: str) -> None:
    rng, count = np.random.default_rng(1), DAYS * A_DAY
    values = rng.normal(size=(len(NAMES), count))
    at = np.datetime64("2025-01-01") + np.arange(count) // A_DAY
    times = at.astype(str) if written == "text" else at.astype("datetime64[s]").astype(int)
    came = np.where(values[0] + values[1] + rng.normal(scale=0.4, size=count) > 0.5, 2, 1)
    named = dict(zip(NAMES, values, strict=True))
    table = pa.table({"at": pa.array(times), "id": np.arange(count), **named, "came": came})
    folder, contract = tmp_path / "table", tmp_path / "odd.yaml"
    folder.mkdir()
    pq.write_table(table.slice(0, 300), folder / "part-0.parquet")
    pq.write_table(table.slice(300), folder / "part-1.parquet")
    (folder / "_SUCCESS").touch()
    contract.write_text(CONTRACT)
    done = run("train", "--table", folder, "--contract", contract, "--out", tmp_path / "out", "--disable-mlflow")
    assert done.returncode == 0, done.stderr
    assert "Class 1 of came is 2" in done.stdout + done.stderr
    (record,) = (tmp_path / "out").glob("models/odd/training/*/record.json")
    said = json.loads(record.read_text())
    assert set(said["importances"]) == set(NAMES)
    assert said["rows_train"] > 0
    (warning,) = said["warnings"]
    assert 'if 1 is meant, write `target: {column: "came", positive: "1"}`' in warning
