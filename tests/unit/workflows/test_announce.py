"""However a retraining ends, people are told once; a failure is an incident until a training ends well."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from courtside.contracts.events import RetrainingRequest, Trigger
from courtside.contracts.incidents import Severity, Telling
from courtside.contracts.retraining_ends import AnnounceRequest, AnnounceResponse, Ending
from courtside.core.alerting import LINE_LIMIT
from courtside.workflows.announce import Announcing
from courtside.workflows.claims import Claims
from courtside.workflows.freeze import DataUnusable, UnusableFile
from courtside.workflows.model_ledger import ModelLedger
from tests.fakes.endings import MODEL, ROLLBACK, TRAINING, broken, end, failed
from tests.fakes.incidents import HOUR, NOON, Stage, finding


@dataclass
class Told(Stage):
    """A stage whose retrainings end an hour after each other."""

    ends: int = field(default=0)

    def told(self, request: AnnounceRequest) -> AnnounceResponse:
        self.ends += 1
        claims = Claims(ModelLedger(self.ledger, MODEL), sleep=lambda _: None)
        announcing = Announcing(self.incidents(), claims, self.alerts)
        return announcing.run(request, now=NOON + self.ends * HOUR)

    @property
    def said(self) -> list[tuple[str, Telling]]:
        return [(alert.kind, alert.telling) for alert in self.alerts.sent]


@pytest.fixture
def stage() -> Told:
    return Told()


def training(name: str, trigger: Trigger = Trigger.SCHEDULE) -> RetrainingRequest:
    return TRAINING.model_copy(update={"training_id": name, "trigger": trigger})


KINDS = {"retraining_failed", "retraining_stopped", "roll_back_failed", "roll_back"}
PROMOTED = end(Ending.PROMOTED, asked=training("good"), subject="Courtside: version 3 is champion", message="why")


def test_a_repeated_call_tells_nobody_again(stage: Told) -> None:
    for request in (PROMOTED, failed("Train")):
        for _ in range(3):
            stage.told(request)
    assert stage.said == [("promoted", Telling.NOTICE), ("retraining_failed", Telling.OPENED)]


def test_what_could_not_be_sent_is_sent_by_the_retry(stage: Told) -> None:
    for request in (PROMOTED, failed("Train")):
        stage.alerts.failures = 1
        with pytest.raises(ConnectionError):
            stage.told(request)
        stage.told(request)
    assert [kind for kind, _ in stage.said] == ["promoted", "retraining_failed"]


def test_the_same_failure_again_is_told_once_and_another_one_in_a_line(stage: Told) -> None:
    incidents = [stage.told(failed("Train", asked=training(f"t{n}"))).incident for n in range(3)]
    incidents.append(stage.told(failed("Gate", asked=training("t4"))).incident)
    assert len(set(incidents)) == 1
    assert [telling for _, telling in stage.said] == [Telling.OPENED, Telling.UPDATED]
    assert stage.alerts.sent[1].line == (
        "Retraining churn.t4 failed in Gate. The champion is untouched. NoGames: the lake holds no games."
    )


def test_a_file_is_named_whole_in_the_line_about_another_failure(stage: Told) -> None:
    model, training_id = "m" * 40, "t" * 35
    name = f"{'0123456789' * 6}.parquet"
    files = [UnusableFile(f"s3://{'lake-' * 12}bucket/models/{model}/tables/{name}", "unreadable")]
    asked = TRAINING.model_copy(update={"model": model, "training_id": training_id})
    stage.told(failed("Train", asked=asked))
    stage.told(failed("Freeze", error="DataUnusable", cause=str(DataUnusable(model, files)), asked=asked))
    said = stage.alerts.sent[1].line
    assert f"/{name}" in said
    assert said.startswith(f"Retraining {model}.{training_id} failed in Freeze. The champion is untouched.")
    assert len(said) <= LINE_LIMIT


def test_what_a_person_started_is_always_told(stage: Told) -> None:
    for n in range(3):
        stage.told(failed("Train", asked=training(f"t{n}", Trigger.MANUAL)))
    assert [telling for _, telling in stage.said] == [Telling.OPENED, Telling.UPDATED, Telling.UPDATED]


def test_a_failure_that_may_have_moved_the_champion_makes_the_incident_worse(stage: Told) -> None:
    stage.told(failed("Train", asked=training("t1")))
    stage.told(failed("Promote", asked=training("t2")))
    assert [alert.severity for alert in stage.alerts.sent] == [Severity.WARNING, Severity.CRITICAL]


@pytest.mark.parametrize(
    ("ended", "resolved"),
    [
        (PROMOTED, KINDS),
        (end(Ending.REJECTED, subject="kept", message="why"), {"retraining_failed", "retraining_stopped"}),
        (end(Ending.EXPIRED), {"retraining_failed", "retraining_stopped"}),
        (end(Ending.REFUSED, by="arn:me"), {"retraining_failed", "retraining_stopped"}),
        (end(Ending.ROLLED_BACK, asked=ROLLBACK, subject="2 again", message="why"), {"roll_back_failed", "roll_back"}),
        (end(Ending.NOT_STARTED, subject="remembered", message="why"), set()),
    ],
)
def test_a_good_end_resolves_what_it_mends(stage: Told, ended: AnnounceRequest, resolved: set[str]) -> None:
    for failure in (failed("Train"), broken("TIMED_OUT"), failed("RollBack", asked=ROLLBACK)):
        stage.told(failure)
    stage.incidents().report(finding("check-1", "version 2", model=MODEL, kind="roll_back"))
    stage.alerts.sent.clear()
    for _ in range(2):
        stage.told(ended)
    *ends, notice = stage.alerts.sent
    assert {alert.kind for alert in ends} == resolved
    assert {alert.telling for alert in ends} <= {Telling.RESOLVED}
    assert (notice.kind, notice.telling) == (ended.ended.value, Telling.NOTICE)
    kinds = {each.kind for each in stage.incidents().list(MODEL)}
    assert kinds == KINDS - resolved


def test_an_execution_that_failed_and_was_redriven_may_end_well(stage: Told) -> None:
    stage.told(failed("Train"))
    stage.told(end(Ending.PROMOTED, subject="Courtside: version 3 is champion", message="why"))
    assert stage.said[1] == ("retraining_failed", Telling.RESOLVED)


def test_a_failure_after_a_good_end_is_a_new_incident(stage: Told) -> None:
    first = stage.told(failed("Train", asked=training("t1"))).incident
    stage.told(PROMOTED)
    assert stage.told(failed("Train", asked=training("t2"))).incident != first


def test_what_a_person_stopped_wakes_nobody(stage: Told) -> None:
    stage.told(broken("ABORTED"))
    (incident,) = stage.incidents().list(MODEL)
    assert incident.severity is Severity.INFO
    later = stage.incidents().tend(incident, now=NOON + timedelta(days=9), escalate_after=HOUR)
    assert later.escalated_at is None
