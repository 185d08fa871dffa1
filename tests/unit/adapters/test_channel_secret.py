"""A channel's secret holds nothing, a webhook or a bot, and no error shows what it holds."""

import json
import traceback

import pytest

from courtside.adapters.channel_secret import BotInvalid, BotSecret, destination_in
from courtside.contracts.channels import CHANNELS
from courtside.contracts.secrecy import without_secrets

SLACK, TEAMS = CHANNELS["slack"], CHANNELS["teams"]
TOKEN = "xoxb-17653672481-19874698323-pdFZKVeTuE8sk7oOcBrzbqgy"


def secret(**changed: object) -> str:
    return json.dumps({"token": TOKEN, "channel": "C0123ABC", **changed})


def test_a_bot_is_a_token_and_a_channel() -> None:
    bot = destination_in(f" {secret()}\n", SLACK)
    assert bot == BotSecret(token=TOKEN, channel="C0123ABC", api="https://slack.com/api")
    assert TOKEN not in repr(bot)


def test_a_bot_may_use_the_api_of_another_slack() -> None:
    bot = destination_in(secret(api="https://slack-gov.com/api/"), SLACK)
    assert isinstance(bot, BotSecret)
    assert bot.api == "https://slack-gov.com/api"


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"channel": "#alerts"}, "channel"),
        ({"channel": None}, "channel"),
        ({"token": "https://hooks.slack.com/services/T0/B0/x"}, "token"),
        ({"token": f"{TOKEN} "}, "token"),
        ({"api": "http://slack.example/api"}, "api"),
        ({"api": "slack.com/api"}, "api"),
        ({"api": "https://[slack/api"}, "api"),
        ({"tokn": TOKEN}, "tokn"),
    ],
)
def test_a_bot_that_cannot_be_one_is_refused_by_field_and_never_shown(changed: dict[str, object], named: str) -> None:
    with pytest.raises(BotInvalid) as caught:
        destination_in(secret(**changed), SLACK)
    assert caught.value.fields == [named]
    assert TOKEN not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("described", ["{}", '{"token": "x"}', '{"webhook": "https://hooks.slack.com/services/T/B/x"}'])
def test_an_incomplete_bot_is_refused(described: str) -> None:
    with pytest.raises(BotInvalid):
        destination_in(described, SLACK)


@pytest.mark.parametrize("placeholder", ["[1]", "12345678", '"quoted"', "{fG7)k2[;Qp-x0~Yv!Rz9'Lm^B3u}Hw5", "null"])
def test_a_random_placeholder_is_no_bot(placeholder: str) -> None:
    assert destination_in(placeholder, SLACK) is None


def test_a_channel_without_bots_takes_none() -> None:
    assert destination_in(secret(), TEAMS) is None


@pytest.mark.parametrize("token", [TOKEN, "xoxp-1-2-3-abc", "xoxe.xoxb-1-abc"])
def test_a_token_is_hidden_wherever_it_is_written(token: str) -> None:
    assert token not in without_secrets(f"Slack refused {token} (invalid_auth)")
    assert "xox" in without_secrets(f"Slack refused {token}")
