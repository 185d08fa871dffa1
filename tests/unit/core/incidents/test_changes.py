"""What findings, answers and time do to an incident, and when people are told."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courtside.contracts.incidents import IncidentState, Severity, Telling
from courtside.contracts.records import IncidentRecord
from courtside.contracts.records.incidents import LONGEST_SUBJECT, MOST_EVENTS, MOST_SUBJECTS, MOST_TAKEN
from courtside.core.incidents import Finding, changes
from tests.fakes.incidents import DAY, HOUR, NOON, finding

ANSWERS = (IncidentState.ACKNOWLEDGED, IncidentState.SNOOZED, IncidentState.ACCEPTED)


def told(record: IncidentRecord) -> IncidentRecord:
    """Return a record all of whose alerts were sent."""
    while record.unsent:
        record = changes.sent(record, record.unsent[0].id)
    return record


def opened(*subjects: str) -> IncidentRecord:
    return told(changes.found(None, finding("first", *subjects)))


def answered(record: IncidentRecord, state: IncidentState, until: datetime | None = None) -> IncidentRecord:
    return changes.answered(record, state, by="ann", at=NOON, until=until, note="")


def over(record: IncidentRecord, evidence: str = "end", at: datetime = NOON + DAY) -> IncidentRecord:
    after = changes.over(record, at=at, evidence=evidence, said="Nothing moves any more")
    assert after is not None
    return after


def news(record: IncidentRecord) -> list[Telling]:
    return [each.telling for each in record.unsent]


def test_a_first_finding_opens_an_incident_that_people_are_told_of() -> None:
    record = changes.found(None, finding("first", "age"))
    assert (record.state, record.severity, record.subjects) == (IncidentState.OPEN, Severity.WARNING, ("age",))
    assert news(record) == [Telling.OPENED]
    alert = changes.alert_of(record, record.unsent[0])
    assert (alert.kind, alert.incident, alert.telling) == ("drift", record.id, Telling.OPENED)
    assert alert.line == "age moved in first"


@pytest.mark.parametrize("state", [IncidentState.OPEN, *ANSWERS])
def test_what_is_found_again_is_counted_and_told_to_nobody(state: IncidentState) -> None:
    record = opened("age", "plan") if state is IncidentState.OPEN else answered(opened("age", "plan"), state)
    for number in range(100):
        record = changes.found(record, finding(f"check-{number}", "plan"))
    assert (record.state, record.findings, news(record)) == (state, 101, [])
    assert [each.what for each in record.events][-1] == "found again"
    assert len(record.events) <= 3


@pytest.mark.parametrize(
    "more", [finding("second", "age", "plan"), finding("second", "age", severity=Severity.CRITICAL)]
)
@pytest.mark.parametrize("state", [IncidentState.OPEN, *ANSWERS])
def test_what_is_new_or_worse_is_told_and_ends_every_answer(state: IncidentState, more: Finding) -> None:
    record = opened("age") if state is IncidentState.OPEN else answered(opened("age"), state, NOON + 3 * DAY)
    after = changes.found(record, more)
    assert (after.state, news(after)) == (IncidentState.OPEN, [Telling.UPDATED])
    assert (after.by, after.until) == ("", None)
    early = "by ann until 2026-12-02 12:00 UTC ended early"
    assert (early in after.unsent[0].text, early in after.unsent[0].line) == (state in ANSWERS,) * 2
    assert news(told(changes.found(told(after), finding("third", *more.subjects)))) == []


def test_what_a_check_finds_after_an_acceptance_is_news_though_its_name_is_not() -> None:
    accepted = answered(opened("age"), IncidentState.ACCEPTED)
    after = changes.found(accepted, finding("second", "age", at=NOON + DAY))
    assert (after.state, news(after)) == (IncidentState.OPEN, [Telling.UPDATED])
    assert "The acceptance by ann ended early, because it moved beyond that." in after.unsent[0].text
    begun_before = changes.found(accepted, finding("second", "age", at=NOON - HOUR))
    assert (begun_before.state, news(begun_before)) == (IncidentState.ACCEPTED, [])


def test_what_the_stage_did_is_told_unless_a_person_has_answered() -> None:
    did = finding("second", "age", did=True)
    assert news(changes.found(opened("age"), did)) == [Telling.UPDATED]
    for state in ANSWERS:
        assert news(changes.found(answered(opened("age"), state), did)) == []


def test_the_same_evidence_changes_nothing_however_often_and_late_it_comes() -> None:
    record = opened("age")
    assert changes.found(record, finding("first", "age", "plan", at=NOON + DAY)) == record
    later = changes.found(record, finding("second", "age"))
    assert changes.found(later, finding("first", "other")) == later
    ended = over(later)
    assert changes.found(ended, finding("first", "age")) == ended
    again = changes.found(told(ended), finding("third", "age"))
    assert over(again, "end") == again


def test_an_end_is_told_once_and_the_next_finding_is_a_new_incident() -> None:
    ended = over(opened("age"))
    assert (ended.state, ended.resolved_at, news(ended)) == (IncidentState.RESOLVED, NOON + DAY, [Telling.RESOLVED])
    assert "It had been open for 24 hours, since 2026-11-29 12:00 UTC." in ended.unsent[0].line
    assert over(told(ended), "later") == told(ended)
    again = changes.found(told(ended), finding("second", "age", at=NOON + 2 * DAY))
    assert (again.state, again.findings, news(again)) == (IncidentState.OPEN, 1, [Telling.OPENED])
    assert again.id != ended.id


def test_nobody_hears_the_end_of_what_was_never_told() -> None:
    silent = opened("age").model_copy(update={"told": 0})
    assert news(over(silent)) == []


def test_an_answer_that_runs_out_lets_the_incident_wait_again_and_says_so() -> None:
    for state in ANSWERS:
        record = answered(opened("age"), state, NOON + DAY)
        assert changes.tended(record, now=NOON + DAY - HOUR, escalate_after=HOUR) == record
        after = changes.tended(record, now=NOON + DAY, escalate_after=HOUR)
        assert (after.state, news(after), after.waiting_since) == (IncidentState.OPEN, [Telling.UPDATED], NOON + DAY)
        assert "by ann has run out" in after.unsent[0].line
        assert changes.tended(told(after), now=NOON + DAY, escalate_after=None) == told(after)
    late = changes.found(answered(opened("age"), IncidentState.SNOOZED, NOON + DAY), finding("b", "age", at=NOON + DAY))
    assert (late.state, news(late)) == (IncidentState.OPEN, [Telling.UPDATED])


def test_what_nobody_acknowledges_is_escalated_once_until_it_waits_anew() -> None:
    record = opened("age")
    early = NOON + 3 * HOUR
    assert changes.tended(record, now=early, escalate_after=4 * HOUR) == record
    assert changes.tended(record, now=NOON + 40 * DAY, escalate_after=None) == record
    after = told(changes.tended(record, now=NOON + 4 * HOUR, escalate_after=4 * HOUR))
    assert after.escalated_at == NOON + 4 * HOUR
    assert after.told == 2
    assert changes.tended(after, now=NOON + DAY, escalate_after=4 * HOUR) == after
    for state in ANSWERS:
        answer = answered(after, state)
        assert changes.tended(answer, now=NOON + 9 * DAY, escalate_after=4 * HOUR) == answer
        woken = told(changes.found(answer, finding("new", "plan", at=NOON + 9 * DAY)))
        assert news(changes.tended(woken, now=NOON + 10 * DAY, escalate_after=4 * HOUR)) == [Telling.ESCALATED]
    info = told(changes.found(None, finding("first", severity=Severity.INFO)))
    assert changes.tended(info, now=NOON + DAY, escalate_after=HOUR) == info


def test_an_incident_about_very_many_things_or_long_names_stays_small_and_knows_them() -> None:
    names = [f"feature {number}" for number in range(3 * MOST_SUBJECTS)]
    wide = opened(*names)
    assert len(wide.subjects) == MOST_SUBJECTS
    assert news(changes.found(wide, finding("second", *names))) == []
    long = "x" * 5000
    record = opened(f"{long}a")
    assert len(record.subjects[0]) <= LONGEST_SUBJECT
    assert news(changes.found(record, finding("second", f"{long}a"))) == []
    assert news(changes.found(record, finding("second", f"{long}b"))) == [Telling.UPDATED]


def test_alerts_that_cannot_be_sent_do_not_pile_up() -> None:
    record = changes.found(None, finding("first", "age"))
    for number in range(200):
        record = changes.found(record, finding(f"check-{number}", f"feature {number}"))
    assert len(record.unsent) <= changes.MOST_UNSENT
    assert news(record)[0] is Telling.OPENED
    assert "feature 199" in record.unsent[-1].text
    assert len({each.id for each in record.unsent}) == len(record.unsent)


MOMENTS = st.integers(0, 20).map(lambda days: NOON + timedelta(days=days))
FINDINGS = st.builds(
    lambda name, names, at, did, severity: finding(name, *names, at=at, did=did, severity=severity),
    st.sampled_from("abcdef"),
    st.lists(st.sampled_from(["age", "plan", "fee"]), max_size=3),
    MOMENTS,
    st.booleans(),
    st.sampled_from([None, *Severity]),
)
STEPS = st.one_of(
    FINDINGS.map(lambda each: lambda record: changes.found(record, each)),
    st.tuples(st.sampled_from("uvw"), MOMENTS).map(
        lambda end: lambda record: changes.over(record, at=end[1], evidence=end[0], said="over")
    ),
    st.tuples(st.sampled_from(ANSWERS), MOMENTS, st.booleans()).map(
        lambda answer: (
            lambda record: (
                record
                if record is None or record.is_over
                else answered(record, answer[0], answer[1] if answer[2] else None)
            )
        )
    ),
    MOMENTS.map(lambda now: lambda record: record and changes.tended(record, now=now, escalate_after=DAY)),
)


@given(st.lists(STEPS, max_size=40))
def test_whatever_happens_each_step_repeated_tells_nothing_more(steps: list) -> None:  # type: ignore[type-arg]
    record: IncidentRecord | None = None
    ids: list[str] = []
    for step in steps:
        after = step(record)
        if after is None:
            continue
        assert step(after) == after or not news(step(after))[len(news(after)) :]
        if record is not None and after.id == record.id:
            assert after.told >= record.told
            assert set(record.subjects) <= set(after.subjects)
            assert len(after.unsent) <= 2
        ids += [each.id for each in after.unsent]
        assert len(after.events) <= MOST_EVENTS
        assert len(after.taken) <= MOST_TAKEN
        assert (after.resolved_at is not None) == after.is_over
        assert IncidentRecord.model_validate_json(after.model_dump_json()) == after
        record = told(after)
    assert len(ids) == len(set(ids))
