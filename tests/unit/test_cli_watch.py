"""`courtside watch` reports what the stage's function answers."""

import io
import json
from datetime import date
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from courtside.adapters.deployed_check import CheckFailed
from courtside.cli.main import app
from courtside.contracts.events import DriftCheckResponse, Window
from courtside.contracts.names import StackOutput

FOUND = DriftCheckResponse(
    model="nba_games",
    check_id="c", window=Window(start=date(2026, 11, 1), end=date(2026, 12, 1)), rows=1412, features_drifted=("month",),
    decision="alert", rule="some_drift", reason="1 of 16 features moved", report_key="drift/r.json",
)  # fmt: skip


class Function:
    """A Lambda client that knows one function with one answer."""

    def __init__(self, answer: dict[str, Any]) -> None:
        self.answer, self.asked = answer, list[dict[str, Any]]()

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803 — these are boto3's own names
        assert FunctionName == "check"
        self.asked.append(json.loads(Payload))
        error = {"FunctionError": "Unhandled"} if "errorType" in self.answer else {}
        return {"Payload": io.BytesIO(json.dumps(self.answer).encode()), **error}


def watched(monkeypatch: pytest.MonkeyPatch, answer: dict[str, Any], *options: str) -> tuple[Result, Function]:
    function = Function(answer)
    monkeypatch.setattr("boto3.client", lambda *_, **__: function)
    monkeypatch.setattr("courtside.adapters.deployment.stage_outputs", lambda _: {StackOutput.CHECK_DRIFT: "check"})
    return CliRunner().invoke(app, ["watch", *options]), function


@pytest.mark.parametrize(
    ("changes", "options", "code"),
    [
        ({}, (), 0),
        ({}, ("--exit-code",), 3),
        ({"features_drifted": (), "decision": "nothing", "rule": "no_drift"}, ("--exit-code",), 0),
        (
            {"features_drifted": (), "table_drifted": ("correlation_change",), "rule": "table_drift"},
            ("--exit-code",),
            3,
        ),
        ({"features_drifted": (), "segments_drifted": ("plan=pro",), "rule": "segment_drift"}, ("--exit-code",), 3),
        ({"features_drifted": (), "rows": 0, "decision": "nothing_to_check"}, ("--exit-code",), 0),
    ],
)
def test_the_exit_codes_are_those_of_drift_check(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], options: tuple[str, ...], code: int
) -> None:
    answer = FOUND.model_copy(update=changes).model_dump(mode="json")
    result, _ = watched(monkeypatch, answer, *options)
    assert result.exit_code == code
    assert watched(monkeypatch, answer, *options, "--json")[0].exit_code == code


def test_the_findings_of_the_check_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = FOUND.model_copy(update={"duplicate": True, "overdue_since": date(2026, 11, 3)}).model_dump(mode="json")
    result, function = watched(monkeypatch, answer, "--as-of", "2026-12-01")
    assert function.asked == [{"window": None, "as_of": "2026-12-01T00:00:00Z"}]
    for said in ("2026-11-01 to 2026-12-01, 1,412 rows", "alert: 1 of 16", "nobody was told again", "2026-11-03"):
        assert said in result.stdout
    assert json.loads(watched(monkeypatch, answer, "--json")[0].stdout) == answer


def test_too_few_rows_are_not_called_no_drift(monkeypatch: pytest.MonkeyPatch) -> None:
    few = FOUND.model_copy(update={"decision": "nothing", "rule": "insufficient_data", "features_drifted": ()})
    assert "insufficient_data: " in watched(monkeypatch, few.model_dump(mode="json"))[0].stdout


def test_the_error_of_a_failed_check_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    result, _ = watched(monkeypatch, {"errorType": "NothingReadable", "errorMessage": "games/ holds no readable file"})
    assert isinstance(result.exception, CheckFailed)
    assert str(result.exception) == "the drift check failed with NothingReadable: games/ holds no readable file"
