"""`arrivals` and `retry` are the same commands for tables and for games, on any lake."""

import json
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from courtside.cli.arrivals import add_arrival_commands
from courtside.contracts import lake_keys
from courtside.core.dataset import Dataset
from courtside.workflows.ports import Lake
from tests.unit.workflows.arriving import Desk
from tests.unit.workflows.test_arrivals import FIRST, SECOND

runner = CliRunner()


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    own = desk.lake.uri(lake_keys.incoming("churn"))
    desk.place.prefix = own
    desk.put("2026/march.parquet", FIRST)
    desk.put(f"{'deep/' * 20}march.parquet", SECOND)
    desk.put("wrong.csv", b"a,b\n1,2\n")
    desk.round()
    return desk


def run(desk: Desk, *arguments: str) -> str:
    def rows_of(stage: str, *, model: str | None) -> tuple[Lake, Dataset]:
        assert (stage, model) == ("dev", "churn" if "--model" in arguments else None)
        return desk.lake, desk.dataset

    app = typer.Typer()
    add_arrival_commands(app, "tables", rows_of)
    done = runner.invoke(app, list(arguments))
    assert done.exit_code == 0, done.output
    return done.stdout


def test_files_are_listed_with_their_paths_below_the_place(desk: Desk) -> None:
    _, *rows = [line.split("\t") for line in run(desk, "arrivals").splitlines()]
    assert [row[2] for row in rows[::2]] == ["2026/march.parquet", "wrong.csv"]
    assert rows[1][2].startswith("…")
    assert rows[1][2].endswith("/deep/march.parquet")


def test_json_has_whole_addresses_also_of_files_in_a_folder_of_no_model(desk: Desk) -> None:
    desk.lake.write("incoming/unknown/april.csv", b"")
    found: list[dict[str, Any]] = json.loads(run(desk, "arrivals", "--json"))
    place = desk.lake.uri(lake_keys.incoming("churn"))
    assert [each["file"] for each in found] == [
        f"{place}2026/march.parquet",
        f"{place}{'deep/' * 20}march.parquet",
        f"{place}wrong.csv",
        desk.lake.uri("incoming/unknown/april.csv"),
    ]
    assert len({tuple(sorted(each)) for each in found}) == 1
    assert (found[-1]["outcome"], found[-1]["in_quarantine"]) == ("not looked at", False)
    assert "of no model" in found[-1]["reason"]
    (aside,) = json.loads(run(desk, "arrivals", "--quarantine", "--json"))
    assert aside["file"].endswith("wrong.csv")


def test_a_refused_file_is_looked_at_again(desk: Desk) -> None:
    (aside,) = json.loads(run(desk, "arrivals", "--quarantine", "--json"))
    assert json.loads(run(desk, "arrivals", "--model", "churn", "--quarantine", "--json")) == [aside]
    assert json.loads(run(desk, "retry", aside["id"], "--json"))["id"] == aside["id"]
    assert desk.round().files == 1
