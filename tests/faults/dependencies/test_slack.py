"""Slack is busy, broken, silent or somebody else while the stage tells people something."""

import json
import time
from collections.abc import Iterator

import pytest

from courtside.adapters.sns_alerts import SnsAlerts
from courtside.contracts.names import StackOutput
from courtside.core.alerting import Alert
from embedded_aws.webhooks import Answer
from tests.fakes.own_points import courtside
from tests.faults.fault import fault
from tests.faults.model import PATIENCE_SECONDS, Model
from tests.faults.truths.alerts import letters

_ELSEWHERE = {"Location": "http://127.0.0.1:9/elsewhere"}
RETRY_AFTER_SECONDS = 2
ANSWERS = {
    "500": Answer(),
    "429 with Retry-After": Answer(429, "rate_limited", {"Retry-After": f"{RETRY_AFTER_SECONDS}"}),
    "503 with a page": Answer(503, "<html>Maintenance</html>"),
    "200 with garbage": Answer(200, "\x00<html>welcome to our hotel</html>"),
    "a redirect": Answer(302, "", _ELSEWHERE),
    "half of its ok": Answer(200, "o", promises=1),
    "nothing at all": Answer(silent=True),
}
"""What Slack answers, by how the list of faults tells of it."""
FOR_GOOD = {
    "404 because the webhook was revoked": Answer(404, "no_service"),
    "429 for the next hour": Answer(429, "rate_limited", {"Retry-After": "3600"}),
}


def alert(model: Model, words: str) -> Alert:
    return Alert(f"Courtside: {words}", f"{words} of {model.name}", kind="test", id=f"{model.name}-{words}")


def publish(model: Model, words: str) -> None:
    SnsAlerts(model.loop.output(StackOutput.ALERT_TOPIC), model.name).publish(alert(model, words))


def told_once(model: Model, words: str) -> None:
    """Wait until people were told something; that nobody was told twice is asked after each fault."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not model.told(words):
        assert time.monotonic() < deadline, f"nobody was told {words!r}"
        time.sleep(0.1)
    assert len(model.told(words)) == 1


@fault(
    "Slack once answers an alert with {answer}.",
    promise="The alert is posted again, and people read it once.",
)
@pytest.mark.parametrize("answer", ANSWERS)
def test_slack_is_not_well_for_a_moment(model: Model, answer: str) -> None:
    model.stage.slack.fail_next(1, ANSWERS[answer])
    words = f"a moment of {list(ANSWERS).index(answer)}"
    begun = time.monotonic()
    publish(model, words)
    told_once(model, words)
    if "Retry-After" in answer:
        assert time.monotonic() - begun >= RETRY_AFTER_SECONDS


@fault(
    "Slack does not answer an alert for longer than its notifier may wait.",
    promise="The notifier gives up in time, is called again, and people read the alert once.",
)
def test_slack_never_answers_a_notifier(model: Model) -> None:
    model.stage.slack.fail_next(4, Answer(silent=True))
    publish(model, "a long silence")
    told_once(model, "a long silence")


@pytest.fixture
def well_again(model: Model) -> Iterator[None]:
    yield
    model.stage.slack.fail_next(0)


@pytest.mark.usefixtures("well_again")
@fault(
    "Slack answers an alert with {answer}.",
    promise="The alert lies among the dead letters, doctor says so, and a redrive tells people once.",
)
@pytest.mark.parametrize("answer", FOR_GOOD)
def test_slack_refuses_for_good(model: Model, answer: str) -> None:
    before, words = letters(model), f"refused with {answer[:3]}"
    model.stage.slack.fail_next(1000, FOR_GOOD[answer])
    publish(model, words)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while letters(model) == before:
        assert time.monotonic() < deadline, "no dead letter was written"
        time.sleep(0.1)
    assert not model.told(words)
    (found,) = [each for each in json.loads(courtside("doctor").stdout) if each["check"] == "alerts"]
    assert found["level"] == "fail"
    kept = courtside("alerts", "redrive")
    assert (kept.exit_code, {each["outcome"] for each in json.loads(kept.stdout)}) == (1, {"kept"})
    model.stage.slack.fail_next(0)
    sent = courtside("alerts", "redrive")
    assert (sent.exit_code, {each["outcome"] for each in json.loads(sent.stdout)}) == (0, {"sent"})
    told_once(model, words)
