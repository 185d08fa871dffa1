"""`courtside predict` shows what a stage keeps, and predicts files here; the stage is one in memory."""

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

import courtside
from courtside.adapters.prediction_files import write_predictions
from courtside.cli import predict as command
from courtside.cli.main import app
from courtside.contracts.days import DayToCome
from courtside.contracts.errors import InputMismatch
from courtside.contracts.model_card import ModelInterface
from courtside.contracts.names import StackOutput
from courtside.contracts.scoring import PredictRequest, PredictResponse
from courtside.core.decision_policy import DecisionPolicy
from courtside.core.drift.errors import MissingColumns
from courtside.workflows.drift_window import NoChampion
from courtside.workflows.predict.versions import NotSealed
from tests.fakes.predicting import DAY, LoansStage, loans
from tests.fakes.saying import CLASSES, VALUES, WIDTHS, SaysOf


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> LoansStage:
    stage = LoansStage()
    models = SimpleNamespace(
        only=lambda: "loans", dataset=lambda _: stage.dataset, lake=stage.lake, ledger=stage.ledger
    )
    sealing = SimpleNamespace(sealed=lambda version: stage.seal(version, 0.25))

    def predict_now(function: str, request: PredictRequest) -> PredictResponse:
        assert (function, request.model) == ("predict", "loans")
        return stage.predict(request.as_of, versions=request.versions)

    monkeypatch.setattr("courtside.adapters.deployment.stage_outputs", lambda _: {StackOutput.PREDICT: "predict"})
    monkeypatch.setattr("courtside.bootstrap.stage.deployed_models", lambda _: models)
    monkeypatch.setattr("courtside.adapters.deployed_check.predict_now", predict_now)
    monkeypatch.setattr("courtside.cli.versions.stage_production", lambda *_: sealing)
    monkeypatch.setattr("courtside.adapters.trusted_models.MlflowModels", lambda **_: stage.models)
    monkeypatch.setattr("courtside.workflows.model_ledger.ModelLedger", lambda ledger, _: ledger)
    return stage


def predict(*options: object) -> Result:
    return CliRunner().invoke(app, ["predict", *map(str, options)])


def answer(*options: object) -> dict[str, Any]:
    done = predict(*options, "--json")
    assert done.exit_code == 0, done.exception
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def file_of(folder: Path, table: pa.Table, name: str = "rows.parquet") -> Path:
    pq.write_table(table, folder / name)
    return folder / name


def test_what_the_stage_keeps_of_coming_rows_is_shown(stage: LoansStage) -> None:
    stage.promote("1", 0.5)
    stage.put("march", loans(1, [0.2, 0.4]))
    done = predict("--as-of", DAY)
    assert "1|2026-03-10\t2026-03-10 00:00:00+00:00\t0.100\t1" in done.stdout
    assert "As of 2026-03-10, version 1 predicted 2 rows; 0 were predicted before" in done.stderr
    again = answer("--as-of", DAY)
    assert (again["predicted"], again["unchanged"]) == (0, 2)
    assert [row["prediction"] for row in again["predictions"]] == [0.1, 0.2]


def test_the_newest_prediction_of_a_row_is_shown_whenever_it_was_made(stage: LoansStage) -> None:
    stage.promote("1", 0.5)
    stage.put("march", loans(1, [0.2, 0.4], day=DAY))
    before = DAY.replace(day=8)
    assert answer("--as-of", before)["predicted"] == 2
    stage.put("march", loans(1, [0.2, 0.6], day=DAY))
    found = answer("--as-of", DAY)
    assert found["predicted"] == 1
    assert [(row["as_of"], row["prediction"]) for row in found["predictions"]] == [
        ("2026-03-08", 0.1),
        ("2026-03-10", 0.3),
    ]
    assert answer("--as-of", DAY.replace(day=11))["predictions"] == []


def test_a_version_that_a_person_names_is_sealed_and_shown_beside_the_champion(stage: LoansStage) -> None:
    stage.promote("1", 0.5)
    stage.put("march", loans(1, [0.4]))
    found = answer("--as-of", DAY, "--version", "9")
    assert [(row["version"], row["role"], row["prediction"]) for row in found["predictions"]] == [
        ("1", "champion", 0.2),
        ("9", "shadow", 0.1),
    ]
    assert [row["version"] for row in answer("--as-of", DAY)["predictions"]] == ["1"]
    told = predict("--as-of", DAY, "--version", "9")
    assert "shadow version 9: 0 rows predicted, 1 before" in told.stderr


def test_the_version_before_is_shown_where_the_contract_or_a_person_names_it(stage: LoansStage) -> None:
    stage.dataset = replace(stage.dataset, retrain=DecisionPolicy())
    for version, weight in (("1", 0.5), ("2", 0.25)):
        stage.promote(version, weight)
    stage.put("march", loans(1, [0.4]))
    found = answer("--as-of", DAY)
    assert [each["version"] for each in found["shadows"]] == ["1"]
    assert [row["version"] for row in found["predictions"]] == ["2"]
    both = {("2", "champion"), ("1", "previous")}
    asked = answer("--as-of", DAY, "--version", "1")
    assert {(row["version"], row["role"]) for row in asked["predictions"]} == both
    stage.shadowed_by("previous")
    assert {(row["version"], row["role"]) for row in answer("--as-of", DAY)["predictions"]} == both


def test_problems_and_a_missing_champion_are_told(stage: LoansStage) -> None:
    assert "loans has no champion yet" in predict("--as-of", DAY).stderr
    stage.promote("1", 0.5, needs_all=True)
    stage.put("march", loans(1, [0.4, None]))
    assert "no amount, which the model needs" in predict("--as-of", DAY).stderr


def test_contributions_that_are_kept_are_shown_in_words(stage: LoansStage) -> None:
    stage.promote("1", 0.5)
    stage.shadowed_by(explain=1)
    stage.put("march", loans(1, [0.4]))
    assert "amount=0.2" in predict("--as-of", DAY, "--explain", 1).stdout
    assert "amount" not in predict("--as-of", DAY).stdout


def test_the_rows_of_a_file_are_predicted_here_and_nothing_is_kept(stage: LoansStage, tmp_path: Path) -> None:
    stage.promote("1", 0.5)
    before = dict(stage.lake.objects)
    found = answer("--table", file_of(tmp_path, loans(1, [0.2, 0.4])))
    assert {**found, "predictions": ()} == {"version": "1", "rows": 2, "without_prediction": 0, "predictions": ()}
    assert found["predictions"][1] == {
        "loan": 2,
        "asked_on": "2026-03-10",
        "prediction": 0.2,
        "version": "1",
        "reason": None,
    }
    assert stage.lake.objects == before


def test_a_csv_file_without_labels_or_times_is_predicted_too(stage: LoansStage, tmp_path: Path) -> None:
    stage.promote("1", 0.5)
    (tmp_path / "rows.csv").write_text("amount,other\n0.2,x\n,y\n")
    found = answer("--table", tmp_path / "rows.csv", "--explain", 3)
    assert [row["prediction"] for row in found["predictions"]] == [0.1, 0.0]
    assert found["predictions"][0]["contributions"] == [["amount", 0.1]]


@pytest.mark.parametrize("name", ["said.parquet", "said.csv"])
def test_all_predictions_are_written_into_a_file(stage: LoansStage, tmp_path: Path, name: str) -> None:
    stage.promote("1", 0.5, needs_all=True)
    amounts = [0.5] * (command.MOST_SHOWN + 20)
    path, out = file_of(tmp_path, loans(1, [*amounts, None])), tmp_path / "new" / name
    done = predict("--table", path, "--out", out)
    assert (done.exit_code, done.stdout) == (0, "")
    assert f"1 of {len(amounts) + 1} rows have no prediction" in done.stderr
    read = pd.read_csv(out) if name.endswith("csv") else pd.read_parquet(out)
    assert list(read["loan"]) == list(range(1, len(amounts) + 2))
    assert read["prediction"].isna().sum() == 1
    assert read["reason"].dropna().tolist() == ["no amount, which the model needs"]
    assert [each.name for each in out.parent.iterdir()] == [name]


def test_more_rows_than_people_read_are_counted(stage: LoansStage, tmp_path: Path) -> None:
    stage.promote("1", 0.5)
    done = predict("--table", file_of(tmp_path, loans(1, [0.5] * (command.MOST_SHOWN + 7))))
    assert len(done.stdout.splitlines()) == command.MOST_SHOWN + 1
    assert "and 7 more rows; --out writes all of them into a file" in done.stderr


def test_a_file_lets_one_named_version_predict_in_place_of_the_champion(stage: LoansStage, tmp_path: Path) -> None:
    stage.promote("1", 0.5)
    found = answer("--table", file_of(tmp_path, loans(1, [0.4])), "--version", "9")
    assert (found["version"], found["predictions"][0]["prediction"]) == ("9", 0.1)


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        (("--out", "said.xlsx"), InputMismatch, "neither a .parquet nor a .csv file"),
        (("--table", "rows.parquet", "--as-of", DAY), InputMismatch, "give one of the two"),
        (("--table", "rows.parquet", "--version", 1, "--version", 2), InputMismatch, "give --version once"),
        (("--version", 1) * 11, InputMismatch, "at most 10"),
        (("--trust-package", "own"), InputMismatch, "--trust-package is for a model that is opened here"),
        (("--as-of", DAY, "--trust-package", "own", "--trust-package", "more"), InputMismatch, "name a file"),
        (("--as-of", "2999-01-01"), DayToCome, "nothing can have become known on 2999-01-01"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(
    stage: LoansStage,
    options: tuple[object, ...],
    error: type[Exception],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    file_of(tmp_path, loans(1, [0.4]))
    refused = predict(*options)
    assert isinstance(refused.exception, error)
    assert said in str(refused.exception)
    assert stage.kept() == []


def test_a_model_without_a_champion_predicts_no_file(stage: LoansStage, tmp_path: Path) -> None:
    assert isinstance(predict("--table", file_of(tmp_path, loans(1, [0.4]))).exception, NoChampion)
    assert stage.kept() == []


def test_a_file_without_what_the_version_reads_is_refused_and_leaves_no_file(stage: LoansStage, tmp_path: Path) -> None:
    stage.promote("1", 0.5, column="income")
    refused = predict("--table", file_of(tmp_path, loans(1, [0.4])), "--out", tmp_path / "said.csv")
    assert isinstance(refused.exception, MissingColumns)
    assert "income" in str(refused.exception)
    assert not (tmp_path / "said.csv").exists()


def test_a_column_that_would_be_overwritten_is_refused(stage: LoansStage) -> None:
    stage.promote("1", 0.5)
    stage.dataset = replace(stage.dataset, id_columns=("version",))
    table = loans(1, [0.4]).rename_columns(["version", "asked_on", "amount", "branch", "repaid"])
    with pytest.raises(InputMismatch, match="a column version"):
        courtside.predict(table)


def test_frames_are_predicted_in_python(stage: LoansStage) -> None:
    stage.promote("1", 0.5)
    said = courtside.predict(loans(1, [0.2, 0.4]).to_pandas())
    assert said.column("prediction").to_pylist() == [0.1, 0.2]
    with pytest.raises(NotSealed, match="version 7 of loans is not under seal"):
        courtside.predict(loans(1, [0.2]), version="7")


def test_a_file_that_breaks_off_leaves_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "said.parquet"
    write_predictions([pa.table({"x": [1]})], path)

    def breaking() -> Any:
        yield pa.table({"x": [2]})
        raise InputMismatch("the table broke off")

    with pytest.raises(InputMismatch):
        write_predictions(breaking(), path)
    assert pq.read_table(path).to_pylist() == [{"x": 1}]
    assert [each.name for each in tmp_path.iterdir()] == ["said.parquet"]


@pytest.mark.parametrize("interface", [CLASSES, VALUES], ids=["classes", "values"])
def test_what_belongs_to_a_task_is_shown_and_written(
    stage: LoansStage, tmp_path: Path, interface: ModelInterface
) -> None:
    stage.dataset = replace(stage.dataset, task=interface.task)
    stage.models = SaysOf(interface, WIDTHS)  # type: ignore[assignment] # it opens other versions
    stage.promote("1")
    stage.put("march", loans(1, [0.9]))
    shown = predict("--as-of", DAY).stdout
    wanted = "late\tlate=0.9, never=0.025, on time=0.075" if interface is CLASSES else "90.000\t70.000\t110.000"
    assert wanted in shown
    predict("--table", file_of(tmp_path, loans(1, [0.9])), "--out", tmp_path / "said.csv")
    (row,) = pd.read_csv(tmp_path / "said.csv").to_dict("records")
    if interface is CLASSES:
        assert (row["prediction"], row["predicted"]) == (0.9, "late")
        assert row["probabilities"] == "late=0.9, never=0.025, on time=0.075"
    else:
        assert (row["prediction"], row["low"], row["high"]) == (90.0, 70.0, 110.0)


def test_a_version_that_explains_nothing_says_so_once(stage: LoansStage, tmp_path: Path) -> None:
    stage.dataset = replace(stage.dataset, task=CLASSES.task)
    stage.models = SaysOf(CLASSES)  # type: ignore[assignment] # it opens other versions
    stage.promote("1")
    table = file_of(tmp_path, loans(1, [0.9, 0.1]))
    for options in (("--table", table), ("--table", table, "--out", tmp_path / "said.csv")):
        explained = predict(*options, "--explain", 2).stderr
        assert explained.count("version 1 is of a kind whose predictions are not explained") == 1
    assert "explained" not in predict("--table", table).stderr
    assert "predictions of several classes are not explained" in predict("--as-of", DAY, "--explain", 2).stderr
