"""Microsoft Teams, by the webhook of a workflow that posts the Adaptive Card it is sent into a channel or chat.

The card consists of text runs, in which Teams interprets no Markdown, so a name from the data links nowhere. Sources:
https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using
https://adaptivecards.io/explorer/TextRun.html
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from courtside.contracts.channels.channel import Channel
from courtside.contracts.channels.fitting import fitted
from courtside.contracts.channels.marks import Look, runs
from courtside.contracts.channels.message import ChannelMessage
from courtside.contracts.incidents import Severity

MOST_BYTES = 20_000
"""Teams takes 28 KB and counts more than was sent: 24,453 bytes were refused as 28,897 (MicrosoftDocs/msteams-docs,
issue 11274)."""

_ACCEPTED = 202
_MOST_OF_A_SUBJECT, _MOST_OF_A_LINE = 200, 1000
_LOOKS = {Look.PLAIN: {}, Look.BOLD: {"weight": "Bolder"}, Look.CODE: {"fontType": "Monospace"}}
_COLORS = {Severity.CRITICAL: {"color": "Attention"}, Severity.WARNING: {"color": "Warning"}, Severity.INFO: {}}


def _payload(message: ChannelMessage) -> dict[str, Any]:
    return fitted(
        "" if message.brief else message.text,
        lambda parts: _card(list(_items(message, parts)), "" if message.brief else message.link),
        fits=lambda card: len(json.dumps(card)) <= MOST_BYTES,  # as it is sent, with what JSON escapes
        weigh=lambda part: len(json.dumps(part)),
    )


def _card(body: list[dict[str, Any]], link: str) -> dict[str, Any]:
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": {"width": "Full"},
        "body": body,
    }
    if link:
        card["actions"] = [{"type": "Action.OpenUrl", "title": "Open the page", "url": link}]
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def _items(message: ChannelMessage, parts: Sequence[str]) -> Iterator[dict[str, Any]]:
    if message.brief:
        yield _block([_run(message.line_alone[:_MOST_OF_A_LINE])])
        return
    look = {"weight": "Bolder", "size": "Medium", **_COLORS[message.severity]}
    yield _block([_run(message.subject[:_MOST_OF_A_SUBJECT], **look)])
    for part in parts:
        lines = (line for line in part.splitlines() if line.strip())
        items = [_block([_run(run.text, **_LOOKS[run.look]) for run in runs(line)]) for line in lines]
        yield {"type": "Container", "spacing": "Medium", "items": items}
    if message.link:
        yield _block([_run(run.text, size="Small", **_LOOKS[run.look]) for run in runs(message.said_of_link)])
    if message.context:
        yield _block([_run(message.context, isSubtle=True, size="Small")])


def _block(inlines: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": inlines}


def _run(text: str, **look: Any) -> dict[str, Any]:
    return {"type": "TextRun", "text": text, **look}


def _shown(payload: Mapping[str, Any]) -> str:
    match payload:
        case {"attachments": [{"content": {"body": list(items)}}, *_]}:
            return "\n".join(_lines(items))
    return ""


def _lines(items: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for number, item in enumerate(items):
        between = "\n" if number > 1 else ""
        blocks = item.get("items", [item])
        yield between + "\n".join("".join(map(_marked, block["inlines"])) for block in blocks)


def _marked(run: Mapping[str, Any]) -> str:
    return f"`{run['text']}`" if "fontType" in run else str(run["text"])


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
