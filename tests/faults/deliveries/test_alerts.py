"""One alert comes many times, at once, from the topic, and out of the dead letters."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from courtside.adapters.sns_alerts import SnsAlerts
from courtside.contracts.incidents import Telling
from courtside.contracts.names import StackOutput
from courtside.core.alerting import Alert
from tests.fakes.own_points import done
from tests.faults.deliveries.at_once import all_at_once, at_once, called, few, function, told_once
from tests.faults.fault import fault
from tests.faults.model import Model

RECORDS = 1_000
LONG_AGO = "2026-01-01T00:00:00.000Z"


def alert(model: Model, name: str) -> Alert:
    return Alert(f"Courtside: {name}", f"{name} of {model.name}", id=f"{model.name}-{name}", model=model.name)


def delivered(model: Model, name: str, *, records: int = 1, **about: Any) -> dict[str, Any]:
    """Return the event by which the topic hands an alert over to a channel's function, with as many copies of it."""
    message = replace(alert(model, name), **about)
    topic = model.loop.output(StackOutput.ALERT_TOPIC)
    record = {
        "EventVersion": "1.0",
        "EventSource": "aws:sns",
        "EventSubscriptionArn": subscription(model),
        "Sns": {
            "Type": "Notification",
            "MessageId": f"{model.name}-{name}",
            "TopicArn": topic,
            "Subject": message.subject,
            "Message": message.message(model.name).model_dump_json(),
            "Timestamp": LONG_AGO,
        },
    }
    return {"Records": [record] * records}


def slack(model: Model) -> str:
    return function(model, "NotifySlack")


def subscription(model: Model) -> str:
    topic = model.loop.output(StackOutput.ALERT_TOPIC)
    found = model.stage.aws.client("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    (arn,) = (each["SubscriptionArn"] for each in found if "NotifySlack" in each["Endpoint"])
    return str(arn)


@fault(
    "One alert is handed over to a channel {times} times, up to six of them at the same moment.",
    promise="The channel is told once.",
)
@pytest.mark.parametrize("times", [5, 50])
def test_one_alert_is_handed_over_many_times_at_once(model: Model, times: int) -> None:
    name, event = slack(model), delivered(model, f"handed over {times} times")
    with few(model, name):
        answers = at_once(times, lambda: called(model, name, event))
    assert answers == [({"posted": 1}, "")] * times
    assert len(model.told(f"handed over {times} times")) == 1


@fault("One alert is published {times} times at once.", promise="The channel is told once.")
@pytest.mark.parametrize("times", [10])
def test_one_alert_is_published_many_times_at_once(model: Model, times: int) -> None:
    topic = SnsAlerts(model.loop.output(StackOutput.ALERT_TOPIC), model.name)
    at_once(times, lambda: topic.publish(alert(model, "published again and again")))
    # The newest alert comes after all of them.
    topic.publish(alert(model, "published after them"))
    told_once(model, "published after them")
    assert len(model.told("published again and again")) == 1


def letters(model: Model) -> str:
    (url,) = (u for u in model.stage.aws.client("sqs").list_queues()["QueueUrls"] if "AlertsUndelivered" in u)
    return str(url)


@fault(
    "{times:,} events that are long out of date are sent again out of the dead letters.",
    promise="What nobody was told is told once, nothing else is, and no letter is left.",
)
@pytest.mark.parametrize("times", [1000])
def test_stale_events_are_sent_again_out_of_the_dead_letters(model: Model, times: int) -> None:
    names = [f"letter {number}" for number in range(10)]
    known = names[:5]
    for name in known:
        called(model, slack(model), delivered(model, name))
    bodies = [json.dumps(delivered(model, name)) for name in names] * (times // len(names))
    attributes = {
        name: {"DataType": "String", "StringValue": value}
        for name, value in (("RequestID", "r"), ("ErrorCode", "200"), ("ErrorMessage", "Slack was away"))
    }
    sqs, queue = model.stage.aws.client("sqs"), letters(model)
    for first in range(0, times, 10):
        batch = [
            {"Id": f"{place}", "MessageBody": body, "MessageAttributes": attributes}
            for place, body in enumerate(bodies[first : first + 10])
        ]
        sqs.send_message_batch(QueueUrl=queue, Entries=batch)
    sent = done("alerts", "redrive")
    assert len(sent) == times
    assert {each["outcome"] for each in sent} == {"sent", "was delivered before"}
    for name in names:
        assert len(model.told(f"{name} of")) == 1


@fault(
    "One alert is handed over to a channel {times:,} times, in events of a thousand copies each.",
    promise="The channel is told once.",
)
@pytest.mark.parametrize("times", [10_000])
def test_one_alert_is_handed_over_thousands_of_times(model: Model, times: int) -> None:
    name, event = slack(model), delivered(model, "handed over for days", records=RECORDS)
    with few(model, name):
        answers = at_once(times // RECORDS, lambda: called(model, name, event))
    assert answers == [({"posted": RECORDS}, "")] * (times // RECORDS)
    assert len(model.told("handed over for days")) == 1


@pytest.fixture
def bot(model: Model) -> Iterator[None]:
    """Let a bot write to the channel for a while."""
    slack = model.stage.slack
    model.loop.set_webhooks({"slack": slack.bot_secret})
    yield
    model.loop.set_webhooks({"slack": slack.url})


@pytest.mark.usefixtures("bot")
@fault(
    "{times} messages about one new incident are handed over at the same moment to a channel in which a bot writes.",
    promise="The incident is one thread, in which each message is shown once.",
)
@pytest.mark.parametrize("times", [4])
def test_messages_of_a_new_incident_come_at_once(model: Model, times: int) -> None:
    name, said = slack(model), [f"number {number} of a new incident" for number in range(times)]
    tellings = (Telling.OPENED, *[Telling.UPDATED] * (times - 1))
    events = [
        delivered(model, each, telling=telling, incident=f"drift-{model.name}", kind="drift", line=f"line {each}")
        for each, telling in zip(said, tellings, strict=True)
    ]
    before = len(model.stage.slack.messages)
    answers = all_at_once(*[lambda event=event: called(model, name, event) for event in events])
    assert answers == [({"posted": 1}, "")] * times
    head, *replies = model.stage.slack.messages[before:]
    assert {each.thread for each in replies} == {head.id}
    # One message is the head, and each of the others is one reply.
    assert (
        len({each for each in said for reply in replies if f"line {each}" in reply.text}) == len(replies) == times - 1
    )
