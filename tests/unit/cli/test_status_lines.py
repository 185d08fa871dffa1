"""Where no terminal shows a spinner, a command that takes longer than a moment says on stderr what it does."""

import io
import json
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from courtside.api import contracts, drift
from courtside.cli import console, status_lines
from courtside.cli.main import app
from courtside.cli.status_lines import StatusLines
from tests.datasets.churn import churn_table


class Printed:
    """What was printed so far."""

    def __init__(self, captured: pytest.CaptureFixture[str]) -> None:
        self._captured = captured
        self.out = self.err = ""

    def look(self) -> "Printed":
        out, err = self._captured.readouterr()
        self.out, self.err = self.out + out, self.err + err
        return self

    def until(self, words: str) -> None:
        deadline = time.monotonic() + 60
        while words not in self.look().err:
            assert time.monotonic() < deadline, self.err
            time.sleep(0.005)


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Printed:
    monkeypatch.setattr(status_lines, "SILENT_SECONDS", 0.01)
    return Printed(capsys)


def test_what_takes_longer_is_told_with_its_latest_text_until_it_ends(printed: Printed) -> None:
    with console.people.status("Reading [1] of s3://user:secret@host") as status:
        printed.until("… Reading [1] of ")
        status.update("Fitting")
        printed.until("… Fitting (")
    ended = printed.look().err
    assert "secret" not in ended
    time.sleep(0.05)
    assert printed.look().err == ended


def test_one_status_tells_of_several_steps_one_after_another(printed: Printed) -> None:
    status = console.people.status("")
    status.stop()
    for step in ("Deploying", "Training"):
        status.update(step)
        status.start()
        status.start()
        printed.until(f"… {step} (")
        status.stop()
        status.stop()
    ended = printed.look().err
    time.sleep(0.05)
    assert printed.look().err == ended


def test_what_is_done_at_once_says_nothing(printed: Printed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(status_lines, "SILENT_SECONDS", 60)
    with console.people.status("Reading"):
        pass
    assert printed.look().err == ""


def test_a_terminal_keeps_its_spinner() -> None:
    terminal = type(console.people)(file=io.StringIO(), force_terminal=True)
    assert not isinstance(terminal.status("Reading"), StatusLines)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["init", "t.parquet"], "… Looking at t.parquet ("),
        (["drift", "check", "--reference", "t.parquet", "--current", "t.parquet"], "… Comparing t.parquet with"),
    ],
)
def test_slow_commands_say_what_they_do_and_keep_stdout_clean(
    arguments: list[str], words: str, printed: Printed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    pq.write_table(churn_table(600), "t.parquet")

    def slowly(real: Callable[..., object]) -> Callable[..., object]:
        def slow(*given: object, **named: object) -> object:
            printed.until(words)
            return real(*given, **named)

        return slow

    monkeypatch.setattr(contracts, "propose_contract", slowly(contracts.propose_contract))
    monkeypatch.setattr(drift, "check_drift", slowly(drift.check_drift))
    app([*arguments, "--json"], standalone_mode=False)
    assert json.loads(printed.look().out)
