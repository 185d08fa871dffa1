"""Alerts are posted to the webhook of a Teams workflow, which answers as Power Automate does."""

import json
import socket
from functools import partial
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from courtside.adapters import patient_post
from courtside.adapters.channel_secret import WebhookInvalid, destination_in
from courtside.adapters.patient_post import BUDGET_SECONDS, TRIES, WebhookUnreachable
from courtside.adapters.webhook import post
from courtside.contracts.channels.teams import CHANNEL as TEAMS
from courtside.contracts.incidents import Telling
from courtside.contracts.secrecy import without_secrets
from embedded_aws.webhooks import Webhook
from tests.fakes.answering import Answer, answering
from tests.fakes.messages import message_of

post_to_teams = partial(post, channel=TEAMS)
webhook_in = partial(destination_in, channel=TEAMS)


def payload_of(subject: str, text: str) -> dict[str, Any]:
    return TEAMS.payload(message_of(subject, text))


TAKEN: Answer = (202, "", {})
PATH = "/workflows/0a1b/triggers/manual/paths/invoke?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sig=Zx9secret"
LIMIT_OF_TEAMS = 28 * 1024


def test_a_message_becomes_an_adaptive_card_with_formatted_text() -> None:
    with Webhook(channel=TEAMS) as teams:
        post_to_teams(teams.url, message=message_of("Courtside: drift", "*Why*: rule `certain`.\n\n• a_b < 2 * 3 * 4"))
        (message,) = teams.messages
    (attachment,) = message.payload["attachments"]
    assert (message.payload["type"], attachment["contentType"]) == (
        "message",
        "application/vnd.microsoft.card.adaptive",
    )
    card = attachment["content"]
    assert (card["type"], card["body"][0]["inlines"][0]["weight"]) == ("AdaptiveCard", "Bolder")
    why, between, code, end = card["body"][1]["items"][0]["inlines"]
    assert (why["text"], why["weight"], between["text"], end["text"]) == ("Why", "Bolder", ": rule ", ".")
    assert (code["text"], code["fontType"]) == ("certain", "Monospace")
    assert message.text == "Courtside: drift\nWhy: rule `certain`.\n\n• a_b < 2 * 3 * 4"


def test_names_from_the_data_are_never_read_as_markdown() -> None:
    """The text is put into TextRuns, because Teams reads Markdown in a TextBlock but not in a TextRun."""
    text = "[log in](https://evil.example) <at>everyone</at> **x**"
    (_, container) = payload_of("s", text)["attachments"][0]["content"]["body"]
    (block,) = container["items"]
    assert {run["type"] for run in block["inlines"]} == {"TextRun"}
    assert "".join(run["text"] for run in block["inlines"]) == text
    assert block["type"] == "RichTextBlock"


@given(subject=st.text(max_size=300), text=st.text(max_size=400), times=st.integers(1, 200))
@example(subject="s", text="\x00\U0001f3c0", times=4000)
@example(subject="\U0001f3c0" * 300, text="x\n", times=20_000)
def test_no_message_is_larger_than_teams_accepts(subject: str, text: str, times: int) -> None:
    payload = payload_of(subject, text * times)
    assert len(json.dumps(payload)) <= 0.75 * LIMIT_OF_TEAMS


def test_a_short_message_is_whole_and_a_long_one_says_that_it_was_cut() -> None:
    line = "home_rolling_ppg moved by KS 0.31\n"
    assert TEAMS.shown(payload_of("s", line * 50)) == "s\n" + (line * 50).rstrip()
    shown = TEAMS.shown(payload_of("s", line * 2000))
    assert shown.endswith("(cut; the report and the lake hold the rest)")
    assert len(shown) > 3000


def test_an_update_is_one_line_of_the_card() -> None:
    message = message_of("Drift", "*What moved*\n• long", line="age moved too", telling=Telling.UPDATED)
    assert TEAMS.shown(TEAMS.payload(message)) == "age moved too"


@pytest.mark.parametrize(("severity", "color"), [("critical", "Attention"), ("warning", "Warning"), ("info", None)])
def test_the_subjects_colour_is_the_severity(severity: str, color: str | None) -> None:
    about = {"severity": severity, "telling": "opened", "kind": "drift", "incident": "i1"}
    subject, _, context = TEAMS.payload(message_of(**about))["attachments"][0]["content"]["body"]
    assert subject["inlines"][0].get("color") == color
    assert context["inlines"][0]["text"] == f"the stage · drift · {severity} · incident i1"


@pytest.mark.parametrize(
    "answer",
    [
        (200, "1", {}),
        (200, "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 413", {}),
        (200, "<html>sign in</html>", {"Content-Type": "text/html"}),
        (204, "", {}),
        (302, "", {"Location": "/sign-in"}),
        (500, "", {}),
        (502, '{"error": {"code": "NoResponse"}}', {}),
    ],
)
def test_only_status_202_from_a_workflow_counts_as_delivered(answer: Answer) -> None:
    with answering(answer) as (url, asked), pytest.raises(WebhookUnreachable, match=f"HTTP {answer[0]}") as caught:
        post_to_teams(url, message=message_of("s", "t"), sleep=lambda _: None)
    assert asked == ["POST"] * TRIES
    assert str(caught.value).startswith("Teams did not take the message")


def test_a_message_is_sent_again_until_the_workflow_accepts_it() -> None:
    waits: list[float] = []
    with answering((503, "", {}), (502, "", {}), TAKEN) as (url, asked):
        post_to_teams(url, message=message_of("s", "t"), sleep=waits.append)
    assert (waits, len(asked)) == ([1, 2], 3)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 413])
def test_a_refusal_is_not_tried_again(status: int) -> None:
    with answering((status, "", {})) as (url, asked), pytest.raises(WebhookUnreachable, match=f"HTTP {status}"):
        post_to_teams(url, message=message_of("s", "t"), sleep=lambda _: pytest.fail("waited"))
    assert len(asked) == 1


def test_a_retry_waits_as_long_as_teams_asks() -> None:
    waits: list[float] = []
    with answering((429, "", {"Retry-After": "9"}), TAKEN) as (url, asked):
        post_to_teams(url, message=message_of("s", "t"), sleep=waits.append)
    assert (waits, len(asked)) == ([9], 2)


def test_a_wait_longer_than_the_budget_is_left_to_the_retry_of_the_function() -> None:
    late = {"Retry-After": str(BUDGET_SECONDS + 1)}
    with answering((429, "", late), TAKEN) as (url, asked), pytest.raises(WebhookUnreachable, match="HTTP 429"):
        post_to_teams(url, message=message_of("s", "t"), sleep=lambda _: pytest.fail("waited"))
    assert len(asked) == 1


def test_a_post_that_is_never_answered_times_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patient_post, "TIMEOUT_SECONDS", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}{PATH}"
        with pytest.raises(WebhookUnreachable, match="TimeoutError") as caught:
            post_to_teams(url, message=message_of("s", "t"), sleep=lambda _: None)
    assert "Zx9secret" not in str(caught.value)


@pytest.mark.parametrize("host", ["prod-12.westeurope.logic.azure.com:443", "0a.1b.environment.api.powerplatform.com"])
def test_a_valid_workflow_address_is_used_and_never_shown(host: str) -> None:
    url = f"https://{host}{PATH}"
    assert webhook_in(f" {url}\n") == url
    assert "Zx9secret" not in without_secrets(f"{url} does not answer")


@pytest.mark.parametrize(
    "secret", [f"prod-12.westeurope.logic.azure.com{PATH}", f'"https://prod-12.logic.azure.com{PATH}"', PATH]
)
def test_a_malformed_address_is_refused_and_not_taken_for_an_unset_one(secret: str) -> None:
    with pytest.raises(WebhookInvalid, match="Teams secret"):
        webhook_in(secret)


def test_a_secret_that_nobody_has_set_holds_no_webhook() -> None:
    assert webhook_in("fG7)k2[;Qp-x0~Yv!Rz9'Lm^B3u}Hw5$") is None
