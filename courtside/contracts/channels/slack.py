"""Slack, by an incoming webhook: text is escaped, so that a name from the data notifies nobody and links nowhere."""

import html
import re
from collections.abc import Mapping
from typing import Any

from courtside.contracts.channels.channel import Channel

MOST_CHARACTERS = 7500
"""When escaped, each may become five; Slack itself silently cuts a text at 40,000 characters."""

_CUT = "… (cut; the report and the lake hold the rest)"
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
# A word that notifies people even if it is written without brackets.
_CALL = re.compile(r"@(?=here|channel|everyone|group)", re.IGNORECASE)
_ZERO_WIDTH_SPACE = "\u200b"


def slack_text(subject: str, text: str) -> str:
    """Return the text of one message: the subject in bold, and the text below it.

    Alerts use Slack's bold and code marks but none of its ``<…>`` forms, so whatever looks like one came from data.
    Source: https://api.slack.com/reference/surfaces/formatting#escaping
    """
    whole = f"*{subject}*\n{text}"
    if len(whole) > MOST_CHARACTERS:
        whole = whole[: MOST_CHARACTERS - len(_CUT)] + _CUT
    return _CALL.sub(f"@{_ZERO_WIDTH_SPACE}", whole.translate(_ESCAPES))


def _payload(subject: str, text: str) -> dict[str, Any]:
    return {"text": slack_text(subject, text), "unfurl_links": False, "link_names": False}


def _shown(payload: Mapping[str, Any]) -> str:
    return html.unescape(str(payload.get("text", "")))


CHANNEL = Channel(
    name="slack",
    title="Slack",
    payload=_payload,
    shown=_shown,
    took=lambda _status, said: said.strip() == b"ok",
    proof="Slack's own answer, which is ok",
    answer=(200, "ok"),
    attempt=re.compile(r"/services/|slack", re.IGNORECASE),
    secret=re.compile(r"(hooks\.slack\.com/\w+/)[^\s\"'<>]+"),
)
