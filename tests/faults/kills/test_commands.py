"""The commands by which a person moves a champion, trains or answers die in the middle of it."""

import os
import signal
import subprocess
import sys

import pytest

from courtside.contracts import lake_keys
from courtside.contracts.events import Trigger
from courtside.contracts.records import DecisionRecord
from courtside.workflows.lake_documents import read_document
from embedded_aws.faults.client import HOLD
from embedded_aws.faults.rules import Rule
from tests.faults.fault import fault
from tests.faults.kills.machine import ALIAS, LEDGER, REFERENCE, champions, trained_again
from tests.faults.model import Model
from tests.faults.truths.trainings import executions

DECISION = "PUT .*/decisions/"


def by_command(request: str, **more: object) -> Rule:
    """Return the rule that holds what a person's command asks for."""
    return HOLD(caller="^$", request=request, **more)


def broken_off(model: Model, rule: Rule, *words: str, number: int = signal.SIGKILL) -> None:
    """Start a command as a process of its own, and end it by a signal where the rule holds it."""
    command = [sys.executable, "-m", "courtside.cli", *words, "--model", model.name, "--stage", "dev", "--json"]
    with model.faults.fault("kill", rule):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=dict(os.environ))
        model.faults.wait_held("kill")
        process.send_signal(number)
        assert process.wait() == -number


@pytest.fixture
def two(model: Model) -> tuple[str, str]:
    """Return the champion and the version before it, of which each can take the other's place."""
    if len(model.production.history()) == 1:
        trained_again(model)
    return champions(model)


MOVES = {
    "before the ledger names the new champion": by_command(LEDGER),
    "between the ledger and the registry": by_command(LEDGER, after=True),
    "between the two names in the registry": by_command(ALIAS, after=True),
    "between the registry and the reference of drift": by_command(REFERENCE),
    "before its decision is logged": by_command(DECISION),
}


@fault(
    "`courtside versions rollback` is killed {moment}.",
    promise="The same command again finishes what broke off, and goes back once.",
)
@pytest.mark.parametrize("moment", list(MOVES)[:4])
def test_a_rollback_is_finished_by_the_same_command(model: Model, two: tuple[str, str], moment: str) -> None:
    before, to = two
    reigns = len(model.production.history())
    broken_off(model, MOVES[moment], "versions", "rollback")
    assert model.command("versions", "rollback") == {"model": model.name, "before": before, "after": to}
    assert champions(model) == (to, before)
    assert len(model.production.history()) == reigns + 1


TERM = "by SIGTERM "
PROMOTES = [moment if place % 2 else f"{TERM}{moment}" for place, moment in enumerate(MOVES)]


@fault(
    "`courtside versions promote` is killed {moment}.",
    promise="The same command again finishes what broke off, and the version is champion once.",
)
@pytest.mark.parametrize("moment", PROMOTES)
def test_a_promotion_is_finished_by_the_same_command(model: Model, two: tuple[str, str], moment: str) -> None:
    before, to = two
    reigns, logged = len(model.production.history()), len(_by_hand(model, "promote"))
    words = ("versions", "promote", to, "--reason", "it is better")
    number = signal.SIGTERM if moment.startswith(TERM) else signal.SIGKILL
    broken_off(model, MOVES[moment.removeprefix(TERM)], *words, number=number)
    assert model.command(*words)["after"] == to
    assert champions(model) == (to, before)
    assert len(model.production.history()) == reigns + 1
    assert len(_by_hand(model, "promote")) == logged + 1


STARTS = {
    "before it has started the training": by_command("StartExecution"),
    "after it has started the training": by_command("StartExecution", after=True),
}


@fault(
    "`courtside retrain` is killed {moment}.",
    promise="The same command again goes on with the same training, which runs once and is logged once.",
    doctor="last training",
)
@pytest.mark.parametrize("moment", STARTS)
def test_a_training_asked_for_again_runs_once(model: Model, moment: str) -> None:
    logged, ran = len(_by_hand(model, "retrain")), len(executions(model))
    # Nothing is newer than what was trained on, so the training ends at once: there are no rows before that day.
    words = ("retrain", "--as-of", "1970-01-01", "--reason", f"asked {moment}", "--trigger", Trigger.MANUAL.value)
    broken_off(model, STARTS[moment], *words)
    started = model.command(*words)
    assert model.stage.end(started["execution_arn"]) == "FAILED"
    assert len(executions(model)) == ran + 1
    records = _by_hand(model, "retrain")
    assert len(records) == logged + 1
    assert all(each.done for each in records)


def _by_hand(model: Model, action: str) -> list[DecisionRecord]:
    lake = model.stage.lake
    records = [read_document(DecisionRecord, key, lake=lake) for key in lake.keys(lake_keys.decisions(model.name))]
    return [each for each in records if each.by and each.action == action]
