"""Alerts that reached nobody are sent again to whom they missed: none is lost, and none is told twice."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import CliRunner

from courtside.adapters.deployment import StageOutputs
from courtside.adapters.redrive import Outcome, Redrive, Redriven
from courtside.cli.main import app
from courtside.contracts.channels import CHANNELS
from courtside.contracts.events import Payload, RetrainingRequest, Trigger, UnlockRequest
from courtside.contracts.names import StackOutput
from courtside.contracts.retraining_ends import AnnounceRequest, Ending
from tests.fakes.dead_letters import TOPIC, FakeLetters, fails, posts

RULE = {"RULE_ARN": "arn:aws:events:eu-central-1:1:rule/Ended", "TARGET_ARN": TOPIC}
EVENT = {"source": "aws.states", "detail-type": "Execution Status Change", "detail": {"name": "n", "status": "ABORTED"}}
REQUEST = RetrainingRequest.model_validate(
    {"model": "churn", "training_id": "t", "as_of": "2026-11-01", "trigger": Trigger.MANUAL, "reason": "a test"}
)


@pytest.fixture
def letters(monkeypatch: pytest.MonkeyPatch) -> FakeLetters:
    found = FakeLetters({"NotifySlack": posts, "NotifyTeams": posts})
    monkeypatch.setattr("boto3.client", lambda *_, **__: found)
    return found


def redriven(letters: FakeLetters) -> list[Redriven]:
    return list(Redrive(TOPIC, letters.resources, [*CHANNELS.values()]).run())


def told(letters: FakeLetters) -> list[tuple[str, str]]:
    """Return who was told of which alert."""
    return [(name, event["Records"][0]["Sns"]["MessageId"]) for name, event in letters.called]


def test_each_channel_is_told_what_it_missed_and_nothing_else(letters: FakeLetters) -> None:
    letters.missed("NotifySlack", "m-1")
    letters.missed("NotifyTeams", "m-2")
    assert redriven(letters) == [
        Redriven("Courtside: m-1", "Slack", Outcome.SENT),
        Redriven("Courtside: m-2", "Teams", Outcome.SENT),
    ]
    assert told(letters) == [("NotifySlack", "m-1"), ("NotifyTeams", "m-2")]
    assert (letters.waiting, letters.hidden) == ([], [])
    assert redriven(letters) == []


def test_what_a_channel_refuses_stays_and_after_two_it_is_not_tried_with_the_others(letters: FakeLetters) -> None:
    letters.functions["NotifySlack"] = fails
    refused = [("NotifySlack", "m-1"), ("NotifySlack", "m-2"), ("NotifySlack", "m-3")]
    for channel, message in [*refused, ("NotifyTeams", "m-1")]:
        letters.missed(channel, message)
    found = redriven(letters)
    assert [(each.to, each.outcome) for each in found] == [
        *[("Slack", Outcome.KEPT)] * 3, ("Teams", Outcome.SENT),
    ]  # fmt: skip
    assert {each.why for each in found[:3]} == {"Slack did not take the message: HTTP 403"}
    assert told(letters) == [*refused[:2], ("NotifyTeams", "m-1")]
    assert len(letters.waiting) == 3
    letters.functions["NotifySlack"] = posts
    assert {each.outcome for each in redriven(letters)} == {Outcome.SENT}
    assert letters.waiting == []


def test_one_letter_that_a_channel_never_takes_holds_up_no_other(letters: FakeLetters) -> None:
    def refuses_the_first(event: dict[str, Any]) -> Any:
        return (fails if event["Records"][0]["Sns"]["MessageId"] == "m-1" else posts)(event)

    letters.functions["NotifySlack"] = refuses_the_first
    for message in ("m-1", "m-2", "m-3"):
        letters.missed("NotifySlack", message)
    assert [each.outcome for each in redriven(letters)] == [Outcome.KEPT, Outcome.SENT, Outcome.SENT]
    assert [each.outcome for each in redriven(letters)] == [Outcome.KEPT]


def test_a_channel_without_a_webhook_has_taken_nothing(letters: FakeLetters) -> None:
    letters.functions["NotifySlack"] = lambda _: {"posted": 0}
    letters.missed("NotifySlack", "m-1")
    (found,) = redriven(letters)
    assert (found.outcome, found.why) == (Outcome.KEPT, "no webhook is set for Slack")
    assert len(letters.waiting) == 1


def test_a_command_that_is_killed_after_the_channel_took_it_tells_nobody_twice(letters: FakeLetters) -> None:
    letters.missed("NotifySlack", "m-1")
    letters.missed("NotifySlack", "m-2")
    letters.deaths = 1
    with pytest.raises(KeyboardInterrupt):
        redriven(letters)
    letters.seen_again()
    assert [each.outcome for each in redriven(letters)] == [Outcome.KNOWN, Outcome.SENT]
    assert told(letters) == [("NotifySlack", "m-1"), ("NotifySlack", "m-2")]
    assert letters.waiting == letters.hidden == []


def test_a_log_that_names_the_same_alert_for_another_channel_does_not_count(letters: FakeLetters) -> None:
    letters.missed("NotifySlack", "m-1")
    redriven(letters)
    letters.missed("NotifyTeams", "m-1")
    assert [each.outcome for each in redriven(letters)] == [Outcome.SENT]
    assert told(letters) == [("NotifySlack", "m-1"), ("NotifyTeams", "m-1")]


def test_an_alert_that_the_topic_could_not_hand_over_reaches_the_channel_of_its_subscription(
    letters: FakeLetters,
) -> None:
    link = f"https://sns/?Action=Unsubscribe&SubscriptionArn={TOPIC}:NotifyTeams"
    note = {"Type": "Notification", "MessageId": "m-1", "Subject": "s", "Message": "t", "UnsubscribeURL": link}
    letters.leave(json.dumps(note), ErrorCode="404")
    assert redriven(letters) == [Redriven("s", "Teams", Outcome.SENT)]
    ((_, event),) = letters.called
    assert event["Records"][0]["Sns"]["Message"] == "t"


def test_what_a_rule_could_not_say_is_said_by_the_topic_in_the_words_of_the_rule(letters: FakeLetters) -> None:
    transformer = {"InputPathsMap": {"n": "$.detail.name"}, "InputTemplate": '"Retraining <n> ended"'}
    letters.targets = [{"Arn": "arn:other", "Input": "no"}, {"Arn": TOPIC, "InputTransformer": transformer}]
    letters.leave(json.dumps(EVENT), **RULE)
    assert redriven(letters) == [Redriven("Execution Status Change (aws.states)", TOPIC, Outcome.SENT)]
    assert (letters.published, letters.waiting) == (['"Retraining n ended"'], [])
    letters.targets = []
    letters.leave(json.dumps(EVENT), **RULE)
    (kept,) = redriven(letters)
    assert (kept.outcome, kept.why) == (Outcome.KEPT, "the rule Ended has no such target any more")


def test_a_rule_that_is_gone_keeps_no_letter_of_another_rule_from_the_topic(letters: FakeLetters) -> None:
    letters.targets = [{"Arn": TOPIC, "Input": "said"}]
    letters.rules = {"Ended"}
    letters.leave(json.dumps(EVENT), **RULE | {"RULE_ARN": "arn:aws:events:eu-central-1:1:rule/Removed"})
    letters.leave(json.dumps(EVENT), **RULE)
    assert [each.outcome for each in redriven(letters)] == [Outcome.KEPT, Outcome.SENT]
    assert letters.published == ["said"]


@pytest.mark.parametrize(
    ("function", "request_"),
    [
        ("StepsUnlock", UnlockRequest(request=REQUEST, trained=False, machine="arn:machine")),
        ("StepsAnnounce", AnnounceRequest(request=REQUEST, ended=Ending.BROKEN, execution="arn:1", status="ABORTED")),
    ],
)
def test_what_was_not_done_after_a_retraining_was_stopped_is_done(
    letters: FakeLetters, function: str, request_: Payload
) -> None:
    """The lock is given back, and people are told, by a letter of the function that belongs to it."""
    letters.functions |= {"StepsUnlock": lambda _: {}, "StepsAnnounce": lambda _: {}}
    letters.leave(json.dumps(request_.model_dump(mode="json") | {"request": REQUEST.model_dump_json()}))
    (found,) = redriven(letters)
    assert (found.to, found.outcome) == (function, Outcome.SENT)
    assert [name for name, _ in letters.called] == [function]


@pytest.mark.parametrize(
    "body",
    [
        "", "no JSON", "[]", "{}", '{"a": 1}', '{"Records": []}', '{"Records": [{"Sns": {}}]}',
        '{"Records": [{"EventSubscriptionArn": "arn:of-another-topic", "Sns": {"MessageId": "m"}}]}',
        '{"Type": "Notification", "MessageId": "m", "Message": "t"}',
    ],
)  # fmt: skip
def test_a_letter_that_nobody_here_missed_stays(letters: FakeLetters, body: str) -> None:
    letters.leave(body)
    (found,) = redriven(letters)
    assert (found.outcome, found.to) == (Outcome.KEPT, "")
    assert (letters.called, len(letters.waiting)) == ([], 1)


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, letters: FakeLetters) -> Callable[..., Any]:
    outputs = StageOutputs("dev")
    outputs |= {StackOutput.ALERT_TOPIC: TOPIC, **{each.secret_output: "arn" for each in CHANNELS.values()}}
    monkeypatch.setattr("courtside.adapters.deployment.stage_outputs", lambda _: outputs)
    monkeypatch.setattr("courtside.adapters.stack_resources.stack_resources", lambda _: letters.resources)
    return lambda *words: CliRunner().invoke(app, ["alerts", "redrive", *words])


def test_the_command_says_what_became_of_each_and_fails_if_one_stays(
    command: Callable[..., Any], letters: FakeLetters
) -> None:
    assert "No alert is undelivered" in command().stderr
    letters.missed("NotifySlack", "m-1")
    letters.leave("garbage")
    done = command("--json")
    assert done.exit_code == 1
    assert [(each["alert"], each["outcome"]) for each in json.loads(done.stdout)] == [
        ("Courtside: m-1", "sent"), ("garbage", "kept"),
    ]  # fmt: skip
    assert "`courtside alerts redrive` once more" in done.stderr
