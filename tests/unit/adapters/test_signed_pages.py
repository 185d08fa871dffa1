"""An alert links the page that it is about by a signed address, and says for whom and for how long it opens."""

import json
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from courtside.adapters.signed_pages import LONGEST_SECONDS, signed_page
from courtside.adapters.sns_alerts import SnsAlerts
from courtside.contracts import dashboard_keys
from courtside.contracts.channels import CHANNELS
from courtside.contracts.channels.message import ChannelMessage
from courtside.contracts.incidents import Severity, Telling
from courtside.core.alerting import Alert
from courtside.core.plain_text import plain_text

PAGE = dashboard_keys.model_page("churn")
LINK = "https://lake.s3.eu-central-1.amazonaws.com/a/b%3Dc.html?X-Amz-Credential=AKID%2F1&X-Amz-Signature=0f"
OPENED = Alert(
    "Courtside: drift in churn", "*What moved*\n• `age`: by 0.3", kind="drift", severity=Severity.WARNING,
    telling=Telling.OPENED, incident="i1", line="Drift in churn: age", page=PAGE,
)  # fmt: skip
SENTENCE = "it opens this one page for whoever has it, for some hours and never longer than 12"


@pytest.fixture
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"ACCESS_KEY_ID": "AKID", "SECRET_ACCESS_KEY": "s", "SESSION_TOKEN": "of a role"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)


@pytest.mark.usefixtures("credentials")
def test_an_address_opens_one_page_of_the_bucket_in_its_region_for_some_hours() -> None:
    parts = urlsplit(signed_page("lake", "models/churn/drift/dt=2026-11-29/a b.html"))
    # An address without the region would be answered by a redirect, for which the signature does not hold.
    assert parts.netloc == "lake.s3.eu-central-1.amazonaws.com"
    assert unquote(parts.path) == "/models/churn/drift/dt=2026-11-29/a b.html"
    said = {name: value for name, (value,) in parse_qs(parts.query).items()}
    assert int(said["X-Amz-Expires"]) == LONGEST_SECONDS == 12 * 3600
    assert said["X-Amz-Algorithm"] == "AWS4-HMAC-SHA256"
    assert said["response-content-type"] == "text/html; charset=utf-8"
    assert said["X-Amz-Security-Token"] == "of a role"


@pytest.mark.usefixtures("credentials")
@pytest.mark.parametrize(("pages_in", "page", "linked"), [("lake", PAGE, True), ("", PAGE, False), ("lake", "", False)])
def test_an_alert_links_its_page_unless_the_stage_links_none(
    pages_in: str, page: str, *, linked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    published: dict[str, Any] = {}
    topic = type("Topic", (), {"publish": lambda _, **parameters: published.update(parameters)})()
    monkeypatch.setattr("boto3.client", lambda *_, **__: topic)
    monkeypatch.setattr("courtside.adapters.sns_alerts.signed_page", lambda bucket, key: f"https://{bucket}/{key}")
    SnsAlerts("topic", "churn", pages_in=pages_in).publish(Alert("s", "m", page=page))
    bodies = json.loads(published["Message"])
    assert json.loads(bodies["lambda"])["link"] == (f"https://lake/{PAGE}" if linked else "")
    assert ("signed" in bodies["default"]) is linked


def test_an_email_has_the_address_in_a_line_of_its_own_and_says_whom_it_opens_for() -> None:
    said = plain_text(OPENED.message("churn", link=LINK))
    assert LINK in said.splitlines()
    assert SENTENCE in " ".join(said.split())
    assert "courtside dashboard --model churn" in said


@pytest.mark.parametrize("channel", list(CHANNELS.values()), ids=list(CHANNELS))
def test_a_channel_links_the_page_and_says_whom_it_opens_for(channel: Any) -> None:
    payload = json.dumps(channel.payload(OPENED.message("churn", link=LINK)), ensure_ascii=False)
    assert LINK in payload.replace("&amp;", "&")
    assert SENTENCE in payload
    without = json.dumps(channel.payload(OPENED.message("churn")), ensure_ascii=False)
    assert "signed" not in without
    assert "http" not in without.replace("http://adaptivecards.io", "")


@pytest.mark.parametrize("channel", list(CHANNELS.values()), ids=list(CHANNELS))
def test_an_update_of_one_line_links_nothing(channel: Any) -> None:
    brief = OPENED.message("churn", link=LINK).model_copy(update={"telling": Telling.RESOLVED})
    assert LINK not in json.dumps(channel.payload(brief)).replace("&amp;", "&")
    assert LINK not in plain_text(brief)


def test_the_command_names_no_model_where_the_alert_is_about_the_stage() -> None:
    assert "`courtside dashboard`" in ChannelMessage(subject="s", link=LINK).said_of_link
