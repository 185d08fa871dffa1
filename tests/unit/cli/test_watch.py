"""`courtside watch` reports an interruption; AWS is replaced by fakes here."""

import pytest
from typer.testing import CliRunner

from courtside.cli.main import app
from courtside.contracts.names import StackOutput


def test_a_person_who_stops_waiting_is_told_that_the_check_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("courtside.adapters.deployment.stage_outputs", lambda _: {StackOutput.CHECK_DRIFT: "check"})
    monkeypatch.setattr("courtside.adapters.deployed_check.check_now", interrupted)
    done = CliRunner().invoke(app, ["watch"])
    assert done.exit_code == 130
    assert "goes on without this command; `courtside status`" in " ".join(done.stderr.split())
