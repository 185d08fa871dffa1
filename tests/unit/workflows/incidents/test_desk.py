"""A person accepts what moved, and with it the incident about it; what is taken back waits for a person again."""

from datetime import timedelta

import pytest

from courtside.contracts.events import DriftCheckRequest
from courtside.contracts.incidents import IncidentState
from courtside.core.drift import ClassicPolicy
from courtside.workflows.accept import Acceptances, NothingToAccept
from courtside.workflows.incidents import IncidentNotOpen, Incidents, IncidentUnknown, NotAcceptable
from courtside.workflows.incidents.desk import Desk
from tests.fakes.drift_setup import CHANGED, DATASET, NOW, QUIET, DriftSetup
from tests.fakes.incidents import finding
from tests.fakes.ports import InMemoryLedger, RecordedAlerts

MODEL, ANA = "nba_games", "arn:aws:iam::1:user/ana"
LATER = NOW + timedelta(hours=3)


@pytest.fixture
def incidents(setup: DriftSetup) -> Incidents:
    """Return incidents that do not know yet what the check of `desk` found."""
    return Incidents(InMemoryLedger(), setup.lake, RecordedAlerts())


@pytest.fixture
def desk(setup: DriftSetup, incidents: Incidents) -> Desk:
    """Return the desk of a stage whose model drifted."""
    setup.monitor.run(DriftCheckRequest(model=MODEL, window=CHANGED), now=NOW)
    return Desk(incidents, (), LATER)


@pytest.fixture
def acceptances(setup: DriftSetup) -> Acceptances:
    return Acceptances(setup.lake, DATASET, ClassicPolicy())


def drift(incidents: Incidents, evidence: str = "w-1") -> str:
    return incidents.report(finding(evidence, "home_rolling_ppg", model=MODEL, at=NOW)).id


@pytest.mark.parametrize("named", [True, False])
def test_the_act_names_the_incident_and_the_incident_who_accepted_it(
    desk: Desk, incidents: Incidents, acceptances: Acceptances, *, named: bool
) -> None:
    opened = drift(incidents)
    named_one = desk.acceptable(opened, model=MODEL) if named else None
    act, answered = desk.accept(acceptances, by=ANA, note="new rules", answered=named_one)
    assert (act.incident, act.by, act.note) == (opened, ANA, "new rules")
    assert answered is not None
    found = incidents.find(opened)
    assert (found.state, found.by, found.note, found.until) == (IncidentState.ACCEPTED, ANA, "new rules", None)


def test_what_moved_can_be_accepted_before_anybody_opened_an_incident(desk: Desk, acceptances: Acceptances) -> None:
    act, answered = desk.accept(acceptances, by=ANA)
    assert (act.incident, answered) == ("", None)
    assert act.features


def test_what_is_taken_back_is_open_again_with_the_next_finding(
    desk: Desk, incidents: Incidents, acceptances: Acceptances
) -> None:
    opened = drift(incidents)
    desk.accept(acceptances, by=ANA)
    act, answered = desk.take_back(acceptances, by=ANA, note="it was a bug")
    assert (act.incident, act.undone_note) == (opened, "it was a bug")
    assert answered is not None
    incidents.report(finding("w-2", "home_rolling_ppg", model=MODEL, at=LATER + timedelta(days=1)))
    assert incidents.find(opened).state is IncidentState.OPEN
    assert isinstance(incidents.alerts, RecordedAlerts)
    assert [str(each.telling) for each in incidents.alerts.sent] == ["opened", "updated"]


def test_an_incident_that_is_over_stays_so_when_its_acceptance_is_taken_back(
    desk: Desk, incidents: Incidents, acceptances: Acceptances
) -> None:
    opened = drift(incidents)
    desk.accept(acceptances, by=ANA)
    incidents.resolve(MODEL, "drift", at=LATER, evidence="w-2", said="nothing moved")
    assert desk.take_back(acceptances, by=ANA)[1] is None
    assert incidents.find(opened).is_over


@pytest.mark.parametrize("acknowledged", [False, True])
def test_an_incident_that_something_new_opened_is_not_marked_when_its_acceptance_is_taken_back(
    desk: Desk, incidents: Incidents, acceptances: Acceptances, *, acknowledged: bool
) -> None:
    opened = drift(incidents)
    desk.accept(acceptances, by=ANA, note="new rules")
    incidents.report(finding("w-2", "away_rolling_ppg", model=MODEL, at=LATER))
    if acknowledged:
        desk.acknowledge(opened, by="bob", note="I look")
    before = incidents.find(opened)
    act, answered = desk.take_back(acceptances, by=ANA)
    assert (act.incident, act.undone_by, answered) == (opened, ANA, None)
    assert incidents.find(opened) == before
    assert before.state is (IncidentState.ACKNOWLEDGED if acknowledged else IncidentState.OPEN)


def test_only_what_moved_in_this_model_can_be_accepted(desk: Desk, incidents: Incidents) -> None:
    failing = incidents.report(finding("r-1", model=MODEL, kind="failing_rounds")).id
    other = incidents.report(finding("w-1", "age", model="churn")).id
    over = drift(incidents)
    incidents.resolve(MODEL, "drift", at=LATER, evidence="w-2", said="nothing moved")
    for refused, error in ((failing, NotAcceptable), (other, IncidentUnknown), (over, IncidentNotOpen)):
        with pytest.raises(error):
            desk.acceptable(refused, model=MODEL)


def test_an_incident_is_not_accepted_where_nothing_moved(
    setup: DriftSetup, incidents: Incidents, acceptances: Acceptances
) -> None:
    setup.monitor.run(DriftCheckRequest(model=MODEL, window=QUIET), now=NOW)
    opened = drift(incidents)
    with pytest.raises(NothingToAccept):
        Desk(incidents, (), LATER).accept(acceptances, by=ANA)
    assert incidents.find(opened).state is IncidentState.OPEN
