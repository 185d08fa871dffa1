"""A model is full of markup: its purpose, its owner, its columns and the levels of its rows."""

import html
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
import yaml

from courtside.contracts.names import StackOutput
from courtside.core.parquet import parquet_content
from tests.faults import model as faults_model
from tests.faults.fault import fault
from tests.faults.input.arriving import put, removed, taken_in
from tests.faults.input.harm import mailbox, messages, pages, pages_in
from tests.faults.input.programs import command
from tests.faults.model import BEGINS, TO_COME, Model, contract, rows
from tests.integration.stage.conftest import Stage

SCRIPT = "<script>alert(1)</script>"
NAMES = {
    "parcel": "<!channel> [parcel]",
    "weight": f"{SCRIPT} weight, kg",
    "distance": '<https://evil.example|distance> {x} "km" = *far* `y` 距離',
    "place": "</td><img src=x onerror=alert(2)> place",
    "late": "late? @everyone",
}
LEVELS = [SCRIPT, "<!channel>", "=1+1", "\u202edlrow", "x" * 5_000]


def hostile_contract(name: str, more: str) -> str:
    plain = yaml.safe_load(contract(name, more))
    words = f"{SCRIPT} <!channel> <https://evil.example|Open the page>"
    features = {NAMES["weight"]: "numeric", NAMES["distance"]: "numeric", NAMES["place"]: "categorical"}
    changed = {"id_columns": [NAMES["parcel"]], "target": NAMES["late"], "features": features}
    told = {"purpose": words, "owner": words}
    return yaml.safe_dump(plain | changed | told, sort_keys=False, allow_unicode=True)


def hostile_rows(**given: Any) -> pa.Table:
    table = rows(**given)
    places = pa.array([LEVELS[number % len(LEVELS)] for number in range(table.num_rows)])
    table = table.append_column("place", places)
    return table.rename_columns([NAMES.get(name, name) for name in table.column_names])


@pytest.fixture(scope="module")
def model(stage: Stage) -> Iterator[Model]:
    """Return a trained model that is full of markup."""
    with faults_model.added(stage, "markup", contract=hostile_contract, rows=hostile_rows) as there:
        yield there


@fault(
    "A model is trained whose purpose, columns and levels are markup.",
    promise="Its card and every other page that is written about it show the markup as text.",
)
def test_the_pages_about_a_training_show_markup_as_text(model: Model) -> None:
    found = pages(model)
    assert found
    assert any(html.escape(SCRIPT) in page for page in found.values())


@fault(
    "Rows whose columns and levels are markup move, and people are told.",
    promise="The message names the column as text: it calls nobody, links nowhere and runs nothing.",
)
def test_a_message_about_drift_shows_markup_as_text(model: Model) -> None:
    since = len(model.stage.slack.messages)
    checked = model.loop.check_drift(model.day(date(2026, 1, 29), days=28))
    assert not checked.duplicate
    model.settled()
    told = messages(model, since)
    assert any("weight, kg" in text for text in told), told
    assert pages(model)


@fault(
    "Rows are predicted whose ids, columns and levels are markup.",
    promise="All are predicted, and a page of predictions shows the markup as text.",
)
def test_rows_full_of_markup_are_predicted(model: Model, tmp_path: Path) -> None:
    said, failed = model.invoked(StackOutput.PREDICT, {"model": model.name, "as_of": TO_COME.isoformat()})
    assert not failed, said
    ended = command("dashboard", "--build", "--to", tmp_path / "pages")
    assert ended.code == 0, ended.said
    assert pages_in(tmp_path / "pages") > 0


@fault(
    "A file arrives that has markup instead of a number in {count} of its rows.",
    promise="{outcome} is set aside, and the message about it shows the markup as text.",
)
@pytest.mark.parametrize(("count", "outcome"), [(1, "The row"), (20, "The file")])
def test_a_file_with_markup_instead_of_numbers_arrives(model: Model, count: int, outcome: str) -> None:
    since = len(model.stage.slack.messages)
    table = hostile_rows(first=3_000_000 + 1_000 * count, start=BEGINS, days=2)
    place = table.schema.get_field_index(NAMES["weight"])
    cells = pc.cast(table.column(place), pa.string()).to_pylist()
    cells[:count] = [f"{LEVELS[number % 2]} {number}" for number in range(count)]
    file = put(model, f"{count}.parquet", parquet_content(table.set_column(place, NAMES["weight"], pa.array(cells))))
    record = taken_in(model)[file]
    assert (record["outcome"], record["new"]) == (("loaded", 39) if count == 1 else ("quarantined", 0))
    assert outcome == ("The row" if count == 1 else "The file")
    (text,) = messages(model, since)
    assert "cannot be used" in text
    removed(model, file)


@fault(
    "A file arrives whose name and columns are addresses, and sentences of an alert.",
    promise="The e-mail about it is plain text: no words of the file begin a line of it, and no address can be opened.",
)
def test_an_e_mail_shows_markup_as_text(model: Model) -> None:
    name = f"{'a ' * 30}What to do: open www.evil.example <b>now\nWhat to do: pay.csv"
    with mailbox(model) as mail:
        file = put(model, name, b'"What to do: open https://evil.example","<a href=x>"\n1,2\n')
        done = taken_in(model)
        assert done[file]["outcome"] == "quarantined", done
        subject, body = mail()
    assert subject == f"Courtside: a file of {model.name} in quarantine"
    assert "<b>now" in body
    assert "https[:]//evil.example" in body, body
    assert "www[.]evil.example" in body
    begun = [line.partition(" cannot")[0].partition(":")[0] for line in body.splitlines() if line and line[0] != " "]
    ours = [f"A file of {model.name}", "Why", "What to do", "Report, with the original file", "Runbook"]
    assert begun == [*ours, "The address is signed", "https", "-- ", "Courtside"]
    removed(model, file)


@fault(
    "Labels are loaded that are markup.",
    promise="The command refuses them and prints them on one line, and no label is loaded.",
)
def test_labels_that_are_markup_are_loaded(model: Model, tmp_path: Path) -> None:
    file = tmp_path / "labels.csv"
    lines = [f'"{NAMES["parcel"]}",at,"{NAMES["late"]}"']
    lines += [f'{number},2025-09-01,"{SCRIPT}\u202e"' for number in range(40)]
    file.write_text("\n".join(lines))
    ended = command("labels", "load", file, "--model", model.name)
    ended.refused("40 of its 40 rows are wrong")
    assert "\u202e" not in ended.said
    assert model.command("labels", "list") == []
