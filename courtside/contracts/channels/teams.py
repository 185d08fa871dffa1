"""Microsoft Teams, by the webhook of a workflow that posts the Adaptive Card it is sent into a channel or chat.

The card consists of text runs, in which Teams interprets no Markdown, so a name from the data links nowhere. Sources:
https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using
https://adaptivecards.io/explorer/TextRun.html
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from courtside.contracts.channels.channel import Channel

MOST_BYTES = 20_000
"""Teams takes 28 KB and counts more than was sent: 24,453 bytes were refused as 28,897 (MicrosoftDocs/msteams-docs,
issue 11274)."""

_ACCEPTED = 202
_MOST_OF_A_SUBJECT = 200
_CUT = "… (cut; the report and the lake hold the rest)"
# The marks that alerts are written with: a pair around words for bold, and code, whose marks are kept.
_MARKED = re.compile(r"(?<![\w*`])\*(?=\S)(?P<bold>[^*\n`]*\S)\*(?![\w*`])|(?P<code>`[^`\n]+`)")


def _payload(subject: str, text: str) -> dict[str, Any]:
    subject, kept = subject[:_MOST_OF_A_SUBJECT], text
    message = _message(subject, text)
    while len(json.dumps(message)) > MOST_BYTES:  # as it is sent: what JSON escapes counts as it is written
        kept = kept[: len(kept) * 9 // 10]
        message = _message(subject, kept + _CUT)
    return message


def _message(subject: str, text: str) -> dict[str, Any]:
    title = {"type": "TextRun", "text": subject, "weight": "Bolder", "size": "Medium"}
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": {"width": "Full"},
        "body": [_block([title]), *(_block(list(_runs(line))) for line in text.splitlines() if line.strip())],
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def _block(runs: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": runs}


def _runs(line: str) -> Iterator[dict[str, Any]]:
    end = 0
    for mark in _MARKED.finditer(line):
        if mark.start() > end:
            yield {"type": "TextRun", "text": line[end : mark.start()]}
        look = {"weight": "Bolder"} if mark["bold"] else {"fontType": "Monospace"}
        yield {"type": "TextRun", "text": mark["bold"] or mark["code"], **look}
        end = mark.end()
    if end < len(line):
        yield {"type": "TextRun", "text": line[end:]}


def _shown(payload: Mapping[str, Any]) -> str:
    match payload:
        case {"attachments": [{"content": {"body": list(blocks)}}, *_]}:
            return "\n".join("".join(run["text"] for run in block["inlines"]) for block in blocks)
    return ""


CHANNEL = Channel(
    name="teams",
    title="Teams",
    payload=_payload,
    shown=_shown,
    # A classic connector answers 200 also when it refuses, and a sign-in page is a 200 as well.
    took=lambda status, _said: status == _ACCEPTED,
    proof="the 202 by which a workflow takes a message",
    answer=(_ACCEPTED, ""),
    attempt=re.compile(r"/workflows/|logic\.azure|powerplatform|webhook\.office", re.IGNORECASE),
)
