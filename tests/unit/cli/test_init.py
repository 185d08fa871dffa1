"""`courtside init` writes a contract from a table and never overwrites one."""

import json
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import csv, feather

from courtside.core.drift import fit
from courtside.datasets.catalog import load_dataset
from tests.datasets.churn import DATASET, churn_table
from tests.fakes.console_script import run
from tests.unit.cli.drift_desk import FEATURES, table


@pytest.fixture
def churn(tmp_path: Path) -> Path:
    path = tmp_path / "churn.parquet"
    pq.write_table(churn_table(600), path)
    return path


def test_the_written_contract_equals_the_one_written_by_hand(churn: Path, tmp_path: Path) -> None:
    said = run("init", churn, "--out", tmp_path / "churn.yaml")
    assert said.returncode == 0, said.stderr
    assert f"courtside train --table {churn} --contract" in said.stderr
    found = load_dataset(str(tmp_path / "churn.yaml"))
    assert {(each.name, each.kind) for each in found.features} == {(each.name, each.kind) for each in DATASET.features}
    assert (found.time_column, found.id_columns) == (DATASET.time_column, DATASET.id_columns)
    assert (found.name, found.target) == ("churn", "churned")


def test_an_existing_file_is_not_overwritten(churn: Path, tmp_path: Path) -> None:
    there = tmp_path / "churn.yaml"
    there.write_text("mine")
    said = run("init", churn, "--out", there)
    assert (said.returncode, "ContractThere" in said.stderr, there.read_text()) == (2, True, "mine")


def test_the_contract_is_named_after_the_table_by_default(
    churn: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("init", churn).returncode == 0
    assert load_dataset(str(tmp_path / "churn.yaml")).name == "churn"


@pytest.mark.parametrize("kind", ["csv", "feather", "folder"])
def test_every_format_is_read(kind: str, tmp_path: Path) -> None:
    rows, path = churn_table(600), tmp_path / f"churn.{kind}"
    if kind == "csv":
        csv.write_csv(rows, path)
    elif kind == "feather":
        feather.write_feather(rows, str(path))
    else:
        for year in (2022, 2023):
            (path / f"year={year}").mkdir(parents=True)
            pq.write_table(rows.slice(300 * (year - 2022), 300), path / f"year={year}" / "part.parquet")
    said = run("init", path, "--target", "churned", "--out", tmp_path / "out.yaml", "--json")
    assert said.returncode == 0, said.stderr
    told = json.loads(said.stdout)
    assert told["rows"] == told["rows_looked_at"] == 600
    assert told["target"]["named"] is True
    assert told["time_column"]["column"] == "measured_at"
    assert {each["column"] for each in told["columns"]} == {*rows.column_names, *(["year"] if kind == "folder" else [])}


def test_bad_input_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    out = tmp_path / "out.yaml"
    for name, content in {
        "empty.parquet": churn_table(600).slice(0, 0),
        "plain.parquet": pa.table({"a": [1.5, 2.5, 3.5]}),
    }.items():
        pq.write_table(content, tmp_path / name)
    pq.write_table(churn_table(600), tmp_path / "churn.parquet")
    (tmp_path / "saved.profile").write_bytes(fit(table(), FEATURES, time_column="game_date").to_bytes())
    for arguments, error in (
        (("nowhere.csv",), "TableMissing"),
        (("empty.parquet",), "EmptyWindow"),
        (("plain.parquet",), "NoTarget"),
        (("churn.parquet", "--target", "nothing"), "MissingColumns"),
        (("churn.parquet", "--target", "customer_id"), "TargetUnfit"),
        (("saved.profile",), "InputMismatch"),
    ):
        said = run("init", tmp_path / arguments[0], *arguments[1:], "--out", out)
        assert (said.returncode, error in said.stderr) == (2, True), said.stderr
        assert ("choose another target (--target)" in said.stderr) == ("nothing" in arguments)
        assert not out.exists()


def test_init_works_without_the_extras_of_the_library(churn: Path, tmp_path: Path) -> None:
    absent = {"scipy", "pandas", "mlflow", "matplotlib", "sklearn", "xgboost", "lightgbm", "boto3"}
    program = (
        "import sys\n"
        "class Absent:\n"
        "    def find_spec(self, name, *_):\n"
        f"        if name in {absent!r}:\n"
        "            raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Absent())\n"
        "from courtside.cli.main import app\n"
        f"app(['init', {str(churn)!r}, '--out', {str(tmp_path / 'churn.yaml')!r}], standalone_mode=False)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
