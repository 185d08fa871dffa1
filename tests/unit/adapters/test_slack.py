import traceback

import pytest

from courtside.adapters.slack import TRIES, SlackUnreachable, post_to_slack
from courtside.local.slack import SlackWebhook


def test_a_message_arrives_once() -> None:
    with SlackWebhook() as slack:
        post_to_slack(slack.url, subject="Courtside: drift", text="what moved")
        (message,) = slack.messages
    assert message.text == "*Courtside: drift*\nwhat moved"


def test_a_webhook_that_fails_for_a_while_gets_the_message_in_the_end() -> None:
    waits: list[float] = []
    with SlackWebhook() as slack:
        slack.fail_next(TRIES - 1)
        post_to_slack(slack.url, subject="s", text="t", sleep=waits.append)
        assert len(slack.messages) == 1
    assert waits == [1, 2, 4]


def test_a_webhook_that_stays_broken_is_named_without_its_address() -> None:
    with SlackWebhook() as slack:
        slack.fail_next(TRIES)
        with pytest.raises(SlackUnreachable, match="HTTP 500") as caught:
            post_to_slack(slack.url, subject="s", text="t", sleep=lambda _: None)
        assert slack.url not in str(caught.value)


def test_a_refusal_is_not_tried_again() -> None:
    with SlackWebhook() as slack:
        with pytest.raises(SlackUnreachable, match="HTTP 404"):
            post_to_slack(slack.url + "/unknown", subject="s", text="t", sleep=lambda _: pytest.fail("waited"))
        assert not slack.messages


def test_nobody_listening_is_named() -> None:
    with SlackWebhook() as slack:
        url = slack.url
    with pytest.raises(SlackUnreachable):
        post_to_slack(url, subject="s", text="t", sleep=lambda _: None)


@pytest.mark.parametrize(
    "webhook", ["https://127.0.0.1/services/T0 B0", "https://[127.0.0.1/services/T0", "services/T0"]
)
def test_an_address_that_is_none_stays_out_of_what_is_said_about_it(webhook: str) -> None:
    """A line break or a word too many in the secret: the log would tell nearly all of it."""
    with pytest.raises(SlackUnreachable, match="not an address") as caught:
        post_to_slack(webhook, subject="s", text="t", sleep=lambda _: pytest.fail("waited"))
    assert "T0" not in "".join(traceback.format_exception(caught.value))
