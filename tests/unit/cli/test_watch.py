"""`courtside watch` runs a round of the stage's machine and reports each model; AWS is replaced by fakes here."""

import json
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from courtside.adapters.deployed_watch import StepFunctionsWatch, WatchFailed
from courtside.cli.main import app
from courtside.contracts.names import StackOutput
from courtside.contracts.rounds import Checked, FindDueResponse, Predicted, WatchRequest
from courtside.core.watch import NOTHING_CAME
from courtside.workflows.stage_model_errors import ModelUnknown
from tests.fakes.rounds import BROKEN, NOON, WELL, Rounds

MOVED = Checked(decision="alert", rule="some_drift", reason="1 of 16 features moved", features_drifted=("month",))


@dataclass
class Machine:
    """A state machine whose rounds run in memory."""

    rounds: Rounds
    asked: list[WatchRequest] = field(default_factory=list)
    stopped: str = ""

    def __call__(self, arn: str) -> "Machine":
        assert arn == "machine"
        return self

    def run(self, name: str, request: WatchRequest) -> FindDueResponse:
        self.asked.append(request)
        counted, due = self.rounds.find(request.as_of, name, model=request.model, everything=request.everything)
        for each in (each for each in due if each.model != self.stopped):
            self.rounds.settle.run(self.rounds.answered(each), now=NOON)
        return counted


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    rounds = Rounds()
    rounds.add("churn", "nba_games")
    made = Machine(rounds)
    outputs = {StackOutput.WATCH: "machine"}
    monkeypatch.setattr("courtside.adapters.deployment.stage_outputs", lambda _: outputs)
    monkeypatch.setattr("courtside.cli.watch.stage_models", lambda _: rounds.models)
    monkeypatch.setattr("courtside.adapters.deployed_watch.StepFunctionsWatch", made)
    return made


def watch(*options: str) -> Result:
    return CliRunner().invoke(app, ["watch", *options])


def test_every_model_of_the_round_is_shown_though_none_was_due(machine: Machine) -> None:
    machine.rounds.round(NOON)
    machine.rounds.check = lambda due: MOVED if due.model == "churn" else WELL
    result = watch("--as-of", "2026-11-01")
    assert machine.asked[0].as_of.isoformat() == "2026-11-01T00:00:00+00:00"
    assert result.exit_code == 0
    for said in ("churn\talert\tsome_drift\t0\t0\t0\t0\tmonth\t2026-11-30 12:00", "nba_games\tnothing\tusual"):
        assert said in result.stdout
    assert "churn: 1 of 16 features moved" in result.stderr
    told = json.loads(watch("--json").stdout)
    assert (told["models"], told["due"], told["failing"]) == (2, 2, 0)
    assert [(each["model"], each["moved"]) for each in told["settled"]] == [("churn", ["month"]), ("nba_games", [])]


@pytest.mark.parametrize(
    ("found", "options", "code"),
    [
        (WELL, ("--exit-code",), 0),
        (MOVED, (), 0),
        (MOVED, ("--exit-code",), 3),
        (MOVED.model_copy(update={"features_drifted": (), "segments_drifted": ("plan=pro",)}), ("--exit-code",), 3),
        (BROKEN, (), 1),
        (BROKEN, ("--exit-code",), 1),
    ],
)
def test_the_exit_code_says_whether_a_model_failed_or_moved(
    machine: Machine, found: Any, options: tuple[str, ...], code: int
) -> None:
    machine.rounds.check = lambda due: found if due.model == "churn" else WELL
    assert watch(*options).exit_code == code
    assert watch(*options, "--json").exit_code == code


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_a_model_whose_part_of_a_round_was_stopped_is_told(machine: Machine, options: tuple[str, ...]) -> None:
    machine.stopped = "churn"
    result = watch(*options)
    assert result.exit_code == 1
    assert "models whose results could not be kept, so that the next round works on them again: 1" in result.stderr
    machine.stopped = ""
    assert "could not be kept" not in watch(*options).stderr


def test_one_model_may_be_asked_for(machine: Machine) -> None:
    told = json.loads(watch("--model", "churn", "--json").stdout)
    assert [each["model"] for each in told["settled"]] == ["churn"]
    assert isinstance(watch("--model", "absent").exception, ModelUnknown)
    machine.rounds.models.pause("churn")
    assert "churn is paused: `courtside models resume churn" in watch("--model", "churn").stderr
    assert "models that are paused: 1" in watch().stderr


def test_a_stage_without_models_says_how_to_add_one(machine: Machine) -> None:
    for model in ("churn", "nba_games"):
        machine.rounds.models.remove(model, now=NOON)
    assert "courtside models add" in watch().stderr


def test_a_person_who_stops_waiting_is_told_that_the_round_goes_on(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(machine, "run", interrupted)
    done = watch()
    assert done.exit_code == 130
    assert "goes on without this command; `courtside models list" in " ".join(done.stderr.split())


@dataclass
class States:
    """A Step Functions client with one execution that ends at the third look."""

    ended: dict[str, Any]
    looks: int = 0

    def start_execution(self, **_: str) -> dict[str, str]:
        return {"executionArn": "arn"}

    def describe_execution(self, **_: str) -> dict[str, Any]:
        self.looks += 1
        return self.ended if self.looks > 2 else {"status": "RUNNING"}


def test_a_round_is_waited_for_and_one_that_failed_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    counted = {"round": "r", "key": "watch/r.json", "models": 1, "paused": 0, "due": 0, "checks": 0}
    counted |= {"arrivals": 0, "failing": 0}
    slept: list[float] = []
    for ended in (
        {"status": "SUCCEEDED", "output": json.dumps(counted)},
        {"status": "FAILED", "error": "LedgerBusy", "cause": "try again"},
        {"status": "TIMED_OUT"},
    ):
        states = States(ended)
        monkeypatch.setattr("boto3.client", partial(lambda found, _: found, states))
        watched = StepFunctionsWatch("machine", sleep=slept.append)
        if ended["status"] == "SUCCEEDED":
            assert watched.run("r", WatchRequest(as_of=NOON)).models == 1
            continue
        with pytest.raises(WatchFailed, match=ended.get("error", "no error")) as caught:
            watched.run("r", WatchRequest(as_of=NOON + timedelta(days=1)))
        assert caught.value.status in str(caught.value)
    assert len(slept) == 6


def test_a_round_tells_why_a_model_was_not_predicted(machine: Machine) -> None:
    why = "churn has no champion yet"
    machine.rounds.predict = lambda due: (
        Predicted(version="3") if due.model == "nba_games" else Predicted(problems=(why,))
    )
    machine.rounds.check = lambda _: WELL
    machine.rounds.round(NOON)
    told = watch().stderr
    assert f"churn: {why}" in told
    assert f"nba_games: {NOTHING_CAME}" in told
