import socket
import traceback
from functools import partial

import pytest

from courtside.adapters import webhook as adapter
from courtside.adapters.webhook import BUDGET_SECONDS, TRIES, WebhookInvalid, WebhookUnreachable, post
from embedded_aws.webhooks import SLACK, Webhook
from tests.fakes.answering import Answer, answering

post_to_slack = partial(post, channel=SLACK)
webhook_in = partial(adapter.webhook_in, channel=SLACK)

OK: Answer = (200, "ok", {})


def test_a_message_arrives_once() -> None:
    with Webhook() as slack:
        post_to_slack(slack.url, subject="Courtside: drift", text="what moved")
        (message,) = slack.messages
    assert message.text == "*Courtside: drift*\nwhat moved"


def test_a_webhook_that_fails_for_a_while_gets_the_message_in_the_end() -> None:
    waits: list[float] = []
    with Webhook() as slack:
        slack.fail_next(TRIES - 1)
        post_to_slack(slack.url, subject="s", text="t", sleep=waits.append)
        assert len(slack.messages) == 1
    assert waits == [1, 2, 4]


def test_a_webhook_that_stays_broken_is_named_without_its_address() -> None:
    with Webhook() as slack:
        slack.fail_next(TRIES)
        with pytest.raises(WebhookUnreachable, match="HTTP 500") as caught:
            post_to_slack(slack.url, subject="s", text="t", sleep=lambda _: None)
        assert slack.url not in str(caught.value)


def test_a_refusal_is_not_tried_again() -> None:
    with Webhook() as slack:
        with pytest.raises(WebhookUnreachable, match="HTTP 404"):
            post_to_slack(slack.url + "/unknown", subject="s", text="t", sleep=lambda _: pytest.fail("waited"))
        assert not slack.messages


def test_nobody_listening_is_named() -> None:
    with Webhook() as slack:
        url = slack.url
    with pytest.raises(WebhookUnreachable):
        post_to_slack(url, subject="s", text="t", sleep=lambda _: None)


@pytest.mark.parametrize(
    "webhook", ["https://127.0.0.1/services/T0 B0", "https://[127.0.0.1/services/T0", "services/T0"]
)
def test_an_address_that_is_none_stays_out_of_what_is_said_about_it(webhook: str) -> None:
    """A line break or a word too many in the secret: the log would tell nearly all of it."""
    with pytest.raises(WebhookUnreachable, match="not an address") as caught:
        post_to_slack(webhook, subject="s", text="t", sleep=lambda _: pytest.fail("waited"))
    assert "T0" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    "answer",
    [
        (302, "", {"Location": "/sign-in"}),
        (303, "", {"Location": "/sign-in"}),
        (307, "", {"Location": "/sign-in"}),
        (200, "<html>ok</html>", {"Content-Type": "text/html"}),
        (200, "", {}),
        (200, "no_service", {}),
        (200, "okay", {}),
        (204, "", {}),
    ],
)
def test_only_slacks_own_answer_counts_as_delivered(answer: Answer) -> None:
    with answering(answer) as (url, asked), pytest.raises(WebhookUnreachable, match=f"HTTP {answer[0]}"):
        post_to_slack(url, subject="s", text="t", sleep=lambda _: None)
    assert asked == ["POST"] * TRIES


def test_a_sign_in_page_for_a_while_costs_no_message() -> None:
    with answering((302, "", {"Location": "/sign-in"}), (200, "<html>", {}), OK) as (url, asked):
        post_to_slack(url, subject="s", text="t", sleep=lambda _: None)
    assert asked == ["POST"] * 3


def test_slack_is_given_the_time_it_asks_for() -> None:
    waits: list[float] = []
    with answering((429, "", {"Retry-After": "7"}), OK) as (url, asked):
        post_to_slack(url, subject="s", text="t", sleep=waits.append)
    assert (waits, asked) == ([7], ["POST"] * 2)


@pytest.mark.parametrize("asked_for", [str(BUDGET_SECONDS + 1), "9" * 400])
def test_more_time_than_the_function_has_is_left_to_its_own_retry(asked_for: str) -> None:
    with (
        answering((429, "", {"Retry-After": asked_for}), OK) as (url, asked),
        pytest.raises(WebhookUnreachable, match="HTTP 429"),
    ):
        post_to_slack(url, subject="s", text="t", sleep=lambda _: pytest.fail("waited"))
    assert asked == ["POST"]


@pytest.mark.parametrize("said", ["soon", "-1", "", "Fri, 01 Jan 2100 00:00:00 GMT"])
def test_a_retry_after_that_is_no_number_is_passed_over(said: str) -> None:
    waits: list[float] = []
    with answering((429, "", {"Retry-After": said}), OK) as (url, _):
        post_to_slack(url, subject="s", text="t", sleep=waits.append)
    assert waits == [1]


def test_slack_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapter, "TIMEOUT_SECONDS", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/services/T/B/x"
        with pytest.raises(WebhookUnreachable, match="TimeoutError"):
            post_to_slack(url, subject="s", text="t", sleep=lambda _: None)


def test_tries_end_while_the_function_still_has_time_to_say_why() -> None:
    times = iter([0.0, 4.0, 9.0, 16.0, 99.0])
    waits: list[float] = []
    with answering((500, "", {})) as (url, asked), pytest.raises(WebhookUnreachable):
        post_to_slack(url, subject="s", text="t", sleep=waits.append, clock=lambda: next(times))
    assert (waits, asked) == ([1, 2], ["POST"] * 3)


def test_what_looks_like_slacks_markup_arrives_as_text() -> None:
    with Webhook() as slack:
        post_to_slack(slack.url, subject="a & b", text="<!channel> <https://evil.example|log in> @here @Channel a@b.c")
        (message,) = slack.messages
    assert message.text.splitlines()[0] == "*a &amp; b*"
    assert "<" not in message.text
    assert "&lt;!channel&gt;" in message.text
    assert "@here" not in message.text
    assert "@Channel" not in message.text
    assert "a@b.c" in message.text


@pytest.mark.parametrize("secret", ["", "a placeholder", "fG7)k2[;Qp-x0~Yv!Rz9'Lm^B3u}Hw5$", "  \n"])
def test_a_secret_nobody_has_set_holds_no_webhook(secret: str) -> None:
    assert webhook_in(secret) is None


@pytest.mark.parametrize(
    "secret",
    [
        "hooks.slack.com/services/T0/B0/x",
        "hooks.slack.com",
        "/services/T0/B0/x",
        "http://hooks.slack.com/services/T0/B0/x",
        "https:///services/T0/B0/x",
        "https://hooks.slack.com",
        "https://[hooks/services/T0",
        '"https://hooks.slack.com/services/T0/B0/x"',
        "https://hooks.slack.com/services/T0/B0/x https://hooks.slack.com/services/T1/B1/y",
        "<https://hooks.slack.com/services/T0/B0/x>",
        "example.com:8443/hook",
        "ftp://hooks.slack.com/services/T0/B0/x",
        "http://127.0.0.1:port/x",
    ],
)
def test_an_address_that_cannot_be_a_webhooks_is_no_unset_one(secret: str) -> None:
    with pytest.raises(WebhookInvalid) as caught:
        webhook_in(secret)
    assert "T0" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    "secret", [" https://hooks.slack.com/services/T0/B0/x\n", "https://hooks.slack-gov.com/services/T0/B0/x"]
)
def test_a_webhook_is_taken_as_it_was_put(secret: str) -> None:
    assert webhook_in(secret) == secret.strip()
