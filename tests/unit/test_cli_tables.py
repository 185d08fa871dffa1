"""`courtside train --table` trains on any table without AWS."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from courtside.adapters.folder_lake import FolderLake
from courtside.contracts import training_keys
from courtside.contracts.records import DataManifest
from courtside.datasets.catalog import load_dataset
from courtside.datasets.simulated import simulate_games
from tests.datasets.churn import CONTRACT, churn_table
from tests.fakes.console_script import run


@pytest.fixture
def contract(tmp_path: Path) -> Path:
    """Return a contract without the columns that have gaps or text."""
    left_out = ("data_used_gb", "contract:", "payment")
    lines = [line for line in CONTRACT.read_text().splitlines() if not line.strip().startswith(left_out)]
    path = tmp_path / "numbers.yaml"
    path.write_text("\n".join(lines))
    return path


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "churn.parquet"
    pq.write_table(churn_table(1_500), path)
    return path


def test_train_on_a_table_writes_models_and_a_manifest(table: Path, contract: Path, tmp_path: Path) -> None:
    out = tmp_path / "models"
    arguments = ("--table", table, "--dataset", contract, "--out", out, "--disable-mlflow", "--json")
    record = json.loads(run("train", *arguments).stdout)
    assert (record["dataset"], record["rows_train"], record["rows_test"]) == ("churn", 1_200, 300)
    manifest = DataManifest.model_validate_json(
        (out / training_keys.training_manifest(record["dataset"], record["training_id"])).read_bytes()
    )
    assert manifest.content_hash == record["data_hash"]
    assert [each.key for each in manifest.objects] == ["tables/churn/table.parquet"]
    assert (out / "ml-models" / "lightgbm.pkl").is_file()


def test_train_says_how_much_of_the_past_it_learned_from(table: Path, contract: Path, tmp_path: Path) -> None:
    arguments = ("--table", table, "--dataset", contract, "--out", tmp_path / "models", "--disable-mlflow")
    said = " ".join(run("train", *arguments, "--history", "1y").stderr.split())
    assert "History: 1y, since 2022-" in said
    assert "older rows were left out): a history of one year was asked for." in said
    refused = run("train", *arguments, "--history", "lately")
    assert refused.returncode == 2
    assert "history is 'lately'; write all, auto, or the newest 1 to 99 years, such as 5y" in refused.stderr


def test_train_takes_exactly_one_input_and_says_which(table: Path, contract: Path, tmp_path: Path) -> None:
    games = tmp_path / "games.parquet"
    pq.write_table(simulate_games(seasons=[2010, 2011]), games)
    none = tmp_path / "none.parquet"
    wrong: dict[str, list[tuple[str | Path, ...]]] = {
        "either --games or --table": [(), ("--games", games, "--table", table, "--dataset", contract)],
        "`courtside train --games` or `courtside games load`": [("--table", table)],
        "give it with --table": [("--games", games, "--dataset", contract)],
        "there is no such file or folder": [("--table", none, "--dataset", contract)],
    }
    for said, calls in wrong.items():
        for arguments in calls:
            done = run("train", "--out", tmp_path / "models", *arguments)
            assert done.returncode == 2, done.stderr
            assert said in " ".join(done.stderr.split())


def test_games_left_by_another_training_are_refused(tmp_path: Path) -> None:
    games, out = tmp_path / "games.parquet", tmp_path / "models"
    pq.write_table(simulate_games(seasons=[2010, 2011]), games)
    FolderLake(out).write("games/season=2009/games.parquet", b"of another training")
    done = run("train", "--games", games, "--out", out, "--disable-mlflow")
    assert done.returncode == 2
    assert "games of another training (games/season=2009/games.parquet)" in " ".join(done.stderr.split())


def test_a_bad_table_is_named_and_exits_2(contract: Path, tmp_path: Path) -> None:
    good = churn_table(200)
    place = good.column_names.index("churned")
    bad = {
        "MissingColumns": good.drop(["senior"]),
        "TargetNotBinary": good.set_column(place, "churned", pa.array(["yes", "no"] * 100)),
        "RowsRepeated": pa.concat_tables([good, good.slice(0, 1)]),
        "TableEmpty": good.slice(0, 0),
    }
    for error, table in bad.items():
        pq.write_table(table, tmp_path / "bad.parquet")
        done = run("train", "--table", tmp_path / "bad.parquet", "--dataset", contract, "--out", tmp_path / "models")
        assert (done.returncode, error in done.stderr) == (2, True), done.stderr
        assert not (tmp_path / "models").exists()
    (tmp_path / "bad.parquet").write_bytes(b"id,churned\n")
    done = run("train", "--table", tmp_path / "bad.parquet", "--dataset", contract, "--out", tmp_path / "models")
    assert (done.returncode, "UnreadableFile" in done.stderr) == (2, True)


def test_rows_without_time_and_ids_are_trained_on_and_compared_with_a_note(table: Path, tmp_path: Path) -> None:
    contract, out = tmp_path / "plain.yaml", tmp_path / "models"
    contract.write_text("name: plain\ntarget: churned\nfeatures: {tenure_months: numeric, support_calls: numeric}\n")
    done = run("train", "--table", table, "--contract", contract, "--out", out, "--disable-mlflow", "--json")
    record = json.loads(done.stdout)
    assert "drawn with seed 42, because the contract names no time_column" in record["split"]
    assert "ordered by all columns first, because the contract names no id_columns" in record["split"]
    card = next(out.rglob("card.md")).read_text()
    assert "drawn with seed 42" in card
    assert "newest" not in card
    profile = next(out.rglob("*.profile"))
    compared = run("drift", "check", "--reference", profile, "--current", table, "--contract", contract, "--out", out)
    assert compared.returncode == 0, compared.stderr
    assert "no time column" in (out / "report.html").read_text()
    refused = [
        ("train", "--table", table, "--contract", contract, "--out", tmp_path / "other", "--newest", "500"),
        ("train", "--table", table, "--contract", contract, "--out", tmp_path / "other", "--as-of", "2023-01-01"),
        ("drift", "check", "--reference", profile, "--current", table, "--contract", contract, "--from", "2023-01-01"),
    ]
    for arguments in refused:
        done = run(*arguments)
        assert done.returncode == 2
        assert "TimeColumnNeeded" in done.stderr or "name it with --time-column" in done.stderr, done.stderr


def test_a_contract_may_set_its_table_candidates_policy_and_switches(table: Path, tmp_path: Path) -> None:
    contract, out = tmp_path / "whole.yaml", tmp_path / "models"
    contract.write_text(
        f"name: whole\nversion: 3\ntarget: churned\ntable: {table.name}\ncandidates: [lightgbm, logistic_regression]\n"
        "features: {tenure_months: numeric, support_calls: numeric}\ndrift: false\ntracking: false\n"
        "watch: {policy: classic, thresholds: {support_calls.ks: 0.9}}\n"
    )
    done = run("train", "--contract", contract, "--out", out, "--tracking-uri", "http://127.0.0.1:9", "--json")
    record = json.loads(done.stdout)
    assert [model["name"] for model in record["models"]] == ["logistic_regression", "lightgbm"]
    assert (record["spooled"], record["contract_version"], len(record["contract_hash"])) == (False, 3, 64)
    assert not list(out.rglob("*.profile"))
    assert {path.name for path in (out / "ml-models").iterdir()} >= {"lightgbm.pkl", "logistic_regression.pkl"}
    assert f"version 3, SHA-256 {record['contract_hash']}" in next(out.rglob("card.md")).read_text()
    moved = tmp_path / "moved.parquet"
    calls = pa.array([9] * 1_500, pa.int32())
    rows = churn_table(1_500)
    pq.write_table(rows.set_column(rows.column_names.index("support_calls"), "support_calls", calls), moved)
    arguments = ("drift", "check", "--reference", table, "--current", moved, "--contract", contract, "--json")
    report = json.loads(run(*arguments).stdout)
    assert report["policy"] == "classic"
    assert report["contract"] == {"name": "whole", "version": 3, "sha256": record["contract_hash"]}
    limits = [
        clause
        for given in ((), ("--threshold", "support_calls.ks=0.95"), ("--policy", "calibrated"))
        for clause in [json.loads(run(*arguments, *given).stdout)["features"]["support_calls"]["reason"]]
    ]
    assert "0.9" in limits[0]
    assert "0.95" in limits[1]
    assert "0.9" not in limits[2]


def test_a_simulated_table_comes_with_a_contract_that_is_never_written_over(tmp_path: Path) -> None:
    out, contract = tmp_path / "churn.parquet", tmp_path / "churn.yaml"
    arguments = ("tables", "simulate", "--out", out, "--contract", contract, "--months", "2", "--json")
    done = json.loads(run(*arguments, "--changed-from", "2024-02-10").stdout)
    assert done == {"rows": 3000, "seed": 7, "out": str(out), "contract": str(contract)}
    assert pq.read_table(out).num_rows == 3000
    assert load_dataset(str(contract)).name == "churn"
    again = run(*arguments)
    assert (again.returncode, "ContractThere" in again.stderr) == (2, True)
    assert run("tables", "simulate", "--out", out, "--changed-from", "soon").returncode == 2
