"""`courtside status` gives one line for each model of a stage that has several, and says what cannot be read."""

import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from courtside.adapters.deployment import StageOutputs
from courtside.cli import looking_again, runs
from courtside.cli.main import app
from courtside.contracts import ledger_keys
from courtside.contracts.events import Payload
from courtside.contracts.names import StackOutput
from courtside.contracts.records import (
    ApprovalRecord,
    ChampionPointer,
    ModelRound,
    Reign,
    RetrainingLockState,
    TrainingSlot,
    TrainingSlots,
)
from courtside.core.incidents import Finding
from courtside.core.watch import NOTHING_CAME
from courtside.workflows.dashboard import Dashboard
from courtside.workflows.incidents import Incidents
from courtside.workflows.ledger_documents import written
from courtside.workflows.model_ledger import ModelLedger
from courtside.workflows.ports import Ledger, LedgerWrite
from courtside.workflows.runs import Runs
from courtside.workflows.stage_models import StageModels
from tests.fakes.incidents import NOON, finding
from tests.fakes.ports import InMemoryExecutions, InMemoryLake, InMemoryLedger, RecordedAlerts
from tests.fakes.recorded_year import RecordedStage

THEN = datetime(2026, 11, 28, 6, 15, tzinfo=UTC)


@pytest.fixture
def models(monkeypatch: pytest.MonkeyPatch) -> StageModels:
    stage = StageModels(InMemoryLedger(), InMemoryLake())
    outputs = StageOutputs("dev")
    outputs[StackOutput.RETRAINING] = "arn"
    monkeypatch.setattr("courtside.adapters.deployment.stage_outputs", lambda _: outputs)
    monkeypatch.setattr("courtside.cli.status.stage_models", lambda _: stage)
    monkeypatch.setattr("courtside.adapters.stack_resources.stack_resources", lambda _: [])
    monkeypatch.setattr(runs, "runs_of", lambda _, model: Runs(InMemoryExecutions(), stage.lake, model or stage.only()))
    return stage


def opened(models: StageModels, *found: Finding) -> list[str]:
    """Open incidents and return their ids."""
    return [Incidents(models.ledger, models.lake, RecordedAlerts()).report(each).id for each in found]


def put(ledger: Ledger, key: str, document: Payload) -> None:
    assert ledger.put(written(key, document, expected_revision=0))


def add(models: StageModels, name: str, **round_: Any) -> ModelLedger:
    """Put a model into the stage, and what its newest round left."""
    contract = f"name: {name}\nid_columns: [id]\ntarget: left\nfeatures: {{age: numeric}}\n"
    models.add(contract.encode(), source="c.yaml", by="ann", now=THEN)
    if round_:
        put(models.ledger, ledger_keys.model_round(name), ModelRound(model=name, **round_))
    return ModelLedger(models.ledger, name)


def promoted(ledger: ModelLedger, version: str) -> None:
    key = ledger_keys.history(THEN, version)
    put(ledger, key, Reign(version=version, training_id="t", since=THEN, rule="better", reason="by 0.01", by="gate"))
    put(ledger, ledger_keys.CHAMPION, ChampionPointer(version=version, previous=None, reason="r", history_key=key))


def waits_for_a_person(ledger: ModelLedger, training_id: str) -> None:
    soon = datetime.now(UTC) + timedelta(hours=1)
    asked = ApprovalRecord(
        training_id=training_id,
        challenger_version="4",
        champion_version="3",
        reason="better",
        token="secret",
        asked_at=THEN,
        expires_at=soon,
    )
    put(ledger, ledger_keys.RETRAINING_LOCK, RetrainingLockState(holder=training_id, lease_until=soon))
    put(ledger, ledger_keys.approval(training_id), asked)


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["status", *words])


def test_each_of_several_models_has_a_line(models: StageModels) -> None:
    soon = datetime.now(UTC) + timedelta(hours=1)
    checked = {"last_round_at": THEN, "last_outcome": "nothing", "last_rule": "no_drift", "next_due": soon}
    churn = add(models, "churn", **checked)
    promoted(churn, "3")
    waits_for_a_person(churn, "manual-1")
    failed = {"last_outcome": "failed", "last_rule": "check_drift", "last_reason": "the table has no column 'age'"}
    add(models, "fraud", last_round_at=THEN, failing=("check_drift",), failing_since=THEN, **failed)
    add(models, "new")
    slot = TrainingSlot(model="churn", training_id="manual-1", lease_until=soon, started=True)
    put(models.ledger, ledger_keys.TRAINING_SLOTS, TrainingSlots(running=(slot,), waiting=("fraud",)))
    done = run()
    assert done.exit_code == 0, done.output
    head, *lines = (line.split("\t") for line in done.stdout.splitlines())
    assert head == [
        "model", "health", "champion", "last check (UTC)", "open", "lately", "under way", "next due (UTC)",
    ]  # fmt: skip
    assert lines == [
        ["fraud", "critical", "none yet", "2026-11-28 06:15: failed (check_drift)", "", "", "", "not yet"],
        [
            "churn",
            "waits for you",
            "version 3 since 2026-11-28",
            "2026-11-28 06:15: nothing (no_drift)",
            "",
            "",
            "training manual-1 waits for approval",
            f"{soon:%Y-%m-%d %H:%M}",
        ],
        ["new", "new", "none yet", "not yet", "", "", "", "not yet"],
    ]
    assert "fraud: its rounds fail in check_drift since 2026-11-28 06:15 UTC" in done.stderr
    assert "fraud: the table has no column 'age'" in done.stderr
    assert "trainings: churn trains; in this order wait fraud" in done.stderr
    assert "→ To answer: `courtside versions approve manual-1 --model churn`, or `reject` in its place" in done.stderr
    assert "courtside status --model MODEL" in done.stderr


def test_the_same_is_there_for_programs_without_the_token_of_an_approval(models: StageModels) -> None:
    waits_for_a_person(add(models, "churn", last_round_at=THEN, last_outcome="nothing"), "manual-1")
    add(models, "fraud")
    done = run("--json")
    assert done.exit_code == 0
    said = json.loads(done.stdout)
    assert [each["model"] for each in said["models"]] == ["churn", "fraud"]
    churn = said["models"][0]
    assert (churn["health"], churn["champion"], churn["round"]["last_outcome"]) == ("waits for you", None, "nothing")
    assert churn["why"] == "training manual-1 waits for your approval"
    assert churn["under_way"]["training"] == "manual-1"
    assert churn["under_way"]["approval"]["challenger_version"] == "4"
    assert "secret" not in done.stdout
    assert said["next"][0].startswith("To answer: `courtside versions approve manual-1 --model churn`")


@pytest.mark.parametrize("document", ["no JSON", '{"model": "churn", "format": 9}'])
def test_what_cannot_be_read_of_one_model_is_told_beside_the_others_and_is_a_failure(
    document: str, models: StageModels
) -> None:
    add(models, "churn")
    add(models, "fraud", last_round_at=THEN, last_outcome="nothing")
    assert models.ledger.put(LedgerWrite(ledger_keys.model_round("churn"), document, 0))
    done = run()
    assert done.exit_code == 1
    churn, fraud = done.stdout.splitlines()[1:]
    assert churn.startswith("churn\tunreadable\t")
    assert ": nothing\t" in fraud
    assert "churn: the ledger's" in done.stderr or "churn: ModelRound churn has format 9" in done.stderr
    key = ledger_keys.stage_model("churn")
    entry = models.ledger.get(key)
    assert entry is not None
    assert models.ledger.put(LedgerWrite(key, document, entry.revision))
    done = run("--json")
    assert done.exit_code == 1
    assert [each["model"] for each in json.loads(done.stdout)["models"]] == ["fraud", "churn"]
    assert "churn cannot be read" in run().stderr


def test_one_model_is_shown_in_full_whether_it_is_the_only_one_or_is_named(models: StageModels) -> None:
    promoted(add(models, "churn"), "3")
    alone = run()
    assert alone.stdout.startswith("champion\tversion 3 since 2026-11-28 06:15 UTC")
    add(models, "fraud")
    assert run("--model", "churn").stdout == alone.stdout
    assert json.loads(run("--model", "fraud", "--json").stdout)["champion"] is None
    assert "`courtside retrain --model fraud --trigger initial --wait`" in run("--model", "fraud").stderr


def test_why_a_model_predicts_nothing_is_told(models: StageModels) -> None:
    why = "the contract of churn names no `id_columns`"
    promoted(add(models, "churn", last_outcome="nothing", predictions=(why, "and 2 more")), "3")
    alone = run()
    assert f"predictions\t{why}; and 2 more" in alone.stdout
    assert json.loads(run("--json").stdout)["predictions"] == [why, "and 2 more"]
    add(models, "fraud", last_outcome="nothing", predictions=(NOTHING_CAME,))
    every = run()
    assert f"churn: {why}" in " ".join(every.stderr.split())
    assert NOTHING_CAME not in every.stderr
    assert f"predictions\t{NOTHING_CAME}" in run("--model", "fraud").stdout


def test_what_is_open_is_shown_with_what_to_type(models: StageModels) -> None:
    add(models, "churn")
    (churn,) = opened(models, finding("w-1", "age"))
    alone = run()
    row = f"{churn}\tchurn\tage moved in w-1\twarning, open"
    assert alone.stdout.splitlines()[-2:] == ["id\tmodel\twhat\tstate", row]
    assert f"→ Nobody looks after it yet: `courtside alerts show {churn} --model churn`" in alone.stderr
    add(models, "fraud")
    fraud, stage = opened(models, finding("w-2", "sum", model="fraud"), finding("r-1", model="", kind="failing_rounds"))
    Incidents(models.ledger, models.lake).acknowledge(fraud, by="arn:aws:iam::1:user/ann", at=NOON)
    assert {line.split("\t")[0] for line in run().stdout.splitlines()[-3:]} == {churn, fraud, stage}
    assert f"{fraud}\tfraud\tsum moved in w-2\twarning, acknowledged by ann" in run().stdout
    assert f"alerts show {fraud}" not in run().stderr
    said = json.loads(run("--model", "churn", "--json").stdout)
    assert {each["id"] for each in said["incidents"]} == {churn, stage}
    assert {each["runbook"] for each in said["incidents"]} == {
        "docs/runbooks.md#drift", "docs/runbooks.md#a-model-that-fails",
    }  # fmt: skip
    assert len(json.loads(run("--json").stdout)["incidents"]) == 3


def test_what_was_found_when_pages_were_built_is_shown_beside_what_the_ledger_says_now(
    models: StageModels,
) -> None:
    stage, now = RecordedStage(models.lake, models.ledger, features=2), datetime.now(UTC)
    stage.record("churn", 36, rows=36, until=now.date())
    stage.add("fraud")
    Dashboard("dev", stage.models).publish_model("churn", now=now)
    stage.open("churn", opened_at=now)
    lines = {line.split("\t")[0]: line.split("\t") for line in run().stdout.splitlines()}
    assert lines["churn"][1:2] + lines["churn"][4:6] == ["warning", "1", "▁▃▆█· auc 0.730 of 0.720"]
    (churn, _) = json.loads(run("--json").stdout)["models"]
    assert (churn["last_check"], churn["open_incidents"]) == ("none of 2 features moved: nothing", 1)
    assert churn["recent"] == [0.70, 0.71, 0.72, 0.73, None]


def test_a_stage_is_looked_at_until_ctrl_c(models: StageModels, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []

    def wait(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) % 3 == 0:
            raise KeyboardInterrupt
        add(models, f"model{len(waited)}")

    monkeypatch.setattr(looking_again.time, "sleep", wait)
    add(models, "churn")
    add(models, "fraud")
    done = run("--watch", "--every", "5", "--json")
    assert (done.exit_code, waited) == (0, [5.0, 5.0, 5.0])
    assert [len(json.loads(line)["models"]) for line in done.stdout.splitlines()] == [2, 3, 4]
    plain = run("--watch", "--every", "5")
    assert plain.exit_code == 0
    assert plain.stdout.count("\nmodel\t") == 3
    assert run("--watch", "--every", "0").exit_code == 2


def test_a_terminal_is_drawn_anew_at_each_look(monkeypatch: pytest.MonkeyPatch) -> None:
    def enough(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(looking_again.time, "sleep", enough)
    shown = io.StringIO()
    monkeypatch.setattr(looking_again, "results", Console(file=shown, force_terminal=True, width=80))

    def look() -> None:
        looking_again.results.print("churn is good")
        looking_again.people.print("→ nothing to do")

    looking_again.look_again_and_again(look, every=30, as_json=False)
    assert "churn is good" in shown.getvalue()
    assert "→ nothing to do" in shown.getvalue()
    assert "again in 30 s; Ctrl-C ends" in shown.getvalue()
