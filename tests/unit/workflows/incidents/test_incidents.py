"""Incidents in a ledger: reported, answered, listed and resolved."""

from dataclasses import replace
from datetime import timedelta

import pytest

from courtside.contracts import ledger_keys
from courtside.contracts.incidents import IncidentState
from courtside.workflows.incidents import IncidentNotOpen, IncidentUnknown, NotAcceptable
from courtside.workflows.ports import LedgerEntry
from tests.fakes.incidents import DAY, HOUR, KIND, MODEL, NOON, Stage, finding


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_an_incident_is_told_updated_and_resolved_once_and_kept_in_the_lake(stage: Stage) -> None:
    incidents = stage.incidents()
    first = incidents.report(finding("a", "age"))
    assert incidents.report(finding("a", "age")) == first
    incidents.report(finding("b", "age"))
    incidents.report(finding("c", "age", "plan"))
    for evidence in ("d", "d", "e"):
        incidents.resolve(MODEL, KIND, at=NOON + DAY, evidence=evidence, said="Nothing moves any more")
    assert stage.telling == ["opened", "updated", "resolved"]
    assert {alert.incident for alert in stage.alerts.sent} == {first.id}
    assert [alert.id for alert in stage.alerts.sent] == [f"{first.id}-{number}" for number in (1, 2, 3)]
    kept = stage.kept(first)
    assert kept == incidents.find(first.id)
    assert (kept.state, kept.findings, kept.told, kept.kept) == (IncidentState.RESOLVED, 3, 3, True)
    assert [event.what for event in kept.events] == ["opened", "found again", "updated", "resolved"]


def test_a_matter_that_comes_back_is_a_new_incident_and_both_are_kept(stage: Stage) -> None:
    incidents = stage.incidents()
    first = incidents.report(finding("a", "age"))
    incidents.resolve(MODEL, KIND, at=NOON + HOUR, evidence="b", said="It is over")
    second = incidents.report(finding("c", "age", at=NOON + DAY))
    assert first.id != second.id
    assert stage.telling == ["opened", "resolved", "opened"]
    assert stage.kept(first).is_over
    assert not stage.kept(second).is_over


def test_to_resolve_what_is_not_open_only_looks(stage: Stage) -> None:
    stage.incidents().resolve(MODEL, KIND, "no_new_data", at=NOON, evidence="a", said="It is over")
    assert (stage.ledger.documents, stage.lake.objects, stage.alerts.sent) == ({}, {}, [])
    stage.incidents().report(finding("a"))
    stage.incidents().resolve(MODEL, KIND, at=NOON, evidence="b", said="It is over")
    before = dict(stage.ledger.documents)
    stage.incidents().resolve(MODEL, KIND, at=NOON, evidence="c", said="It is over")
    assert stage.ledger.documents == before


def test_models_kinds_and_the_stage_have_incidents_of_their_own(stage: Stage) -> None:
    incidents = stage.incidents()
    for model, kind in (("a", KIND), ("b", KIND), ("a", "quarantine"), ("", "quarantine")):
        incidents.report(finding("x", model=model, kind=kind))
    incidents.resolve("a", KIND, at=NOON, evidence="y", said="It is over")
    assert sorted((each.model, each.kind) for each in incidents.list()) == [
        ("", "quarantine"),
        ("a", "quarantine"),
        ("b", KIND),
    ]
    assert [each.kind for each in incidents.list("a")] == ["quarantine"]
    assert {each.kind for each in incidents.list("a", resolved=True)} == {KIND, "quarantine"}
    assert [each.kind for each in incidents.list("")] == ["quarantine"]
    assert any(key.startswith("incidents/") for key in stage.lake.objects)


def test_a_person_acknowledges_snoozes_and_accepts_and_nobody_is_told(stage: Stage) -> None:
    incidents, people = stage.incidents(), replace(stage.incidents(), alerts=None)
    record = incidents.report(finding("a", "age"))
    until = NOON + 3 * DAY
    assert people.acknowledge(record.id, by="ann", at=NOON, note="I look").note == "I look"
    snoozed = people.snooze(record.id, by="bob", at=NOON, until=until)
    assert (snoozed.state, snoozed.by, snoozed.until) == (IncidentState.SNOOZED, "bob", until)
    assert people.accept(record.id, by="eve", at=NOON).state is IncidentState.ACCEPTED
    incidents.report(finding("b", "age", did=True))
    assert stage.telling == ["opened"]
    assert [(each.what, each.by) for each in stage.kept(record).events][1:4] == [
        ("acknowledged", "ann"),
        ("snoozed", "bob"),
        ("accepted", "eve"),
    ]
    incidents.report(finding("c", "plan"))
    assert incidents.find(record.id).state is IncidentState.OPEN
    assert stage.telling == ["opened", "updated"]


def test_what_cannot_be_answered_is_refused_by_name(stage: Stage) -> None:
    incidents = stage.incidents()
    files = incidents.report(finding("a", kind="quarantine"))
    with pytest.raises(NotAcceptable, match="only drift"):
        incidents.accept(files.id, by="ann", at=NOON)
    with pytest.raises(IncidentUnknown, match=f"choose one of {files.id}"):
        incidents.acknowledge("drift-2020-01-01-abc", by="ann", at=NOON)
    incidents.resolve(MODEL, "quarantine", at=NOON, evidence="b", said="They are mended")
    with pytest.raises(IncidentNotOpen, match="was resolved"):
        incidents.snooze(files.id, by="ann", at=NOON, until=NOON + DAY)


def test_an_incident_that_somebody_damaged_by_hand_hides_no_other_and_begins_anew(stage: Stage) -> None:
    incidents = stage.incidents()
    incidents.report(finding("a", "age"))
    incidents.report(finding("a", kind="quarantine"))
    key = ledger_keys.incident(MODEL, KIND)
    stage.ledger.documents[key] = LedgerEntry(key, "{", stage.ledger.documents[key].revision + 1)
    assert [each.kind for each in incidents.list()] == ["quarantine"]
    incidents.report(finding("b", "age"))
    assert stage.telling == ["opened"] * 3
    assert len(incidents.list()) == 2


def test_time_ends_answers_and_escalates_once(stage: Stage) -> None:
    incidents = stage.incidents()
    record = incidents.report(finding("a", "age"))
    incidents.snooze(record.id, by="ann", at=NOON, until=NOON + DAY)
    for hours in (1, 23, 24, 25, 28, 29):
        newest = incidents.find(record.id)
        incidents.tend(newest, now=NOON + timedelta(hours=hours), escalate_after=timedelta(hours=4))
    assert stage.telling == ["opened", "updated", "escalated"]


@pytest.mark.parametrize(
    ("model", "report", "page"),
    [
        (MODEL, "models/churn/drift/dt=2026-11-29/v1-w.html", "models/churn/drift/dt=2026-11-29/v1-w.html"),
        (MODEL, "models/churn/drift/dt=2026-11-29/v1-w.json", "models/churn/drift/dt=2026-11-29/v1-w.html"),
        (MODEL, "", "dashboard/models/churn/index.html"),
        (MODEL, "models/churn/quarantine/a/report.json", "dashboard/models/churn/index.html"),
        ("", "", "dashboard/index.html"),
    ],
)
def test_an_alert_names_the_page_to_look_at(stage: Stage, model: str, report: str, page: str) -> None:
    found = replace(finding("w-1", model=model), report=stage.lake.uri(report) if report else "")
    stage.incidents().report(found)
    assert [each.page for each in stage.alerts.sent] == [page]
