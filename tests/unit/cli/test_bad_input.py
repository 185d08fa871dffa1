"""Bad input raises a named error that says what to do, exits with code 2, and leaves nothing half-written."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import csv

import courtside
from courtside.api.inputs import content_of
from courtside.workflows.table_loads import load_table
from tests.fakes.ports import InMemoryLake
from tests.unit.cli.visits_desk import CONTRACT, ROWS, Desk, rare, visits


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "1000")
    Path("c.yaml").write_text(CONTRACT)
    return Desk(tmp_path, monkeypatch, capsys)


SAME_MOMENT = np.full(ROWS, np.datetime64("2024-01-01", "us"))
BAD: dict[str, tuple[Callable[[], pa.Table], str, str]] = {
    "a missing feature": (lambda: visits(plan=None), "MissingColumns", "no column 'plan'"),
    "a missing target": (lambda: visits(bought=None), "MissingColumns", "no column 'bought'"),
    "a missing time": (lambda: visits(at=None), "MissingColumns", "no column 'at'"),
    "one class": (
        lambda: visits(bought=np.zeros(ROWS, np.int64)),
        "OneClassOnly",
        "none of the 600 rows is of class 1",
    ),
    "12 positives among old rows": (
        lambda: rare(10_000, slice(0, 5_000)),
        "OneClassOnly",
        "the selection part has the same bought: 12 of all 10,000 rows are of class 1, none of them in this part. Each",
    ),
    "12 positives among new rows": (
        lambda: rare(10_000, slice(9_500, None)),
        "OneClassOnly",
        "every row of the training part has the same bought: 12 of all 10,000 rows are of class 1",
    ),
    "no label at all": (
        lambda: visits(bought=pa.nulls(ROWS, pa.int64())),
        "TargetNotBinary",
        "has no value in any row",
    ),
    "three classes": (lambda: visits(bought=np.arange(ROWS) % 3), "TargetNotBinary", "has 3 values (0, 1, 2)"),
    "numbers written as text": (
        lambda: visits(age=[str(number / 7) for number in range(ROWS)]),
        "WrongType",
        "column 'age' is string (every value is a number, but written as text), expected numbers; cast it",
    ),
    "text among numbers": (
        lambda: visits(age=["4.5"] * 450 + ["unknown"] + ["4.5"] * 149),
        "WrongType",
        "column 'age' is string (row 451 holds 'unknown'), expected numbers",
    ),
    "a feature that equals the target": (
        lambda: visits(age=visits().column("bought").to_numpy()),
        "FeatureLeaks",
        "feature age alone gives the target away (AUC 1.0000 on the training part)",
    ),
    "a text that equals the target": (
        lambda: visits(plan=np.where(visits().column("bought").to_numpy(), "paid", "free")),
        "FeatureLeaks",
        "feature plan alone gives the target away",
    ),
    "a category of 100,000 levels": (
        lambda: visits(100_000, plan=[f"plan {number}" for number in range(100_000)]),
        "TooManyLevels",
        "feature plan has 80,000 different values in the 80,000 rows of the training part",
    ),
    "all moments equal": (
        lambda: visits(at=SAME_MOMENT),
        "TimesAllEqual",
        "all 600 rows have the same at, 2024-01-01 00:00:00, so no part of them is newer",
    ),
    "no rows": (lambda: visits().slice(0, 0), "TableEmpty", "holds no rows"),
    "repeated rows": (
        lambda: pa.concat_tables([visits(), visits()]),
        "RowsRepeated",
        "600 rows repeat another's id, at",
    ),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_training_refuses_a_bad_table_by_name_and_writes_nothing(kind: str, desk: Desk) -> None:
    make, error, said = BAD[kind]
    pq.write_table(make(), "visits.parquet")
    code, told = desk.train()
    assert (code, told.split(":")[0].split()[-1]) == (2, error)
    assert said in told
    assert not Path("models").exists()
    with pytest.raises(courtside.BadInput) as refused:
        courtside.train(make(), "c.yaml", out="of-code/models")
    assert type(refused.value).__name__ == error
    assert not Path("of-code").exists()


def test_a_refused_training_keeps_the_models_of_the_previous_one(desk: Desk) -> None:
    pq.write_table(visits(), "visits.parquet")
    assert desk.train()[0] == 0
    before = desk.written
    pq.write_table(visits(at=SAME_MOMENT), "visits.parquet")
    code, told = desk.train()
    assert code == 2
    assert "TimesAllEqual" in told
    assert desk.written == before
    assert {path.split("/")[1] for path in before} == {"ml-features", "ml-models", "models", "tables"}


@pytest.mark.parametrize(
    ("roles", "said"),
    [
        ("target: id", "line 4: id cannot be id column, target at once"),
        ("target: age", "line 4: age cannot be feature, target at once"),
        ("target: at", "at cannot be target, time_column at once"),
    ],
)
def test_a_target_that_has_another_role_is_refused(roles: str, said: str, desk: Desk) -> None:
    pq.write_table(visits(), "visits.parquet")
    Path("c.yaml").write_text(CONTRACT.replace("target: bought", roles))
    for code, told in (desk.train(), desk.says("tables", "load", "--table", "visits.parquet", "--contract", "c.yaml")):
        assert code == 2
        assert said in told
    assert not Path("models").exists()


CHANGES: dict[str, tuple[pa.Table, str]] = {
    "a number becomes text": (visits(age=["old"] * ROWS), "its column 'age' is of another type, double vs string"),
    "a target becomes text": (visits(bought=["yes"] * ROWS), "its column 'bought' is of another type, int64 vs string"),
    "a number is too large for fractions": (
        visits(age=[2**53 + 1] * ROWS),
        "its column 'age' holds whole numbers that are too large to be read together with the double of another file",
    ),
    "a decimal is too large for fractions": (
        visits(age=pa.array([Decimal(2**53 + 1)] * ROWS)),
        "its column 'age' holds whole numbers that are too large to be read together with the double of another file",
    ),
    "a feature is gone": (visits(plan=None), "it has no column plan, which others have"),
}


@pytest.mark.parametrize("kind", CHANGES)
def test_a_folder_whose_files_differ_is_refused_with_the_file_and_the_column(kind: str, desk: Desk) -> None:
    later, said = CHANGES[kind]
    Path("visits").mkdir()
    pq.write_table(visits(), "visits/2024-01.parquet")
    pq.write_table(later, "visits/2024-02.parquet")
    code, told = desk.train("visits")
    assert code == 2
    assert f"FilesDiffer: visits/2024-02.parquet does not fit the files before it: {said}" in told
    assert not Path("models").exists()


def test_init_and_drift_check_also_name_the_file_whose_types_differ(desk: Desk) -> None:
    Path("visits").mkdir()
    pq.write_table(visits(), "visits/2024-01.parquet")
    pq.write_table(visits(age=["old"] * ROWS), "visits/2024-02.parquet")
    said = "TypesDiffer: the files of visits differ in a column's type (visits/2024-02.parquet: its column 'age' is of"
    code, told = desk.says("init", "visits", "--target", "bought", "--out", "new.yaml")
    assert (code, said in told, Path("new.yaml").exists()) == (2, True, False)
    code, told = desk.says("drift", "check", "--reference", "visits", "--current", "visits", "--out", "report")
    assert (code, said in told, Path("report").exists()) == (2, True, False)


def test_a_csv_file_whose_later_rows_have_another_type_is_refused_with_the_row(desk: Desk) -> None:
    csv.write_csv(visits(age=["4.5"] * 450 + ["unknown"] + ["4.5"] * 149), "visits.csv")
    code, told = desk.train("visits.csv")
    assert code == 2
    assert "column 'age' is string (row 451 holds 'unknown'), expected numbers" in told
    assert not Path("models").exists()


AT_LOADING = (
    "a missing feature",
    "three classes",
    "numbers written as text",
    "text among numbers",
    "no rows",
    "repeated rows",
)


@pytest.mark.parametrize("kind", AT_LOADING)
def test_a_load_refuses_a_table_that_later_rows_cannot_repair_and_writes_nothing(kind: str, desk: Desk) -> None:
    make, error, said = BAD[kind]
    lake, contract = InMemoryLake(), courtside.load_contract(desk.folder / "c.yaml")
    with pytest.raises(courtside.BadInput) as refused:
        load_table(
            content_of(make(), contract),
            file="visits.csv",
            lake=lake,
            dataset=contract,
            now=datetime(2024, 3, 1, tzinfo=UTC),
            progress=lambda _: None,
        )
    assert type(refused.value).__name__ == error
    assert said in str(refused.value)
    assert lake.objects == {}


def test_without_a_contract_numbers_written_as_text_are_left_out_with_the_reason() -> None:
    written = visits(age=[str(number / 7) for number in range(ROWS - 1)] + ["unknown"])
    found = courtside.check_drift(written, written)
    assert found.left_out["age"] == "nearly every value is a number, but written as text: cast it to numbers"


def test_a_contract_file_that_changes_during_a_training_affects_nothing(desk: Desk) -> None:
    recorded = courtside.load_contract("c.yaml").contract.sha256

    def change(_: str) -> None:
        Path("c.yaml").write_text(CONTRACT.replace("categorical", "numeric"))

    trained = courtside.train(visits(), "c.yaml", out="models", progress=change)
    assert trained.record.contract_hash == recorded != courtside.load_contract("c.yaml").contract.sha256
    (manifest,) = Path("models").rglob("manifest.json")
    assert recorded in manifest.read_text()
    assert desk.folder.is_dir()


@pytest.mark.parametrize(
    ("table", "target", "error"),
    [
        (visits(bought=np.zeros(ROWS, np.int64)), "bought", "TargetUnfit"),
        (visits(bought=None), "bought", "MissingColumns"),
        (visits(), "id", "TargetUnfit"),
        (visits(bought=pa.nulls(ROWS, pa.int64())), "bought", "TargetUnfit"),
        (visits().slice(0, 0), "bought", "EmptyWindow"),
    ],
)
def test_init_refuses_an_unfit_target_and_writes_nothing(table: pa.Table, target: str, error: str, desk: Desk) -> None:
    pq.write_table(table, "visits.parquet")
    code, told = desk.says("init", "visits.parquet", "--target", target, "--out", "new.yaml")
    assert (code, error in told, Path("new.yaml").exists()) == (2, True, False)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (rare(10_000, slice(0, 5_000)), "12 of all 10,000 rows are of class 1, none of them in this part"),
        (visits(50), "there are 50 rows with features and a label, and training needs at least 100"),
    ],
)
def test_init_warns_of_a_table_that_a_training_would_refuse(table: pa.Table, said: str, desk: Desk) -> None:
    pq.write_table(table, "visits.parquet")
    code, told = desk.says("init", "visits.parquet", "--target", "bought", "--out", "new.yaml")
    assert code == 0
    assert "warning: a training would refuse this table as it is: " in told
    assert said in told
    assert courtside.propose_contract(visits(), target="bought").proposal.lacking is None


@pytest.mark.parametrize(
    ("table", "error"),
    [
        (visits(plan=None), "MissingColumns"),
        (visits(age=["4.5"] * ROWS), "WrongType"),
        (visits(age=pa.nulls(ROWS, pa.float64())), "AllMissing"),
        (visits().slice(0, 0), "EmptyWindow"),
    ],
)
def test_a_drift_check_refuses_a_reference_that_nothing_can_be_compared_with(
    table: pa.Table, error: str, desk: Desk
) -> None:
    pq.write_table(visits(), "current.parquet")
    pq.write_table(table, "reference.parquet")
    tables = ("--reference", "reference.parquet", "--current", "current.parquet")
    code, told = desk.says("drift", "check", *tables, "--contract", "c.yaml", "--out", "report")
    assert (code, error in told, Path("report").exists()) == (2, True, False)
