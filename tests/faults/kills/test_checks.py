"""Drift checks and announcements are killed between alert and record, and what else a round does between its writes."""

import signal
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest

from courtside.adapters.sns_alerts import SnsAlerts
from courtside.contracts import dashboard_keys, ledger_keys
from courtside.contracts.events import DriftCheckResponse, RetrainingRequest, Trigger, Window
from courtside.contracts.names import StackOutput
from courtside.contracts.retraining_ends import AnnounceRequest, Ending
from courtside.core.alerting import Alert
from tests.faults.dependencies.answers import xml_error
from tests.faults.fault import fault
from tests.faults.kills.killing import (
    ANNOUNCE,
    DRIFT_CHECK,
    FIND_DUE,
    NOTIFY,
    PUBLISH,
    SETTLE,
    TEND,
    Moment,
    called,
    kill,
    standing,
    twice,
    worked,
)
from tests.faults.model import MOVED, PATIENCE_SECONDS, TRAINED, Model, added
from tests.faults.truths import Before, Forgiven, ask, remembered
from tests.integration.stage.conftest import Stage

WRITES, DECISIONS = "TransactWriteItems", "PUT .*/archive/decisions/"
TOLD = "Action=Publish"
CHECKING = {
    twice("before it claims the check", WRITES, body='/check"'): 1,
    Moment("after it claimed the check", WRITES, body='/check"', after=True): 2,
    Moment("after it logged the decision and before the report is there", DECISIONS, after=True): 3,
    Moment("before it logs that the decision was carried out", DECISIONS, skip=1): 4,
    Moment("after it logged that the decision was carried out", DECISIONS, skip=1, after=True): 5,
}
REFUSED = xml_error("sns", "AuthorizationError", status=403)
BETWEEN = Moment("between telling people and the note that they were told", "POST /", body=TOLD, after=True)
ONCE = "once"
POSTED = Moment("after it posted the alert and before it notes that", WRITES, skip=2)
NOTIFYING = {
    Moment("before it claims the alert", WRITES): ONCE,
    Moment("by SIGTERM before it claims the alert", WRITES, number=signal.SIGTERM): ONCE,
    Moment("after it claimed the alert and before it posts it", WRITES, skip=1): ONCE,
    POSTED: "again, and not lost",
}
FAILED, DRIFTED = "failed-and-told", Window(start=MOVED - timedelta(10), end=MOVED + timedelta(20))
SETTLING = [
    twice("before it keeps the record of the model's rounds", WRITES, body=r'"rounds-\w"'),
    Moment("after it kept the record and before people are told", WRITES, body=r'"rounds-\w"', after=True),
    Moment("after people were told and before it keeps what the round did", "PUT .*/watch/"),
]
PUBLISHING = [
    twice("before its first write", "PUT "),
    Moment("between two of its writes", "PUT ", skip=2),
    Moment("just after it wrote the page of the model", "PUT .*/index.html", after=True),
]
FINDING = [
    twice("before it writes the list of models", "PUT .*/watch/"),
    Moment("after it wrote the list of models", "PUT .*/watch/", after=True),
]


@pytest.fixture(scope="module")
def model(stage: Stage) -> Iterator[Model]:
    """Return a model about whose drift people are told, and which no drift trains."""
    with added(stage, "checks", more="retrain: {on_drift: false}") as there:
        yield there


def told_by(model: Model, count: int, *, containing: str = "") -> list[str]:
    """Wait until people were told so many things, and return them."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(found := model.told(containing)) < count:
        assert time.monotonic() < deadline, found
        time.sleep(0.1)
    return found


@dataclass(frozen=True)
class Killed:
    """What was asked for again after a kill: it waits until the lease of the killed process has run out."""

    before: Before
    announced: Future[Any]
    failure: dict[str, Any]
    checked: dict[Moment, Future[DriftCheckResponse]]

    def survived(self, model: Model) -> None:
        """Ask the truths about all that happened since before the kills."""
        ask(model, self.before, Forgiven(twice=POSTED.said))


@pytest.fixture(scope="module")
def killed(model: Model) -> Killed:
    """Kill all those whose claims others wait for, so that they wait at the same time, and end the drift check."""
    before = remembered(model)
    for moment in CHECKING:
        window = window_of(model, moment).model_dump(mode="json")
        kill(model, DRIFT_CHECK, {"model": model.name, "window": window}, moment)
    for moment in NOTIFYING:
        noted = ledger_keys.told("slack", alert_of(model, moment)).rpartition("/")[2]
        with standing(model, NOTIFY, replace(moment, body=noted)) as name:
            publish(model, moment)
            model.faults.kill_at(name, number=moment.number)
    failed = failure(model, FAILED).model_dump(mode="json")
    kill(model, ANNOUNCE, failed, Moment("before its first write", WRITES, number=signal.SIGTERM))
    kill(model, ANNOUNCE, failed, BETWEEN)
    kill(model, DRIFT_CHECK, {"model": model.name, "window": DRIFTED.model_dump(mode="json")}, BETWEEN)
    with ThreadPoolExecutor() as pool:
        announced = pool.submit(worked, model, ANNOUNCE, failed)
        checked = {each: pool.submit(model.loop.check_drift, window_of(model, each)) for each in CHECKING}
        assert model.loop.check_drift(DRIFTED).decision == "alert"
    return Killed(before, announced, failed, checked)


def window_of(model: Model, moment: Moment) -> Window:
    return model.day(date(2025, 12, CHECKING[moment]))


def publish(model: Model, moment: Moment) -> None:
    words = alert_of(model, moment)
    alert = Alert("Courtside: a test", words, kind="test", id=words)
    SnsAlerts(model.loop.output(StackOutput.ALERT_TOPIC), model.name).publish(alert)


def alert_of(model: Model, moment: Moment) -> str:
    return f"{model.name} is told {moment}"


def failure(model: Model, training_id: str) -> AnnounceRequest:
    request = RetrainingRequest(
        model=model.name, training_id=training_id, as_of=TRAINED, trigger=Trigger.MANUAL, reason="a test"
    )
    said = {"failed_step": "Train", "error": "States.TaskFailed", "cause": f"{training_id} was stopped"}
    return AnnounceRequest(request=request, ended=Ending.FAILED, execution="arn:of:none", **said)


@fault(
    "The drift check is killed {moment}.",
    promise="The next delivery of the event ends what was begun, and one decision is logged.",
)
@pytest.mark.parametrize("moment", CHECKING, ids=str)
def test_a_killed_check_is_completed(model: Model, killed: Killed, moment: Moment) -> None:
    answer = killed.checked[moment].result()
    assert answer.duplicate == ("was carried out" in moment.said and moment.after)
    assert model.loop.check_drift(window_of(model, moment)).duplicate
    assert model.stage.lake.keys(answer.report_key) == [answer.report_key]
    killed.survived(model)


@fault(
    "The drift check that found drift is killed between telling people and the note that they were told.",
    promise="The next delivery of the event ends what was begun, and a channel shows the alert once.",
)
def test_a_killed_check_tells_people_once(model: Model, killed: Killed) -> None:
    assert len(told_by(model, 1, containing="drift")) == 1
    assert model.loop.check_drift(DRIFTED).duplicate
    killed.survived(model)


@fault(
    "The function that announces a failed training is killed by SIGTERM before its first write, and by SIGKILL "
    "when it is asked again, between telling people and the note that they were told.",
    promise="Its repetition ends what was begun, and a channel shows the alert once.",
)
def test_a_killed_announcement_is_repeated_once(model: Model, killed: Killed) -> None:
    incident = killed.announced.result()["incident"]
    told_by(model, 1, containing=FAILED)
    assert worked(model, ANNOUNCE, killed.failure)["incident"] == incident
    assert len(model.told(FAILED)) == 1
    killed.survived(model)


@fault(
    "The function that settles what a round did is killed {moment}.",
    promise="Its repetition keeps the result and tells people once that the model fails.",
)
@pytest.mark.parametrize("moment", SETTLING, ids=str)
def test_a_killed_settlement_is_repeated_once(model: Model, moment: Moment) -> None:
    name, before = f"round-{SETTLING.index(moment)}", len(model.told("The round of"))
    event = {"model": model.name, "round": name, "as_of": "2026-02-01T00:00:00Z"}
    failed = {**event, "not_checked": {"error": "OutOfOrder", "cause": f"{name} went wrong"}}
    kill(model, SETTLE, failed, moment)
    for _ in range(2):
        assert worked(model, SETTLE, failed)["outcome"] == "failed"
    told_by(model, before + 1, containing="The round of")
    checked = {"decision": "nothing", "rule": "no_drift"}
    assert worked(model, SETTLE, {**event, "round": f"{name}-good", "checked": checked})["outcome"] == "nothing"
    told_by(model, before + 1, containing="do not fail any more")
    assert len(model.told("The round of")) == before + 1


@fault(
    "The function that builds the pages is killed {moment}.",
    promise="The pages that are there can be read, and its repetition writes all of them.",
)
@pytest.mark.parametrize("moment", PUBLISHING, ids=str)
def test_killed_pages_are_built_again(model: Model, moment: Moment) -> None:
    event = {"model": model.name, "round": f"pages-{PUBLISHING.index(moment)}"}
    kill(model, PUBLISH, event, moment)
    lake, prefix = model.stage.lake, dashboard_keys.pages(model.name)
    assert all(lake.read(key) for key in lake.keys(prefix))
    assert worked(model, PUBLISH, event)["pages"] > 0
    page = lake.read(dashboard_keys.model_page(model.name)).decode()
    assert page.rstrip().endswith("</html>")
    assert model.name in page


@fault(
    "The function that finds the models that are due is killed {moment}.",
    promise="The same round finds the same models when it asks again.",
)
@pytest.mark.parametrize("moment", FINDING, ids=str)
def test_models_that_are_due_are_found_again(model: Model, moment: Moment) -> None:
    name = f"due-{FINDING.index(moment)}"
    event = {"round": name, "as_of": "2026-02-01T00:00:00Z", "model": model.name, "everything": True}
    kill(model, FIND_DUE, event, moment)
    found = worked(model, FIND_DUE, event)
    assert found["due"] == 1
    assert model.stage.lake.read(found["key"])


@fault(
    "People could not be told of a failed round, and the function that tends the incidents is killed {moment}.",
    promise="The next round tells people once.",
)
@pytest.mark.parametrize("moment", [twice("before it claims what is to be told", WRITES)], ids=str)
def test_a_killed_tender_of_incidents_leaves_them_to_the_next_round(model: Model, moment: Moment) -> None:
    event, before = {"model": model.name, "as_of": "2026-02-01T00:00:00Z"}, len(model.told("The round of"))
    failed = {**event, "round": "untold", "not_checked": {"error": "OutOfOrder", "cause": "it went wrong"}}
    with model.faults.fault("mute", REFUSED(caller=SETTLE, body=TOLD)):
        assert called(model, SETTLE, failed)[1]
    kill(model, TEND, {}, moment)
    assert len(model.told("The round of")) == before
    for _ in range(2):
        worked(model, TEND, {})
    told_by(model, before + 1, containing="The round of")
    checked = {"decision": "nothing", "rule": "no_drift"}
    worked(model, SETTLE, {**event, "round": "told", "checked": checked})
    assert len(model.told("The round of")) == before + 1


@fault("The function that passes an alert on to a channel is killed {moment}.", promise="The alert is posted {times}.")
@pytest.mark.parametrize(("moment", "times"), NOTIFYING.items(), ids=str)
def test_an_alert_whose_notifier_was_killed_is_posted(model: Model, killed: Killed, moment: Moment, times: str) -> None:
    # The leases of the killed notifiers have run out while the faults above ran.
    count = 1 if times == ONCE else 2
    assert len(told_by(model, count, containing=alert_of(model, moment))) == count
    killed.survived(model)
