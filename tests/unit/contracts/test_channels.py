"""These tests hold for every channel, including those that are added later."""

import json
from collections.abc import Mapping

import pytest

from courtside.contracts.channels import CHANNELS, Channel
from courtside.contracts.channels.message import ChannelMessage
from courtside.contracts.incidents import Severity, Telling
from embedded_aws.webhooks import Webhook
from infra.stage import StageSettings
from tests.fakes.messages import message_of

EACH = pytest.mark.parametrize("channel", CHANNELS.values(), ids=list(CHANNELS))


def test_the_channels_in_the_folder_are_found() -> None:
    assert {"slack", "teams"} <= set(CHANNELS)


@EACH
def test_a_channel_accepts_its_own_answer_and_no_other(channel: Channel) -> None:
    status, said = channel.answer
    assert channel.took(status, said.encode())
    assert not channel.took(200, b"<html>sign in</html>")


@EACH
def test_a_sent_message_is_shown_whole(channel: Channel) -> None:
    shown = channel.shown(
        json.loads(json.dumps(channel.payload(message_of("A subject", "first\nsecond <b> & [c](d)"))))
    )
    assert [line.strip("*") for line in shown.splitlines()] == ["A subject", "first", "second <b> & [c](d)"]


@EACH
def test_a_stage_switches_each_channel_on_by_its_name(channel: Channel) -> None:
    def settings(**given: bool) -> StageSettings:
        every: Mapping[str, bool] = dict.fromkeys(CHANNELS, False)
        return StageSettings.model_validate({"stage": "dev", **every, **given})

    assert settings().channels == ()
    assert settings(**{channel.name: True}).channels == (channel,)


@EACH
def test_an_unknown_payload_shows_no_text(channel: Channel) -> None:
    with Webhook(channel=channel) as webhook:
        assert webhook.channel is channel
    assert channel.shown({"anything": "else"}) == ""


@EACH
def test_a_line_that_stands_alone_says_which_model_and_incident_it_is_about(channel: Channel) -> None:
    update = ChannelMessage(
        subject="Courtside: drift in churn", line="age moved", model="churn", kind="drift", incident="drift-1",
        severity=Severity.WARNING, telling=Telling.UPDATED,
    )  # fmt: skip
    assert channel.shown(channel.payload(update)) == "age moved (model churn · drift · warning · incident drift-1)"
    assert channel.shown(channel.payload(update.as_line())) == "age moved"
