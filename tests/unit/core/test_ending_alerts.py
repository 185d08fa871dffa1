"""What people read of how a retraining ended: what failed, what it means for the champion, what to do."""

import re

import pytest

from courtside.contracts.incidents import Severity
from courtside.contracts.retraining_ends import AnnounceRequest, Ending
from courtside.core.ending_alerts import failure_alert, kind_of_failure, notice_of, severity_of_failure
from courtside.core.incidents import KINDS
from tests.fakes.endings import ROLLBACK, broken, end, failed

FAILURES = [
    (failed("Train"), "retraining_failed", Severity.WARNING, "untouched"),
    (failed("Promote"), "retraining_failed", Severity.CRITICAL, "Check which version is champion"),
    (failed("SmokePrevious", asked=ROLLBACK), "roll_back_failed", Severity.CRITICAL, "untouched"),
    (failed("RollBack", asked=ROLLBACK), "roll_back_failed", Severity.CRITICAL, "Check which version is champion"),
    (broken("TIMED_OUT"), "retraining_stopped", Severity.WARNING, "Check which version is champion"),
    (broken("ABORTED"), "retraining_stopped", Severity.INFO, "Check which version is champion"),
    (broken("TIMED_OUT", asked=ROLLBACK), "roll_back_failed", Severity.CRITICAL, "Check which version is champion"),
]


@pytest.mark.parametrize(("request_", "kind", "severity", "champion"), FAILURES)
def test_a_failure_says_what_it_means_and_where_its_runbook_is(
    request_: AnnounceRequest, kind: str, severity: Severity, champion: str
) -> None:
    assert (kind_of_failure(request_), severity_of_failure(request_)) == (kind, severity)
    alert = failure_alert(request_)
    assert champion in alert.text
    assert f"docs/runbooks.md#{KINDS[kind].runbook}" in alert.text
    assert f"courtside runs show {request_.request.training_id} --model churn" in alert.text
    assert request_.execution in alert.text


def test_a_failed_step_is_named_with_its_error_and_why() -> None:
    alert = failure_alert(failed("Freeze"))
    assert alert.subject == "Courtside: retraining of churn failed in Freeze"
    assert "Retraining churn.drift-c1 failed in Freeze (NoGames)" in alert.text
    assert "*Why*: NoGames: the lake holds no games." in alert.text


def test_an_exit_code_is_told_in_words() -> None:
    killed = failed("Train", error="States.TaskFailed", cause="Essential container in task exited (exit code 137)")
    assert "needed more memory than it has (training_size) (exit code 137)" in failure_alert(killed).text


@pytest.mark.parametrize("code", [137, 143])
def test_a_task_that_a_person_stopped_did_not_run_out_of_memory(code: int) -> None:
    stopped = failed("Train", error="States.TaskFailed", cause=f"Wrong data, says Ann (exit code {code})")
    said = failure_alert(stopped).text
    assert f"the training task was stopped: Wrong data, says Ann (exit code {code})" in said
    assert "memory" not in said


def test_an_end_that_nobody_announced_says_how_it_ended_and_invents_no_reason() -> None:
    text = failure_alert(broken("ABORTED", asked=ROLLBACK)).text
    assert "Rollback churn.roll-back-v3 ended as ABORTED before it could say why" in text
    assert "*Why*" not in text


def test_texts_of_errors_bring_no_marks_of_their_own_and_are_cut() -> None:
    alert = failure_alert(failed("Train", error="*bold*", cause="`code`\nand so on " * 900))
    assert "*bold*" not in alert.text
    assert "`code`" not in alert.text
    assert len(alert.text) < 3000


@pytest.mark.parametrize(
    ("request_", "words", "severity"),
    [
        (end(Ending.PROMOTED, subject="3 is champion", message="*Why*: better"), "*Why*: better", Severity.INFO),
        (end(Ending.REJECTED, subject="kept", message="not shown"), "not shown", Severity.INFO),
        (end(Ending.NOT_STARTED, subject="remembered", message="waits"), "waits", Severity.INFO),
        (end(Ending.EXPIRED), "churn.drift-c1 passed the gate, but nobody answered in time", Severity.INFO),
        (end(Ending.REFUSED, by="arn:me"), "passed the gate, and arn:me rejected it, so the champion", Severity.INFO),
        (
            end(Ending.ROLLED_BACK, asked=ROLLBACK, subject="2 again", message="2 is champion"),
            "2 is champion",
            Severity.WARNING,
        ),
    ],
)
def test_each_other_end_is_a_notice_whose_kind_is_the_ending(
    request_: AnnounceRequest, words: str, severity: Severity
) -> None:
    alert = notice_of(request_)
    assert words in alert.text
    assert (alert.kind, alert.severity, alert.incident) == (request_.ended.value, severity, "")
    assert not re.search(r"courtside [a-z ]+`", alert.text), "a command must name the model"
