"""Open incidents are tended before each round: answers run out, nobody came, something was left undone."""

from dataclasses import replace
from datetime import timedelta

import pytest

from courtside.contracts.incidents import IncidentState
from courtside.core.alerting import Alert
from courtside.workflows.incidents import IncidentsUntended, TendIncidents
from courtside.workflows.ports import AlertChannel
from courtside.workflows.stage_models import StageModels
from tests.fakes.incidents import DAY, HOUR, NOON, Stage, finding
from tests.fakes.rounds import contract


@pytest.fixture
def stage() -> Stage:
    stage = Stage()
    for name in ("churn", "loans"):
        StageModels(stage.ledger, stage.lake).add(contract(name).encode(), source=name, by="ann", now=NOON)
    return stage


def tending(stage: Stage, alerts: AlertChannel | None = None, *, hours: int | None = 4) -> TendIncidents:
    after = None if hours is None else timedelta(hours=hours)
    return TendIncidents(StageModels(stage.ledger, stage.lake), lambda _: stage.incidents(alerts), after)


def test_what_nobody_acknowledges_is_escalated_once_by_the_setting(stage: Stage) -> None:
    stage.incidents().report(finding("a", "age"))
    known = stage.incidents().report(finding("a", model="loans"))
    stage.incidents().report(finding("a", model="", kind="quarantine"))
    stage.incidents().acknowledge(known.id, by="ann", at=NOON)
    for hours in range(1, 48):
        tending(stage, hours=None).run(now=NOON + hours * HOUR)
    assert stage.telling == ["opened"] * 3
    for hours in range(1, 48):
        answer = tending(stage).run(now=NOON + hours * HOUR)
        assert (answer.open, answer.tended) == (3, 3)
        assert stage.telling == ["opened"] * 3 + ["escalated"] * (2 if hours >= 4 else 0)


def test_a_round_without_incidents_looks_and_writes_nothing(stage: Stage) -> None:
    before = dict(stage.ledger.documents)
    answer = tending(stage).run(now=NOON)
    assert (answer.open, answer.tended, stage.ledger.documents) == (0, 0, before)


def test_what_a_person_left_unsaid_is_sent_by_the_next_round(stage: Stage) -> None:
    silent = replace(stage.incidents(), alerts=None)
    silent.report(finding("a", "age"))
    assert stage.telling == []
    tending(stage).run(now=NOON)
    assert stage.telling == ["opened"]
    silent.resolve("churn", "drift", at=NOON, evidence="b", said="It is over")
    assert tending(stage).run(now=NOON).tended == 1
    assert stage.telling == ["opened", "resolved"]


def test_a_snooze_runs_out(stage: Stage) -> None:
    record = stage.incidents().report(finding("a", "age"))
    stage.incidents().snooze(record.id, by="ann", at=NOON, until=NOON + DAY)
    for hours in range(1, 30):
        tending(stage, hours=None).run(now=NOON + hours * HOUR)
    assert stage.incidents().find(record.id).state is IncidentState.OPEN
    assert stage.telling == ["opened", "updated"]


def test_the_incidents_of_a_removed_model_are_over(stage: Stage) -> None:
    stage.incidents().report(finding("a", model="loans"))
    StageModels(stage.ledger, stage.lake).remove("loans", now=NOON)
    tending(stage).run(now=NOON + DAY)
    assert stage.incidents().list() == []
    assert stage.telling == ["opened", "resolved"]
    assert "loans was removed from the stage" in stage.alerts.sent[-1].text


class FailsFor:
    """A channel that cannot tell people of some things."""

    def __init__(self, stage: Stage, said: str) -> None:
        self.stage, self.said = stage, said

    def publish(self, alert: Alert) -> None:
        if self.said in alert.text:
            raise ConnectionError("the topic does not answer")
        self.stage.alerts.publish(alert)


def test_one_incident_that_cannot_be_told_keeps_no_other_from_its_turn(stage: Stage) -> None:
    for model in ("churn", "loans"):
        stage.incidents().report(finding("a", model, model=model))
    with pytest.raises(IncidentsUntended, match="1 incident could not be tended"):
        tending(stage, FailsFor(stage, "churn moved")).run(now=NOON + DAY)
    assert stage.telling == ["opened"] * 2 + ["escalated"]
    tending(stage).run(now=NOON + DAY)
    assert stage.telling == ["opened"] * 2 + ["escalated"] * 2
