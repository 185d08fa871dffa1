"""SNS, SQS and Secrets Manager fail while the stage tells people something."""

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from embedded_aws.faults.client import HOLD
from embedded_aws.faults.rules import Rule
from tests.fakes.console_script import Done, run
from tests.fakes.own_points import courtside
from tests.faults.dependencies.answers import error, xml_error
from tests.faults.dependencies.test_slack import publish, told_once
from tests.faults.fault import fault
from tests.faults.model import PATIENCE_SECONDS, Model
from tests.faults.truths.alerts import letters

THROTTLED, BROKEN = xml_error("sns", "Throttling", status=400), xml_error("sns", "InternalError", status=500)
PUBLISH = {"body": "Action=Publish"}
SNS = {
    "is throttled": THROTTLED(**PUBLISH, times=1),
    "fails": BROKEN(**PUBLISH, times=1),
    "takes it and does not say so": BROKEN(**PUBLISH, times=1, after=True),
}
"""What becomes of the first request to tell people, by how the list of faults tells of it."""
WELL_AGAIN = {"predicted": {"version": "1", "unchanged": 40}}
BROKEN_STEP = {"not_predicted": {"error": "ScoringFailed", "cause": "a fault was put in"}}


def invoked(model: Model, part: str, event: Any) -> tuple[Any, str]:
    """Call the function whose name has a part, as a round does."""
    client = model.stage.aws.client("lambda")
    (name,) = [each["FunctionName"] for each in client.list_functions()["Functions"] if part in each["FunctionName"]]
    answer = client.invoke(FunctionName=name, Payload=json.dumps(event).encode())
    return json.loads(answer["Payload"].read()), answer.get("FunctionError", "")


def settled(model: Model, name: str, **steps: Any) -> tuple[Any, str]:
    """Settle a round of the model, as the last step of its round does."""
    return invoked(
        model,
        "Settl",
        {"model": model.name, "round": name, "as_of": datetime.now(UTC).isoformat(), **steps},
    )


def wait_told(model: Model, words: str, times: int) -> None:
    """Wait until people were told something so many times in all."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(model.told(words)) < times:
        assert time.monotonic() < deadline, f"nobody was told {words!r}"
        time.sleep(0.1)
    assert len(model.told(words)) == times


FAILS, WELL = "The round of", "do not fail any more"


@fault(
    "SNS {sns} when a round that failed is told.",
    promise="People are told of the failure once, and of its end once.",
)
@pytest.mark.parametrize("sns", SNS)
def test_the_topic_is_not_well_for_a_moment(model: Model, sns: str) -> None:
    failures, ends, number = len(model.told(FAILS)), len(model.told(WELL)), list(SNS).index(sns)
    with model.faults.fault("topic", SNS[sns]):
        _, failed = settled(model, f"sns-{number}", **BROKEN_STEP)
        assert model.faults.met("topic") == 1
    assert not failed
    wait_told(model, FAILS, failures + 1)
    assert not settled(model, f"sns-{number}-well", **WELL_AGAIN)[1]
    wait_told(model, WELL, ends + 1)


FOR_GOOD = {"fails": BROKEN(**PUBLISH), "never answers": HOLD(service="^sns$", **PUBLISH)}


@fault(
    "SNS {sns} for as long as a round that failed is to be told.",
    promise="The failure is kept as not told yet, and the next round tells people once.",
)
@pytest.mark.parametrize("sns", FOR_GOOD)
def test_the_topic_is_away(model: Model, sns: str) -> None:
    failures, ends, number = len(model.told(FAILS)), len(model.told(WELL)), list(FOR_GOOD).index(sns)
    # What was held is carried out when it is let go, although nobody waits for it any more: so it was too late.
    rule = FOR_GOOD[sns]
    with model.faults.fault("topic", rule):
        body, failed = settled(model, f"away-{number}", **BROKEN_STEP)
        assert failed, body
        assert len(model.told(FAILS)) == failures
    assert not invoked(model, "Tend", {})[1]
    wait_told(model, FAILS, failures + 1)
    assert not settled(model, f"away-{number}-well", **WELL_AGAIN)[1]
    wait_told(model, WELL, ends + 1)


@fault(
    "Secrets Manager is throttled when the notifier reads Slack's address.",
    promise="It is read again, and people are told once.",
)
def test_the_address_cannot_be_read_for_a_moment(model: Model) -> None:
    rule = error("secretsmanager", "ThrottlingException")(times=2)
    with model.faults.fault("secret", rule):
        publish(model, "a busy secret")
        told_once(model, "a busy secret")
        assert model.faults.met("secret") == 2


@pytest.fixture
def letter(model: Model) -> str:
    """Return what a dead letter is about: an alert that came while Slack's address was wrong."""
    before, words = letters(model), f"a letter of {time.monotonic_ns()}"
    model.stage.loop.set_webhooks({"slack": model.stage.slack.url.removeprefix("http://")})
    publish(model, words)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while letters(model) == before:
        assert time.monotonic() < deadline, "no dead letter was written"
        time.sleep(0.1)
    model.stage.loop.set_webhooks({"slack": model.stage.slack.url})
    return words


def redriven() -> Done:
    return run("alerts", "redrive", "--stage", "dev", "--json")


@fault(
    "SQS fails when dead letters are read to be sent again.",
    promise="The command says that AWS is in trouble, every letter stays, and the next redrive tells people once.",
)
def test_dead_letters_cannot_be_read(model: Model, letter: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "2")
    with model.faults.fault("queue", _sqs("ReceiveMessage")):
        done = redriven()
    assert (done.returncode, "AwsBusy" in done.stderr) == (1, True), done.stderr
    assert "InternalError" in done.stderr
    assert redriven().returncode == 0
    told_once(model, letter)


@fault(
    "SQS fails when a dead letter that was just sent again is taken out of the queue.",
    promise="The command says so, and the next redrive finds that people know and tells them nothing again.",
)
def test_a_letter_cannot_be_taken_out(model: Model, letter: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "2")
    with model.faults.fault("queue", _sqs("DeleteMessage")):
        done = redriven()
    assert (done.returncode, "AwsBusy" in done.stderr) == (1, True), done.stderr
    told_once(model, letter)
    again = courtside("alerts", "redrive")
    assert (again.exit_code, {each["outcome"] for each in json.loads(again.stdout)}) == (0, {"was delivered before"})
    assert len(model.told(letter)) == 1


def _sqs(action: str) -> Rule:
    return error("sqs", "InternalError", status=500)(request=f"AmazonSQS.{action}")
