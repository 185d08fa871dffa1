"""Commands look at what they were given before they ask AWS, and say what they do while they ask."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import boto3
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from botocore.exceptions import NoCredentialsError
from typer.core import TyperGroup
from typer.main import get_command
from typer.testing import CliRunner, Result

from courtside.adapters.deployment import StageOutputs
from courtside.cli.console import people
from courtside.cli.main import app
from courtside.contracts.errors import BadInput
from courtside.contracts.names import StackOutput
from tests.unit.core.games.game_rows import season_rows, write_csv

CONTRACT = "name: churn\nid_columns: [id]\ntarget: left\nfeatures: {age: numeric}\n"
DAYS = ("--from", "2026-01-01", "--to", "2026-02-01")
GIVEN: dict[str, tuple[str, ...]] = {
    "alerts ack": ("drift-1",),
    "alerts show": ("drift-1",),
    "alerts snooze": ("drift-1", "--for", "3d"),
    "drift backfill": DAYS,
    "drift check": ("--reference", "models:/churn@champion", "--current", "t.parquet"),
    "games load": ("--games", "games.csv"),
    "games retry": ("0123456789abcdef",),
    "games unload": ("0123456789abcdef",),
    "labels load": ("t.parquet",),
    "models add": ("c.yaml",),
    "models beside": ("churn", "refunds"),
    "models pause": ("churn",),
    "models remove": ("churn", "--yes"),
    "models resume": ("churn",),
    "models show": ("churn",),
    "query": ("champion_when",),
    "restore": ("--to", "2026-01-01T00:00:00Z"),
    "runs logs": ("manual-1",),
    "runs show": ("manual-1",),
    "tables load": ("--table", "t.parquet"),
    "tables retry": ("0123456789abcdef",),
    "tables unload": ("0123456789abcdef",),
    "tracking restore": ("backups/tracking/b.zip",),
    "train": ("--resume-logging",),
    "versions approve": ("manual-1",),
    "versions compare": ("3",),
    "versions import": ("random_forest", "--sha256", "0" * 64),
    "versions promote": ("3", "--reason", "why"),
    "versions reject": ("manual-1",),
}
"""What a command that asks a stage is given here; it may be nothing."""
OTHERS = {"costs", "doctor", "local up"}
"""Commands with a stage that ask none, or ask it much else first."""
ASK_THE_SERVER = {"alerts test", "drift check", "kept", "mlflow env", "mlflow ui", "train"}
"""Commands that ask nothing of AWS after the first question, or the tracking server only."""


def commands(group: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from commands(command, (*words, name))
        else:
            yield " ".join((*words, name)), command


def run(words: str, *arguments: str) -> Result:
    return CliRunner().invoke(app, [*words.split(), *arguments])


class Asked:
    """Stands for AWS, which nobody reaches here; `said` has what people were told at each question."""

    def __init__(self) -> None:
        self.said: list[str | None] = []
        self.now: str | None = None

    def __call__(self, *_: object, **__: object) -> Any:
        self.said.append(self.now)
        raise NoCredentialsError

    def status(self, text: str, **_: object) -> "Asked":
        self.text = text
        return self

    def __enter__(self) -> Self:
        self.now = self.text
        return self

    def __exit__(self, *_: object) -> None:
        self.now = None

    def update(self, text: str) -> None:
        self.now = text


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Asked:
    asked = Asked()
    monkeypatch.setattr(boto3, "client", asked)
    monkeypatch.setattr(boto3, "resource", asked)
    monkeypatch.setattr(people, "status", asked.status)
    monkeypatch.chdir(tmp_path)
    pq.write_table(pa.table({"id": [1, 2], "age": [1.0, 2.0], "left": [0, 1]}), "t.parquet")
    write_csv(Path("games.csv"), season_rows())
    Path("c.yaml").write_text(CONTRACT)
    Path("no.xlsx").write_bytes(b"PK\x03\x04" + bytes(30))
    return asked


ASKING = sorted(
    words
    for words, command in commands(get_command(app))
    if words not in OTHERS and any(each.name == "stage" for each in command.params)
)


def test_every_command_that_asks_a_stage_is_found() -> None:
    assert len(ASKING) > 40
    assert GIVEN.keys() <= set(ASKING)


@pytest.mark.parametrize("words", ASKING)
def test_people_are_told_what_is_done_from_the_first_question_on(words: str, aws: Asked) -> None:
    done = run(words, *GIVEN.get(words, ()))
    assert aws.said, (done.output, done.exception)
    assert all(aws.said)


@pytest.mark.parametrize("words", sorted({*ASKING} - ASK_THE_SERVER))
def test_people_are_told_while_the_stage_itself_is_asked(
    words: str, aws: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    outputs = StageOutputs("dev")
    outputs |= dict.fromkeys(StackOutput, "http://127.0.0.1:9")
    monkeypatch.setattr("courtside.adapters.deployment.stage_outputs", lambda _: outputs)
    monkeypatch.setattr("courtside.adapters.stack_resources.stack_resources", lambda _: aws())
    done = run(words, *GIVEN.get(words, ()))
    assert aws.said, (done.output, done.exception)
    assert all(aws.said)


@pytest.mark.parametrize(
    ("words", "arguments"),
    [
        ("alerts test", ("--channel", "pager")),
        ("alerts ack", ("drift-1", "--for", "soon")),
        ("alerts snooze", ("drift-1", "--for", "0d")),
        ("alerts snooze", ("drift-1", "--for", "14w")),
        ("retrain", ("--as-of", "yesterday")),
        ("retrain", ("--model", "../churn")),
        ("watch", ("--as-of", "2026-02-30")),
        ("status", ("--model", "a b")),
        ("models show", ("../churn",)),
        ("models remove", ("", "--yes")),
        ("models add", ("nowhere.yaml",)),
        ("tables load", ("--table", "nowhere.csv")),
        ("tables load", ("--table", "no.xlsx")),
        ("tables load", ("--table", "t.parquet", "--contract", "nowhere.yaml")),
        ("tables load", ("--table", "t.parquet", "--contract", "c.yaml", "--model", "fraud")),
        ("labels load", ("nowhere.csv",)),
        ("labels load", ("no.xlsx",)),
        ("labels load", ("t.parquet", "--as-of", "May")),
        ("watch", ("--as-of", "2999-01-01")),
        ("predict", ("--as-of", "May")),
        ("predict", ("--as-of", "2999-01-01")),
        ("predict", ("--trust-package", "own")),
        ("predict", ("--out", "a.xlsx")),
        ("predict", ("--table", "nowhere.csv")),
        ("predict", ("--table", "no.xlsx")),
        ("games load", ("--games", "nowhere.csv")),
        ("games load", ("--games", "no.xlsx")),
        ("versions promote", ("third", "--reason", "why")),
        ("versions compare", ("3", "latest")),
        ("versions rollback", ("--to", "v2")),
        ("versions import", ("random_forest", "--sha256", "abc")),
        ("versions import", ("../evil", "--sha256", "0" * 64)),
        ("versions import", ("random_forest", "--sha256", "0" * 64, "--contract", "nowhere.yaml")),
        ("drift backfill", ("--from", "2026-02-01", "--to", "2026-01-01")),
        ("drift check", ("--reference", "models:/churn", "--current", "t.parquet")),
        ("drift check", ("--reference", "models:/churn@champion", "--current", "nowhere.csv")),
        ("drift check", ("--reference", "models:/churn@champion", "--current", "t.parquet", "--policy", "none")),
        ("drift check", ("--reference", "models:/churn@champion", "--current", "t.parquet", "--from", "May")),
        ("mlflow ui", ("--host", "192.0.2.1")),
        ("tracking backup", ("--out", "a.zip")),
        ("tracking restore", ("b.zip", "--artifacts-from", "s3://a")),
        ("status", ("--stage", "No Stage")),
    ],
)
def test_what_was_given_is_looked_at_before_aws_is_asked(words: str, arguments: tuple[str, ...], aws: Asked) -> None:
    done = run(words, *arguments)
    assert isinstance(done.exception, BadInput | SystemExit), done.output
    if isinstance(done.exception, SystemExit):
        assert done.exit_code == 2
    assert aws.said == []
