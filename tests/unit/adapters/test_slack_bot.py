"""A bot posts, edits and answers through Slack's web API, whose refusals have the status 200."""

import json
from collections.abc import Iterator

import pytest

from courtside.adapters.channel_secret import BotSecret, destination_in
from courtside.adapters.patient_post import BUDGET_SECONDS, TRIES, WebhookUnreachable
from courtside.adapters.slack_bot import SlackBot
from courtside.contracts.incidents import Telling
from courtside.workflows.ports import MessageNotEdited
from embedded_aws.messages import SLACK
from embedded_aws.webhooks import Webhook
from tests.fakes.answering import Answer, answering
from tests.fakes.messages import message_of

TOKEN = "xoxb-1-2-abc"
DONE: Answer = (200, '{"ok": true, "channel": "C1", "ts": "1.5"}', {})
DRIFT = message_of("Drift in churn", "*What moved*\n• age", line="age moved", telling=Telling.OPENED, incident="i")


@pytest.fixture
def slack() -> Iterator[Webhook]:
    with Webhook() as slack:
        yield slack


def bot_at(secret: str) -> SlackBot:
    destination = destination_in(secret, SLACK)
    assert isinstance(destination, BotSecret)
    return SlackBot(destination, SLACK, sleep=lambda _: None)


def bot_of(url: str, **patience: object) -> SlackBot:
    api = url.removesuffix("/services/T/B/x") + "/api"
    return SlackBot(BotSecret(token=TOKEN, channel="C1", api=api), SLACK, **patience)


def test_a_message_is_posted_edited_and_answered(slack: Webhook) -> None:
    bot = bot_at(slack.bot_secret)
    posted = bot.post(DRIFT)
    bot.edit(posted, DRIFT.model_copy(update={"text": "*What moved*\n• age and plan"}))
    bot.reply(posted, message_of("Drift", "long", line="plan moved too"), aloud=False)
    first, reply = slack.messages
    assert (first.id, first.edits, first.thread) == (posted, 1, "")
    assert "age and plan" in first.text
    assert (reply.text, reply.thread) == ("plan moved too", posted)


def test_an_end_without_a_beginning_becomes_a_whole_message_when_it_comes(slack: Webhook) -> None:
    bot = bot_at(slack.bot_secret)
    end = message_of("Over", "long", line="nothing moves", telling=Telling.RESOLVED, incident="i")
    posted = bot.post(end)
    bot.edit(posted, end)
    assert slack.messages[0].text == "nothing moves (the stage · notice · info · incident i)"
    bot.edit(posted, DRIFT)
    assert "*What moved*" in slack.messages[0].text


def test_a_message_that_somebody_removed_is_said_to_be_gone(slack: Webhook) -> None:
    with pytest.raises(MessageNotEdited) as caught:
        bot_at(slack.bot_secret).edit("1.0", DRIFT)
    assert caught.value.gone


def test_a_message_that_may_not_be_edited_is_no_message_that_is_gone() -> None:
    with (
        answering((200, '{"ok": false, "error": "edit_window_closed"}', {})) as (url, asked),
        pytest.raises(MessageNotEdited) as caught,
    ):
        bot_of(url, sleep=lambda _: pytest.fail("waited")).edit("1.0", DRIFT)
    assert (caught.value.gone, len(asked)) == (False, 1)


@pytest.mark.parametrize("error", ["invalid_auth", "not_in_channel", "is_archived", "msg_blocks_too_long"])
def test_a_refusal_is_named_and_not_tried_again(error: str) -> None:
    with answering((200, json.dumps({"ok": False, "error": error}), {})) as (url, asked):
        with pytest.raises(WebhookUnreachable, match=error) as caught:
            bot_of(url, sleep=lambda _: pytest.fail("waited")).post(DRIFT)
        assert TOKEN not in str(caught.value)
    assert len(asked) == 1


@pytest.mark.parametrize("error", ["ratelimited", "internal_error", "service_unavailable"])
def test_a_trouble_that_passes_is_tried_again(error: str) -> None:
    with answering((200, json.dumps({"ok": False, "error": error}), {}), DONE) as (url, asked):
        assert bot_of(url, sleep=lambda _: None).post(DRIFT) == "1.5"
    assert len(asked) == 2


def test_a_retry_waits_as_long_as_slack_asks() -> None:
    waits: list[float] = []
    with answering((429, "", {"Retry-After": "7"}), DONE) as (url, _):
        bot_of(url, sleep=waits.append).post(DRIFT)
    assert waits == [7]


def test_a_wait_longer_than_the_budget_is_left_to_the_retry_of_the_function() -> None:
    late = {"Retry-After": str(BUDGET_SECONDS + 1)}
    with answering((429, "", late), DONE) as (url, _), pytest.raises(WebhookUnreachable, match="HTTP 429"):
        bot_of(url, sleep=lambda _: pytest.fail("waited")).post(DRIFT)


@pytest.mark.parametrize(
    "answer",
    [
        (302, "", {"Location": "/sign-in"}),
        (200, "ok", {}),
        (200, "<html>sign in</html>", {}),
        (200, "[]", {}),
        (200, '{"ok": true}', {}),
        (200, '{"ok": "yes", "ts": "1.0"}', {}),
        (204, "", {}),
    ],
)
def test_only_an_answer_of_the_api_counts_as_delivered(answer: Answer) -> None:
    with answering(answer) as (url, asked), pytest.raises(WebhookUnreachable, match=f"HTTP {answer[0]}"):
        bot_of(url, sleep=lambda _: None).post(DRIFT)
    assert asked == ["POST"] * TRIES


def test_a_token_that_is_not_the_bots_is_refused(slack: Webhook) -> None:
    secret = json.loads(slack.bot_secret) | {"token": TOKEN}
    with pytest.raises(WebhookUnreachable, match="invalid_auth"):
        bot_at(json.dumps(secret)).post(DRIFT)
    assert not slack.messages
