"""Runs are described in plain words from the records that AWS keeps."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from courtside.cli.follow_run import follow
from courtside.cli.runs import unless_refused
from courtside.contracts import lake_keys
from courtside.contracts.events import RetrainingRequest, Trigger, Window
from courtside.contracts.records import DecisionRecord
from courtside.core.runs import Execution, Run, RunKind, RunState, copy_run, training_run
from courtside.workflows.runs import Runs, RunUnknown
from tests.fakes.ports import InMemoryExecutions, InMemoryLake

NOW = datetime(2026, 3, 1, 7, tzinfo=UTC)
LATER = NOW + timedelta(minutes=4)
REQUEST = RetrainingRequest(
    model="nba_games", training_id="t", as_of=NOW.date(), trigger=Trigger.DRIFT, reason="3 features moved"
)


def ended(status: str, announced: str = "", given: dict[str, Any] | None = None, **more: str) -> Run:
    execution = Execution(
        "t", status, NOW, LATER, request=REQUEST, announced=announced, given=given or {}, **more
    )  # fmt: skip
    return training_run(execution)


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        ({}, RunKind.TRAINING),
        ({"recalibrate": True}, RunKind.RECALIBRATION),
        ({"roll_back_to": "2", "roll_back_from": "3"}, RunKind.ROLLBACK),
    ],
)
def test_a_run_of_the_machine_says_what_it_was(asked: dict[str, Any], kind: RunKind) -> None:
    execution = Execution("t", "RUNNING", NOW, request=REQUEST.model_copy(update=asked))
    assert training_run(execution).kind is kind
    executions = InMemoryExecutions()
    executions.add(execution)
    runs = Runs(executions, InMemoryLake(), "nba_games")
    assert [run.id for run in runs.recent(limit=1, kind=kind)] == ["t"]
    others = [each for each in RunKind if each is not kind]
    assert not [run for each in others for run in runs.recent(limit=1, kind=each)]


def failure(cause: str, error: str = "States.TaskFailed", step: str = "Train") -> dict[str, str]:
    return {"failed_step": step, "error": error, "cause": cause}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (failure("Essential container in task exited (exit code 2)"), "Train failed: the training task could not use"),
        (
            failure("OutOfMemoryError: Container killed (exit code 137)"),
            "needed more memory than it has (training_size)",
        ),
        (failure("it exited (exit code 4)"), "`courtside train --resume-logging` logs them"),
        (failure("it exited (exit code 77)"), "exit code 77: it exited"),
        (failure("no games before 2010-07-01", "NoGames", "Freeze"), "Freeze failed: NoGames: no games before"),
        ({}, "None failed"),
    ],
)
def test_the_reason_of_a_failed_training_is_given_in_words(given: dict[str, str], words: str) -> None:
    run = ended("FAILED", "AnnounceFailure", given)
    assert run.state is RunState.FAILED
    assert run.failed
    assert words in run.outcome


@pytest.mark.parametrize(
    ("status", "announced", "given", "state", "words"),
    [
        ("SUCCEEDED", "AnnounceRejection", {"rule": "floor", "reason": "AUC 0.51"}, RunState.DONE, "floor: AUC 0.51"),
        ("SUCCEEDED", "AnnounceRefusal", {"by": "arn:me"}, RunState.DONE, "arn:me rejected"),
        ("SUCCEEDED", "AnnounceExpiry", {}, RunState.DONE, "nobody answered"),
        ("SUCCEEDED", "AnnouncePromotion", {"message": "*New champion*: 3"}, RunState.DONE, "New champion: 3"),
        ("SUCCEEDED", "AnnounceNotStarted", {"message": "too soon"}, RunState.NOT_STARTED, "too soon"),
        ("SUCCEEDED", "AnnounceRollBack", {"message": "*churn was rolled back*: 2"}, RunState.DONE, "rolled back: 2"),
        ("FAILED", "AnnounceRollBack", {"message": "*Version 3* was rolled back"}, RunState.FAILED, "rolled back"),
        ("FAILED", "", {}, RunState.FAILED, "no reason was given"),
        ("TIMED_OUT", "", {}, RunState.FAILED, "longer than the machine allows"),
        ("ABORTED", "", {}, RunState.STOPPED, "a person stopped it"),
        ("WHATEVER_COMES", "", {}, RunState.FAILED, ""),
    ],
)
def test_every_end_of_a_training_has_a_state_and_an_outcome(
    status: str, announced: str, given: dict[str, Any], state: RunState, words: str
) -> None:
    run = ended(status, announced, given)
    assert (run.state, run.started_by) == (state, "drift: 3 features moved")
    assert words in run.outcome
    assert run.over


def test_a_waiting_training_says_what_to_type() -> None:
    run = training_run(Execution("t", "RUNNING", NOW, request=REQUEST, step="Approve"))
    assert (run.state, run.over) == (RunState.WAITING, False)
    assert "`courtside versions approve t --model nba_games`" in run.outcome
    assert training_run(Execution("t", "RUNNING", NOW, step="Train")).outcome == "the candidates are being trained"


def test_a_long_reason_is_shortened_to_one_line() -> None:
    run = ended("FAILED", error="States.Runtime", cause="a\n" * 5_000)
    assert len(run.outcome) == 300
    assert "\n" not in run.outcome


@pytest.mark.parametrize(
    ("said", "hours", "kind", "state"),
    [
        ({"did": "restore", "rows": 3}, 0, RunKind.RESTORE, RunState.DONE),
        ({"did": "restore", "error": "NotEmpty", "message": "use --replace"}, 0, RunKind.RESTORE, RunState.FAILED),
        ({"key": "backups/x.zip"}, 0, RunKind.BACKUP, RunState.DONE),
        ({}, 0, RunKind.BACKUP, RunState.RUNNING),
        ({}, 2, RunKind.BACKUP, RunState.FAILED),
    ],
)
def test_a_backup_or_restore_is_described_by_its_last_log_line(
    said: dict[str, Any], hours: int, kind: RunKind, state: RunState
) -> None:
    run = copy_run("task", started_at=NOW, last_word_at=NOW, said=said, now=NOW + timedelta(hours=hours))
    assert (run.kind, run.state) == (kind, state)
    assert run.over == (state is not RunState.RUNNING)


def stage_runs() -> Runs:
    lake = InMemoryLake()
    for day in range(1, 4):
        window = Window(start=date(2026, 2, day), end=date(2026, 3, day))
        check = DecisionRecord(
            model="nba_games",
            check_id=f"v1-{day}", window=window, champion_version="1", action="nothing", rule="quiet", reason="calm",
            report_key="", decided_at=NOW + timedelta(hours=day),
        )  # fmt: skip
        lake.write(lake_keys.decision("nba_games", window.end, check.check_id), check.model_dump_json().encode())
    executions = InMemoryExecutions()
    executions.add(Execution("t", "RUNNING", NOW + timedelta(hours=2, minutes=1), request=REQUEST, step="Train"))
    copied = copy_run("0f3a", started_at=NOW, last_word_at=NOW, said={"did": "restore"}, now=NOW)
    return Runs(executions, lake, "nba_games", lambda _: [copied])


def test_runs_of_all_kinds_are_listed_with_the_newest_first() -> None:
    runs = stage_runs()
    assert [run.id for run in runs.recent(limit=9)] == ["v1-3", "t", "v1-2", "v1-1", "0f3a"]
    assert [run.id for run in runs.recent(limit=2)] == ["v1-3", "t"]
    assert [run.id for run in runs.recent(limit=9, kind=RunKind.TRAINING)] == ["t"]
    assert [run.id for run in runs.recent(limit=2, kind=RunKind.CHECK)] == ["v1-3", "v1-2"]
    assert runs.recent(limit=9, kind=RunKind.BACKUP) == []


def test_an_unreadable_record_is_a_failed_check_and_hides_no_other_run() -> None:
    runs = stage_runs()
    runs.lake.write(lake_keys.decision("nba_games", date(2026, 3, 2), "v1-2"), b'{"check_id": "v1-')
    for name in ("notes.txt", "dt=2026-13-41/v1-9.json"):
        runs.lake.write(f"{lake_keys.DECISIONS_PREFIX}{name}", b"somebody's")
    found = {run.id: run for run in runs.recent(limit=9)}
    assert set(found) == {"v1-3", "t", "v1-2", "v1-1", "0f3a"}
    assert found["v1-2"].state is RunState.FAILED
    assert "is cut off" in found["v1-2"].outcome


@pytest.mark.parametrize("code", ["AccessDeniedException", "ThrottlingException"])
def test_a_refusal_by_aws_is_reported_without_hiding_anything_else(
    code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused() -> list[Run]:
        raise ClientError({"Error": {"Code": code, "Message": "no"}}, "DescribeLogStreams")

    lines = unless_refused(refused, "log lines")
    said = capsys.readouterr()
    assert (lines, said.out) == ([], "")
    assert "log lines are not shown" in " ".join(said.err.split())
    assert code in said.err


def test_a_run_is_found_by_its_id_or_the_beginning_of_it() -> None:
    runs = stage_runs()
    assert runs.of("t").kind is RunKind.TRAINING
    assert runs.of("0f").id == "0f3a"
    for unknown in ("v1", "", "nothing"):
        with pytest.raises(RunUnknown, match="courtside runs list"):
            runs.of(unknown)


def test_following_ends_when_the_run_ends(capsys: pytest.CaptureFixture[str]) -> None:
    runs, waits = stage_runs(), 0

    def wait(_: float) -> None:
        nonlocal waits
        waits += 1
        if waits == 2:
            assert isinstance(runs.executions, InMemoryExecutions)
            runs.executions.add(Execution("t", "ABORTED", NOW, LATER, request=REQUEST))

    assert follow("t", runs, wait=wait).state is RunState.STOPPED
    assert capsys.readouterr().err.count("the candidates are being trained") == 1


def test_following_waits_briefly_for_a_training_that_aws_does_not_know_yet() -> None:
    waits: list[float] = []
    with pytest.raises(RunUnknown):
        follow("unheard-of", stage_runs(), wait=waits.append)
    assert len(waits) == 5


def test_interrupting_a_follow_says_that_the_training_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        follow("t", stage_runs(), wait=interrupt)
    assert "The training goes on without this command" in capsys.readouterr().err
