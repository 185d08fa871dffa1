"""A Teams workflow's webhook, by the answers that Power Automate gives."""

import json
import socket
from functools import partial

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from courtside.adapters import webhook as adapter
from courtside.adapters.webhook import BUDGET_SECONDS, TRIES, WebhookInvalid, WebhookUnreachable, post
from courtside.contracts.channels.teams import CHANNEL as TEAMS
from courtside.contracts.secrecy import without_secrets
from embedded_aws.webhooks import Webhook
from tests.fakes.answering import Answer, answering

post_to_teams = partial(post, channel=TEAMS)
webhook_in = partial(adapter.webhook_in, channel=TEAMS)
TAKEN: Answer = (202, "", {})
PATH = "/workflows/0a1b/triggers/manual/paths/invoke?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sig=Zx9secret"
LIMIT_OF_TEAMS = 28 * 1024


def test_a_message_is_a_card_whose_marks_are_its_look() -> None:
    with Webhook(channel=TEAMS) as teams:
        post_to_teams(teams.url, subject="Courtside: drift", text="*Why*: rule `certain`.\n\n• a_b < 2 * 3 * 4")
        (message,) = teams.messages
    (attachment,) = message.payload["attachments"]
    assert (message.payload["type"], attachment["contentType"]) == (
        "message",
        "application/vnd.microsoft.card.adaptive",
    )
    card = attachment["content"]
    assert (card["type"], card["body"][0]["inlines"][0]["weight"]) == ("AdaptiveCard", "Bolder")
    why, said, code, end = card["body"][1]["inlines"]
    assert (why["text"], why["weight"], said["text"], end["text"]) == ("Why", "Bolder", ": rule ", ".")
    assert (code["text"], code["fontType"]) == ("`certain`", "Monospace")
    assert message.shown == "Courtside: drift\nWhy: rule `certain`.\n• a_b < 2 * 3 * 4"


def test_names_from_the_data_are_text_and_no_markdown() -> None:
    """Teams reads Markdown in a TextBlock, and in no TextRun."""
    text = "[log in](https://evil.example) <at>everyone</at> **x**"
    (_, block) = TEAMS.payload("s", text)["attachments"][0]["content"]["body"]
    assert {run["type"] for run in block["inlines"]} == {"TextRun"}
    assert "".join(run["text"] for run in block["inlines"]) == text
    assert block["type"] == "RichTextBlock"


@given(subject=st.text(max_size=300), text=st.text(max_size=400), times=st.integers(1, 200))
@example(subject="s", text="\x00\U0001f3c0", times=4000)
@example(subject="\U0001f3c0" * 300, text="x\n", times=20_000)
def test_no_message_is_larger_than_teams_takes(subject: str, text: str, times: int) -> None:
    payload = TEAMS.payload(subject, text * times)
    assert len(json.dumps(payload)) <= 0.75 * LIMIT_OF_TEAMS


def test_a_short_message_is_whole_and_a_long_one_says_that_it_is_cut() -> None:
    line = "home_rolling_ppg moved by KS 0.31\n"
    assert TEAMS.shown(TEAMS.payload("s", line * 50)) == "s\n" + (line * 50).rstrip()
    shown = TEAMS.shown(TEAMS.payload("s", line * 2000))
    assert shown.endswith("(cut; the report and the lake hold the rest)")
    assert len(shown) > 3000


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
def test_only_the_202_of_a_workflow_counts_as_delivered(answer: Answer) -> None:
    with answering(answer) as (url, asked), pytest.raises(WebhookUnreachable, match=f"HTTP {answer[0]}") as caught:
        post_to_teams(url, subject="s", text="t", sleep=lambda _: None)
    assert asked == ["POST"] * TRIES
    assert str(caught.value).startswith("Teams did not take the message")


def test_a_workflow_that_fails_for_a_while_gets_the_message_once() -> None:
    waits: list[float] = []
    with answering((503, "", {}), (502, "", {}), TAKEN) as (url, asked):
        post_to_teams(url, subject="s", text="t", sleep=waits.append)
    assert (waits, len(asked)) == ([1, 2], 3)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 413])
def test_a_refusal_is_not_tried_again(status: int) -> None:
    with answering((status, "", {})) as (url, asked), pytest.raises(WebhookUnreachable, match=f"HTTP {status}"):
        post_to_teams(url, subject="s", text="t", sleep=lambda _: pytest.fail("waited"))
    assert len(asked) == 1


def test_teams_is_given_the_time_it_asks_for() -> None:
    waits: list[float] = []
    with answering((429, "", {"Retry-After": "9"}), TAKEN) as (url, asked):
        post_to_teams(url, subject="s", text="t", sleep=waits.append)
    assert (waits, len(asked)) == ([9], 2)


def test_more_time_than_the_function_has_is_left_to_its_own_retry() -> None:
    late = {"Retry-After": str(BUDGET_SECONDS + 1)}
    with answering((429, "", late), TAKEN) as (url, asked), pytest.raises(WebhookUnreachable, match="HTTP 429"):
        post_to_teams(url, subject="s", text="t", sleep=lambda _: pytest.fail("waited"))
    assert len(asked) == 1


def test_teams_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapter, "TIMEOUT_SECONDS", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}{PATH}"
        with pytest.raises(WebhookUnreachable, match="TimeoutError") as caught:
            post_to_teams(url, subject="s", text="t", sleep=lambda _: None)
    assert "Zx9secret" not in str(caught.value)


@pytest.mark.parametrize("host", ["prod-12.westeurope.logic.azure.com:443", "0a.1b.environment.api.powerplatform.com"])
def test_a_workflows_address_is_taken_as_it_was_put_and_shown_nowhere(host: str) -> None:
    url = f"https://{host}{PATH}"
    assert webhook_in(f" {url}\n") == url
    assert "Zx9secret" not in without_secrets(f"{url} does not answer")


@pytest.mark.parametrize(
    "secret", [f"prod-12.westeurope.logic.azure.com{PATH}", f'"https://prod-12.logic.azure.com{PATH}"', PATH]
)
def test_an_attempt_at_an_address_is_no_unset_one(secret: str) -> None:
    with pytest.raises(WebhookInvalid, match="Teams secret"):
        webhook_in(secret)


def test_a_secret_nobody_has_set_holds_no_webhook() -> None:
    assert webhook_in("fG7)k2[;Qp-x0~Yv!Rz9'Lm^B3u}Hw5$") is None
