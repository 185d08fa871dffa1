"""Messages that the embedded AWS's own Slack received can be read by other processes and by people."""

import json
from functools import partial
from pathlib import Path

import psutil
import pytest
from typer.testing import CliRunner

from courtside.adapters.channel_secret import BotSecret, destination_in
from courtside.adapters.patient_post import WebhookUnreachable
from courtside.adapters.slack_bot import SlackBot
from courtside.adapters.webhook import post
from courtside.cli.main import app
from embedded_aws import instance as instances
from embedded_aws.webhooks import SLACK, Journal, Webhook
from tests.fakes.messages import message_of

post_to_slack = partial(post, channel=SLACK)


def test_an_accepted_message_can_be_read_by_another_process(tmp_path: Path) -> None:
    with Webhook(Journal(tmp_path)) as webhook:
        post_to_slack(webhook.url, message=message_of("Drift", "home_rest & away_rest < 0.2"))
        post_to_slack(webhook.url, message=message_of("Again", "second"))
        with pytest.raises(WebhookUnreachable, match="404"):
            post_to_slack(webhook.url[:-1], message=message_of("A stranger's", "who does not know the address"))
        accepted = webhook.messages
    read = Journal(tmp_path).messages
    assert read == accepted
    assert [message.text for message in read] == ["*Drift*\nhome_rest & away_rest < 0.2", "*Again*\nsecond"]


def test_a_line_that_is_still_being_written_is_not_yet_a_message(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    assert journal.wait_for(1, timeout=0) == ()
    whole = json.dumps({"received_at": "2026-03-01T12:00:00+00:00", "payload": {"text": "whole"}})
    (tmp_path / "slack.jsonl").write_text(f"{whole}\n{whole[:30]}")
    assert [message.text for message in journal.wait_for(1, timeout=300)] == ["whole"]


@pytest.fixture
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> instances.Instance:
    """Return an instance whose supervisor is this process and whose Slack received two messages."""
    here, state, directory = psutil.Process(), tmp_path / "state", tmp_path / "working-files"
    state.mkdir()
    directory.mkdir()
    instance = instances.Instance(
        id="0badcafe", directory=str(directory), endpoint="", tracking_url="", region="us-east-1",
        supervisor_pid=here.pid, supervisor_started=here.create_time(), emulator_pid=0,
        access_key_id="AKIA", secret_access_key="secret", webhooks={}, kept=True,
    )  # fmt: skip
    instances.write(instance, state)
    monkeypatch.setenv(instances.STATE_DIRECTORY, str(state))
    with Webhook(instance.received(SLACK)) as webhook:
        post_to_slack(webhook.url, message=message_of("First", "2 * 3 * 4 and `a*b*c` & <b>"))
        post_to_slack(webhook.url, message=message_of("Second", "*Why*: rule `certain`.\n*What to do*: nothing"))
    return instance


def slack(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["local", "slack", *arguments])
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.mark.usefixtures("running")
def test_messages_are_shown_as_in_slack_with_the_newest_last() -> None:
    shown = slack().splitlines()
    assert shown[0].endswith(" UTC")
    assert shown[1:3] == ["First", "2 * 3 * 4 and `a*b*c` & <b>"]
    assert shown[5:9] == ["Second", "Why: rule `certain`.", "", "What to do: nothing"]


def test_the_newest_messages_of_a_named_instance_may_be_selected(running: instances.Instance) -> None:
    (only,) = json.loads(slack(running.id, "--last", "1", "--json"))
    assert only["text"].startswith("*Second*")
    assert only["received_at"] == running.received(SLACK).messages[-1].received_at.isoformat()
    assert [each["text"][:7] for each in json.loads(slack("--last", "9", "--json"))] == ["*First*", "*Second"]


def test_a_bots_messages_are_shown_as_they_are_now(running: instances.Instance) -> None:
    with Webhook(running.received(SLACK)) as webhook:
        secret = destination_in(webhook.bot_secret, SLACK)
        assert isinstance(secret, BotSecret)
        bot = SlackBot(secret, SLACK)
        posted = bot.post(message_of("Drift", "age"))
        bot.reply(posted, message_of("Drift", line="plan too"), aloud=False)
        bot.edit(posted, message_of("Drift", "age and plan"))
        assert running.received(SLACK).messages[-2:] == webhook.messages
    first, reply = json.loads(slack("--last", "2", "--json"))
    assert (first["text"], first["edits"], first["thread"]) == ("*Drift*\nage and plan", 1, "")
    assert (reply["text"], reply["thread"]) == ("plan too", first["id"])
    shown = slack("--last", "2").splitlines()
    assert [line.rpartition(" ")[2] for line in shown if " UTC" in line] == ["edited", "reply"]


def test_without_messages_the_command_says_how_to_get_one(running: instances.Instance) -> None:
    (Path(running.directory) / "slack.jsonl").unlink()
    done = CliRunner().invoke(app, ["local", "slack"])
    assert (done.exit_code, done.stdout) == (0, "")
    assert "courtside alerts test" in done.stderr
    assert json.loads(slack("--json")) == []
