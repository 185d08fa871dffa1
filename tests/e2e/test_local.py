"""The commands for a deployed stage work with an embedded AWS that was left running."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from courtside.datasets.simulated import simulate_games

pytestmark = pytest.mark.e2e


class Shell:
    """Runs `courtside` as a person's shell would."""

    def __init__(self, state: Path) -> None:
        self.environment = os.environ | {"COURTSIDE_STATE_DIR": str(state)}

    def run(self, *arguments: str | Path, code: int = 0) -> Any:
        command = [sys.executable, "-m", "courtside.cli", *map(str, arguments)]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, timeout=600, check=False)
        assert done.returncode == code, done.stderr
        return json.loads(done.stdout) if "--json" in arguments and code == 0 else done.stderr


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    shell = Shell(tmp_path_factory.mktemp("state"))
    up = shell.run("local", "up", "--json")
    shell.environment |= shell.run("local", "env", up["id"], "--json")
    yield shell
    assert shell.run("local", "down", "--json") == [{"stopped": up["id"]}]
    assert shell.run("local", "status", "--json") == []


def test_games_are_loaded_a_champion_is_trained_and_listed(shell: Shell, tmp_path: Path) -> None:
    games = tmp_path / "games.parquet"
    pq.write_table(simulate_games(seasons=range(2007, 2011)), games)
    assert shell.run("models", "add", "nba_games", "--json")["outcome"] == "added"
    loaded = shell.run("games", "load", "--games", games, "--json")
    assert (loaded["seasons"], loaded["quarantined"]) == (4, 0)
    started = shell.run("retrain", "--trigger", "initial", "--as-of", "2010-07-01", "--json")
    deadline = time.monotonic() + 300
    while not (versions := shell.run("versions", "list", "--json")) or "champion" not in versions[0]["aliases"]:
        assert time.monotonic() < deadline, "no champion within 90 s"
        time.sleep(1)
    assert versions[0]["training"] == started["training_id"]
    said = shell.run("versions", "rollback", code=1)
    assert "NothingToRollBackTo" in said


def test_the_messages_of_the_stage_in_slack_can_be_read(shell: Shell) -> None:
    assert shell.run("alerts", "test", "--json")["fates"]["slack"] == "delivered"
    (message,) = shell.run("local", "slack", "--last", "1", "--json")
    assert "test" in message["text"].lower()


def test_the_instance_is_listed_as_running(shell: Shell) -> None:
    (instance,) = shell.run("local", "status", "--json")
    assert (instance["running"], instance["stage"]) == (True, "dev")
    assert "secret" not in str(instance).lower()
