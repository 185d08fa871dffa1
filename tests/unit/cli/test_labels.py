"""`courtside labels` on a lake in memory."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from courtside.cli.labels import app
from courtside.core.dataset import Dataset
from courtside.workflows.label_loads import LabelsOfAnEarlierDay
from tests.fakes.ports import InMemoryLake
from tests.unit.workflows.label_lake import CHURN, put_in_table, stored
from tests.unit.workflows.test_label_loads_of_tasks import with_champion

runner = CliRunner()


@pytest.fixture
def lake(monkeypatch: pytest.MonkeyPatch) -> InMemoryLake:
    lake = InMemoryLake()
    put_in_table(lake, {"007": None, "8": None})

    def found(stage: str, model: str | None) -> tuple[InMemoryLake, Dataset]:
        assert (stage, model) == ("dev", "churn")
        return lake, CHURN

    monkeypatch.setattr("courtside.cli.labels.stage_lake", found)
    return lake


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "march.csv"
    rows = ["007,2026-03-01,yes,x", "8,2026-03-01,no,x", "8,2026-03-01,no,x", "9,2026-03-01,yes,x", "10,2026-03-01,,x"]
    path.write_text("\n".join(["customer_id,billed_on,churned,note", *rows]))
    return path


def run(*arguments: str | Path) -> str:
    done = runner.invoke(app, [*map(str, arguments), "--model", "churn"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return " ".join(done.output.split())


def test_labels_are_loaded_told_of_and_listed(lake: InMemoryLake, file: Path) -> None:
    said = run("load", file, "--as-of", "2026-03-03")
    assert [(row, label, on) for row, label, on, *_ in stored(lake)] == [
        ("007", "yes", 2),
        ("8", "no", 2),
        ("9", "yes", 2),
    ]
    assert "rows that repeat the label of another row, and count once: 1" in said
    assert "rows that have no label yet, and were left out: 1" in said
    assert "neither predicted nor among the model's own rows, such as 9|2026-03-01; they" in said
    assert "count as soon as such a row is predicted: 1" in said
    assert "2026-03-03 3 0 0 1 0" in said
    assert "these labels were already loaded" in run("load", file)
    (listed,) = json.loads(run("list", "--json"))
    assert (listed["file"], listed["known_on"], listed["new"]) == ("march.csv", "2026-03-03", 3)
    assert f"{listed['id']} " in run("list")
    assert json.loads(run("load", file, "--json")) == {**listed, "repeated": True}
    assert "corrected" not in run("load", file)
    correction = file.with_name("correction.csv")
    correction.write_text("customer_id,billed_on,churned\n9,2026-03-01,no\n")
    run("load", correction)
    assert "labels of this file that were corrected since then, and stay so: 1" in run("load", file)


def test_rows_that_are_set_aside_are_told_with_their_place(lake: InMemoryLake, file: Path) -> None:
    file.write_text(file.read_text() + "\n" + "\n".join(f"{each},2026-03-01,no,x" for each in range(20, 40)))
    said = run("load", file, "--as-of", "2026-03-03")
    assert "set aside in" not in said
    file.write_text(file.read_text() + "\n007,2026-03-01,no,x")
    said = run("load", file, "--as-of", "2026-03-03")
    (place,) = [key for key in lake.objects if "quarantine" in key]
    assert f"rows that are set aside in {lake.uri(place)}, each with its reason: 2" in said


def test_what_is_wrong_is_named(lake: InMemoryLake, file: Path) -> None:
    run("load", file, "--as-of", "2026-03-03")
    file.write_text(file.read_text().replace("no", "yes"))
    with pytest.raises(LabelsOfAnEarlierDay):
        run("load", file, "--as-of", "2026-03-02")
    assert len(stored(lake)) == 3


def test_a_class_that_the_champion_does_not_know_is_told(
    lake: InMemoryLake, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    several = replace(CHURN, task="multiclass", positive=None)
    monkeypatch.setattr("courtside.cli.labels.stage_lake", lambda *_: (lake, several))
    with_champion(lake, "no", "yes")
    file.write_text(file.read_text().replace("9,2026-03-01,yes", "9,2026-03-01,paused"))
    said = run("load", file, "--as-of", "2026-03-03")
    assert "classes that the champion does not know, and that cost it the most: paused (1); in all: 1" in said
