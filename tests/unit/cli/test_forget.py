"""`courtside forget` says what it would erase, asks, erases, proves it, and says what it does not reach."""

import json
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from courtside.cli.forget import ErasureNotConfirmed, IdsUnreadable, NotAllErased
from courtside.cli.main import app
from courtside.contracts import lake_keys
from courtside.core.parquet import parquet_content
from courtside.workflows.forget.forget import Forgetting
from tests.unit.workflows.forget.life import CHURN, PERSON, Life, customers

runner = CliRunner()


@pytest.fixture
def life(monkeypatch: pytest.MonkeyPatch) -> Life:
    life = Life()
    life.arrives("first.parquet", parquet_content(customers(0, 60, seed=7)))
    life.round()

    def wired(_: object, model: str, ids: Sequence[str], *, column: str | None, progress: object) -> Forgetting:
        assert (model, column, progress is not None) == ("churn", None, True)
        return life.forgetting(*ids)

    only = SimpleNamespace(only=lambda: "churn")
    monkeypatch.setattr("courtside.adapters.deployment.stage_outputs", lambda _: {})
    monkeypatch.setattr("courtside.cli.forget.stage_models", lambda _: only)
    monkeypatch.setattr("courtside.cli.forget.caller", lambda: "arn:ann")
    monkeypatch.setattr("courtside.bootstrap.forgetting.deployed_forgetting", wired)
    return life


def run(*arguments: str) -> str:
    done = runner.invoke(app, ["forget", *arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return " ".join(done.output.split())


def test_a_dry_run_says_what_would_be_erased_and_erases_nothing(life: Life) -> None:
    before = dict(life.lake.history)
    said = run("--id", PERSON, "--dry-run")
    assert "files that arrived 1 1 2 0 removed" in said
    assert "archive: arrivals 1 1 2 0 rewritten" in said
    assert "Nothing was erased" in said
    assert life.lake.history == before


@pytest.mark.usefixtures("life")
def test_what_was_erased_is_proved_and_what_was_not_reached_is_said() -> None:
    said = run("--model", "churn", "--id", PERSON, "--yes")
    assert "rows erased 8" in said
    assert "prefixes; the id is in none" in said
    assert "Not reached: - The source of the rows, and files that people have" in said
    assert "short ids" not in said
    assert "that name one of 1 short ids" in run("--id", "C-3", "--id", "C-000004", "--yes")
    assert "Nothing was erased" in run("--id", PERSON, "--yes")


@pytest.mark.usefixtures("life")
def test_as_json_it_is_one_document_without_the_id(tmp_path: Path) -> None:
    file = tmp_path / "ids.txt"
    file.write_text(f"\ufeff{PERSON}\n\nC-000003\n")
    dry = json.loads(run("--ids", str(file), "--dry-run", "--json"))
    assert [place["place"] for place in dry["places"]] == ["archive: arrivals", "files that arrived", "the table"]
    done = json.loads(run("--ids", str(file), "--yes", "--json"))
    assert (done["ids"], done["by"], done["proof"]["proven"], done["left"]) == (2, "arn:ann", True, [])
    assert done["record"].startswith("s3://lake/models/churn/forgotten/")
    assert done["not_reached"]
    assert PERSON not in json.dumps([dry, done])


def test_nothing_is_erased_before_somebody_says_yes(life: Life) -> None:
    before = dict(life.lake.history)
    with pytest.raises(ErasureNotConfirmed, match="confirm it with --yes"):
        run("--id", PERSON)
    assert life.lake.history == before


def test_a_proof_that_fails_is_an_error_that_names_what_is_left(life: Life) -> None:
    life.lake.write(f"{lake_keys.tables(CHURN.name)}broken.parquet", b"PAR1")
    with pytest.raises(NotAllErased, match=r"1 object versions of churn .*tables/churn/broken\.parquet"):
        run("--id", PERSON, "--yes")


@pytest.mark.usefixtures("life")
def test_a_file_of_ids_that_is_no_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "ids.xlsx"
    file.write_bytes(b"PK\xff\xfe")
    with pytest.raises(IdsUnreadable, match="is no text in UTF-8"):
        run("--ids", str(file))
