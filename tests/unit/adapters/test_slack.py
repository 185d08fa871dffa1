"""Alerts are posted to a Slack webhook, retried within the function's time, and never reveal the webhook's address."""

import json
import socket
import traceback
from functools import partial

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from courtside.adapters import patient_post
from courtside.adapters.channel_secret import WebhookInvalid, destination_in
from courtside.adapters.patient_post import BUDGET_SECONDS, TRIES, WebhookUnreachable
from courtside.adapters.webhook import post
from courtside.contracts.channels.slack import MOST_BLOCKS, MOST_BYTES, MOST_OF_A_HEADER, MOST_OF_A_SECTION
from courtside.contracts.incidents import Telling
from embedded_aws.webhooks import SLACK, Webhook
from tests.fakes.answering import Answer, answering
from tests.fakes.messages import message_of

post_to_slack = partial(post, channel=SLACK)
webhook_in = partial(destination_in, channel=SLACK)

OK: Answer = (200, "ok", {})


def test_a_message_arrives_once() -> None:
    with Webhook() as slack:
        post_to_slack(slack.url, message=message_of("Courtside: drift", "what moved"))
        (message,) = slack.messages
    assert message.text == "*Courtside: drift*\nwhat moved"


def test_a_message_is_sent_again_until_the_webhook_recovers() -> None:
    waits: list[float] = []
    with Webhook() as slack:
        slack.fail_next(TRIES - 1)
        post_to_slack(slack.url, message=message_of("s", "t"), sleep=waits.append)
        assert len(slack.messages) == 1
    assert waits == [1, 2, 4]


def test_a_webhook_that_stays_broken_is_named_without_its_address() -> None:
    with Webhook() as slack:
        slack.fail_next(TRIES)
        with pytest.raises(WebhookUnreachable, match="HTTP 500") as caught:
            post_to_slack(slack.url, message=message_of("s", "t"), sleep=lambda _: None)
        assert slack.url not in str(caught.value)


def test_a_refusal_is_not_tried_again() -> None:
    with Webhook() as slack:
        with pytest.raises(WebhookUnreachable, match="HTTP 404"):
            post_to_slack(slack.url + "/unknown", message=message_of("s", "t"), sleep=lambda _: pytest.fail("waited"))
        assert not slack.messages


def test_an_address_where_nobody_listens_raises_a_named_error() -> None:
    with Webhook() as slack:
        url = slack.url
    with pytest.raises(WebhookUnreachable):
        post_to_slack(url, message=message_of("s", "t"), sleep=lambda _: None)


@pytest.mark.parametrize(
    "webhook", ["https://127.0.0.1/services/T0 B0", "https://[127.0.0.1/services/T0", "services/T0"]
)
def test_an_invalid_address_is_never_shown_in_its_error(webhook: str) -> None:
    """A stray space or bracket makes the address invalid, and most of the secret would otherwise reach the log."""
    with pytest.raises(WebhookUnreachable, match="not an address") as caught:
        post_to_slack(webhook, message=message_of("s", "t"), sleep=lambda _: pytest.fail("waited"))
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
def test_only_the_answer_of_slack_itself_counts_as_delivered(answer: Answer) -> None:
    with answering(answer) as (url, asked), pytest.raises(WebhookUnreachable, match=f"HTTP {answer[0]}"):
        post_to_slack(url, message=message_of("s", "t"), sleep=lambda _: None)
    assert asked == ["POST"] * TRIES


def test_a_temporary_sign_in_page_loses_no_message() -> None:
    with answering((302, "", {"Location": "/sign-in"}), (200, "<html>", {}), OK) as (url, asked):
        post_to_slack(url, message=message_of("s", "t"), sleep=lambda _: None)
    assert asked == ["POST"] * 3


def test_a_retry_waits_as_long_as_slack_asks() -> None:
    waits: list[float] = []
    with answering((429, "", {"Retry-After": "7"}), OK) as (url, asked):
        post_to_slack(url, message=message_of("s", "t"), sleep=waits.append)
    assert (waits, asked) == ([7], ["POST"] * 2)


@pytest.mark.parametrize("asked_for", [str(BUDGET_SECONDS + 1), "9" * 400])
def test_a_wait_longer_than_the_budget_is_left_to_the_retry_of_the_function(asked_for: str) -> None:
    with (
        answering((429, "", {"Retry-After": asked_for}), OK) as (url, asked),
        pytest.raises(WebhookUnreachable, match="HTTP 429"),
    ):
        post_to_slack(url, message=message_of("s", "t"), sleep=lambda _: pytest.fail("waited"))
    assert asked == ["POST"]


@pytest.mark.parametrize("said", ["soon", "-1", "", "Fri, 01 Jan 2100 00:00:00 GMT"])
def test_a_retry_after_header_that_is_not_a_number_is_ignored(said: str) -> None:
    waits: list[float] = []
    with answering((429, "", {"Retry-After": said}), OK) as (url, _):
        post_to_slack(url, message=message_of("s", "t"), sleep=waits.append)
    assert waits == [1]


def test_a_post_that_is_never_answered_times_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patient_post, "TIMEOUT_SECONDS", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/services/T/B/x"
        with pytest.raises(WebhookUnreachable, match="TimeoutError"):
            post_to_slack(url, message=message_of("s", "t"), sleep=lambda _: None)


def test_retries_end_while_the_function_still_has_time_to_report_the_error() -> None:
    times = iter([0.0, 4.0, 9.0, 16.0, 99.0])
    waits: list[float] = []
    with answering((500, "", {})) as (url, asked), pytest.raises(WebhookUnreachable):
        post_to_slack(url, message=message_of("s", "t"), sleep=waits.append, clock=lambda: next(times))
    assert (waits, asked) == ([1, 2], ["POST"] * 3)


def test_text_that_looks_like_slack_markup_is_escaped() -> None:
    with Webhook() as slack:
        post_to_slack(
            slack.url, message=message_of("a & b", "<!channel> <https://evil.example|log in> @here @Channel a@b.c")
        )
        (message,) = slack.messages
    header, section = message.payload["blocks"]
    assert header["text"] == {"type": "plain_text", "text": "a & b", "emoji": False}
    sent = section["text"]["text"]
    assert section["text"]["verbatim"] is True
    assert message.payload["text"] == "a &amp; b"
    assert "<" not in sent
    assert "&lt;!channel&gt;" in sent
    assert "@here" not in sent
    assert "@Channel" not in sent
    assert "a@b.c" in sent


@given(
    subject=st.text(min_size=1, max_size=300),
    parts=st.lists(st.text("*`•<&é😀ab \n", max_size=300), max_size=12),
    times=st.integers(1, 60),
)
@example(subject="&" * 300, parts=["&" * 3000], times=60)
@example(subject="s", parts=["*a*\nb\n\n"], times=2000)
def test_no_message_is_larger_than_slack_accepts(subject: str, parts: list[str], times: int) -> None:
    payload = SLACK.payload(message_of(subject, "\n*s*\n".join(parts * times), line=subject * 10))
    header, *others = payload["blocks"]
    assert len(payload["blocks"]) <= MOST_BLOCKS
    assert 1 <= len(header["text"]["text"]) <= MOST_OF_A_HEADER
    assert all(1 <= len(each["text"]["text"]) <= MOST_OF_A_SECTION for each in others)
    assert len(json.dumps(payload["blocks"], ensure_ascii=False).encode()) <= MOST_BYTES


def test_what_to_do_survives_a_list_that_is_too_long() -> None:
    text = "*What moved*\n" + "• a feature moved far\n" * 2000 + "*What to do*: `courtside retrain --model churn`"
    *_, moved, do = SLACK.payload(message_of("Drift", text))["blocks"]
    assert moved["text"]["text"].endswith("(cut; the report and the lake hold the rest)")
    assert do["text"]["text"] == "*What to do*: `courtside retrain --model churn`"


def test_an_update_is_one_line_and_has_no_blocks() -> None:
    message = message_of("Drift", "*What moved*\n• long", line="age <moved> too", telling=Telling.UPDATED)
    payload = SLACK.payload(message)
    assert payload["text"] == "age &lt;moved&gt; too"
    assert "blocks" not in payload
    assert SLACK.shown(payload) == "age <moved> too"


def test_an_incident_says_below_it_what_it_is_about() -> None:
    about = {"model": "churn", "kind": "drift", "severity": "warning", "telling": "opened", "incident": "i1"}
    *_, context = SLACK.payload(message_of(**about))["blocks"]
    assert context["type"] == "context"
    assert context["elements"][0]["text"] == "model churn · drift · warning · incident i1"


@pytest.mark.parametrize("secret", ["", "a placeholder", "fG7)k2[;Qp-x0~Yv!Rz9'Lm^B3u}Hw5$", "  \n"])
def test_a_secret_that_nobody_has_set_holds_no_webhook(secret: str) -> None:
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
def test_a_malformed_webhook_address_is_refused_and_not_taken_for_an_unset_one(secret: str) -> None:
    with pytest.raises(WebhookInvalid) as caught:
        webhook_in(secret)
    assert "T0" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    "secret", [" https://hooks.slack.com/services/T0/B0/x\n", "https://hooks.slack-gov.com/services/T0/B0/x"]
)
def test_a_valid_webhook_is_used_without_the_space_around_it(secret: str) -> None:
    assert webhook_in(secret) == secret.strip()
