"""Without a contract, `courtside drift check` compares the columns that two tables share and names the others."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import csv

from courtside.core.drift import fit
from tests.fakes.console_script import Done, run
from tests.unit.cli.drift_desk import FEATURES, ROWS, Desk, table


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def check(reference: Path, current: Path, *options: str | Path) -> Done:
    return run("drift", "check", "--reference", reference, "--current", current, *options)


def report(reference: Path, current: Path, *options: str | Path) -> dict[str, Any]:
    done = check(reference, current, "--json", *options)
    assert done.returncode == 0, done.stderr
    body: dict[str, Any] = json.loads(done.stdout)
    return body


def orders(seed: int, *, shift: float = 0.0, **columns: Any) -> pa.Table:
    rng = np.random.default_rng(seed)
    made = {
        "order_id": pa.array(rng.permutation(10**6)[:ROWS]),
        "paid": pa.array(rng.gamma(2, 20 + shift, ROWS).round(2)),
        "carrier": pa.array(rng.choice(["train", "van", "bike"], ROWS)),
        "gift": pa.array(rng.random(ROWS) < 0.2),
        "notes": pa.nulls(ROWS, pa.string()),
        "weight": pa.array(np.full(ROWS, np.nan)),
        "lines": pa.array([[1, 2]] * ROWS),
    }
    rows = table(seed=seed).select(["game_date"]).rename_columns(["ordered_on"])
    for name, column in (made | columns).items():
        if column is not None:
            rows = rows.append_column(name, column)
    return rows


def test_shared_columns_are_compared_and_the_others_are_left_out_with_a_reason(desk: Desk) -> None:
    before = desk.write("before.parquet", orders(0, only_before=pa.array(np.arange(ROWS) % 7)))
    after = desk.write("after.parquet", orders(1, shift=8, only_after=pa.array(np.arange(ROWS) % 7)))
    told = report(before, after)
    kinds = {name: found["kind"] for name, found in told["features"].items()}
    assert kinds == {"paid": "numeric", "carrier": "categorical", "gift": "binary"}
    assert told["summary"]["features_drifted"] == ["paid"]
    assert told["inferred"]["time_column"] == "ordered_on"
    assert told["reference"]["start"] == "2019-01-01"
    left_out = told["summary"]["features_left_out"]
    assert left_out.keys() == {"ordered_on", "order_id", "notes", "weight", "lines", "only_before", "only_after"}
    assert left_out["only_before"] == "the current table does not have it"
    assert left_out["only_after"] == "the reference does not have it"
    assert left_out["notes"] == "it has no value in any row of the reference"
    shown = check(before, after, "--exit-code", "--out", desk.folder / "out")
    assert shown.returncode == 3
    said = " ".join(shown.stderr.split())
    assert "No contract was given" in said
    assert "order_id: left out, because its name and values are those of an id" in said
    assert json.loads((desk.folder / "out" / "report.json").read_text()) == told


def test_a_column_that_became_text_is_broken_and_not_left_out(desk: Desk) -> None:
    before = desk.write("before.parquet", orders(0))
    after = desk.write("after.parquet", orders(1, paid=pa.array(["n/a"] * ROWS)))
    assert report(before, after)["features"]["paid"]["verdict"] == "wrong_type"


def test_a_named_time_column_must_exist_and_hold_times(desk: Desk) -> None:
    other = table(seed=3).column("game_date")
    before = desk.write("before.parquet", orders(0, sent_on=other))
    after = desk.write("after.parquet", orders(1, sent_on=other))
    assert report(before, after, "--time-column", "sent_on")["inferred"]["time_column"] == "sent_on"
    for option, error in (("nothing", "MissingColumns"), ("lines", "NotATimeColumn")):
        done = check(before, after, "--time-column", option)
        assert (done.returncode, error in done.stderr) == (2, True), done.stderr


def test_from_needs_a_time_column(desk: Desk) -> None:
    plain = desk.write("plain.parquet", orders(0).drop_columns(["ordered_on"]))
    done = check(plain, plain, "--from", "2019-01-08")
    assert (done.returncode, "--time-column" in done.stderr) == (2, True)
    dated = desk.write("dated.parquet", orders(0))
    assert report(dated, dated, "--from", "2019-01-08")["current"]["start"] == "2019-01-08"


def test_tables_that_share_no_column_are_refused(desk: Desk) -> None:
    left = desk.write("left.parquet", pa.table({"a": [1.0, 2.5, 3.5]}))
    right = desk.write("right.parquet", pa.table({"b": [1.0, 2.5, 3.5]}))
    done = check(left, right)
    assert (done.returncode, "NothingShared" in done.stderr, "Traceback" in done.stderr) == (2, True, False)


def test_csv_files_and_folders_are_compared_as_well(desk: Desk) -> None:
    plain = orders(0).drop_columns(["lines", "notes", "weight"])
    for name in ("a", "b"):
        (desk.folder / name).mkdir()
        csv.write_csv(plain, desk.folder / name / "part.csv")
    assert report(desk.folder / "a", desk.folder / "b" / "part.csv")["features"].keys() == {"paid", "carrier", "gift"}


def test_a_saved_profile_tells_which_columns_are_compared(desk: Desk) -> None:
    saved = desk.folder / "reference.profile"
    saved.write_bytes(fit(table(), FEATURES, time_column="game_date").to_bytes())
    told = report(saved, desk.write("moved.parquet", table(seed=1, shift=6)), "--from", "2019-01-08")
    assert told["summary"]["features_drifted"] == ["points"]
    assert told["summary"]["features_not_in_reference"] == []
    assert told["current"]["start"] == "2019-01-08"


def test_a_numeric_column_that_looked_binary_in_the_sample_is_compared_as_numeric(desk: Desk) -> None:
    rows = 300_000
    late = np.arange(rows) % 2
    late[10_000] = 7  # the sample does not contain this row
    path = desk.write("long.parquet", pa.table({"late": late, "cost": np.random.default_rng(0).random(rows)}))
    assert report(path, path)["features"]["late"]["kind"] == "numeric"


def test_all_wrong_types_are_named_in_one_error_before_anything_is_counted(desk: Desk) -> None:
    wrong = desk.write("wrong.parquet", table(points=pa.array(["x"] * ROWS), venue=pa.array([[1]] * ROWS)))
    said = desk.refuses(desk.reference, "ColumnsUnfit", reference=wrong)
    assert "'points'" in said
    assert "'venue'" in said


@pytest.mark.parametrize("folder", [False, True])
def test_an_unreadable_table_is_named_whether_it_is_reference_or_current(desk: Desk, *, folder: bool) -> None:
    good = desk.write("good.parquet", orders(0))
    bad = desk.folder / "late" / "bad.parquet"
    bad.parent.mkdir()
    bad.write_bytes(good.read_bytes()[:-100])
    for pair in ((good, bad.parent if folder else bad), (bad.parent if folder else bad, good)):
        done = check(*pair)
        assert done.returncode == 2
        assert "bad.parquet cannot be read" in done.stderr
        assert "its end is missing" in done.stderr


def test_a_column_without_a_name_is_reported_as_left_out(desk: Desk) -> None:
    before = desk.write("before.parquet", orders(0))
    after = desk.write("after.parquet", orders(1).append_column("", pa.nulls(ROWS, pa.int64())))
    assert "a column without a name: left out" in check(before, after).stderr
