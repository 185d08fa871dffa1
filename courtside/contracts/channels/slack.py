"""Slack: text is escaped, so that a name from the data notifies nobody and links nowhere.

A message is built of blocks: its subject as the header, its sections, and what it is about in small letters. Sources:
https://docs.slack.dev/messaging/formatting-message-text and https://docs.slack.dev/reference/block-kit/blocks
"""

import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from courtside.contracts.channels.channel import Channel
from courtside.contracts.channels.fitting import fitted
from courtside.contracts.channels.message import ChannelMessage

MOST_BLOCKS = 50
MOST_OF_A_HEADER = 150
MOST_OF_A_SECTION = 3000
MOST_OF_A_LINE = 1000
MOST_OF_A_LINK = 2500
MOST_BYTES = 12_000
"""Of all blocks: Slack names no limit, but answers ``msg_blocks_too_long``; people saw it from about 13,200 on."""

_CUT = "…"
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
# A word that notifies people even if it is written without brackets.
_CALL = re.compile(r"@(?=here|channel|everyone|group)", re.IGNORECASE)
_ZERO_WIDTH_SPACE = "\u200b"
_QUIET = {"unfurl_links": False, "link_names": False}


def slack_text(text: str) -> str:
    """Return a text of which Slack interprets nothing but its bold and code marks.

    Alerts use none of Slack's ``<…>`` forms, so whatever looks like one came from data.
    """
    return _CALL.sub(f"@{_ZERO_WIDTH_SPACE}", text.translate(_ESCAPES))


def _payload(message: ChannelMessage) -> dict[str, Any]:
    line = message.line_alone if message.brief else message.in_one_line
    fallback = {"text": slack_text(_cut(line, MOST_OF_A_LINE)), **_QUIET}
    if message.brief:
        return fallback
    return fitted(
        message.text,
        lambda parts: {**fallback, "blocks": list(_blocks(message, parts))},
        fits=_fits,
        weigh=lambda part: len(slack_text(part)),
    )


def _blocks(message: ChannelMessage, parts: Sequence[str]) -> Iterator[dict[str, Any]]:
    header = _cut(message.subject, MOST_OF_A_HEADER)
    yield {"type": "header", "text": {"type": "plain_text", "text": header, "emoji": False}}
    for part in parts:
        yield {"type": "section", "text": _marked(part)}
    if message.link and len(message.link) <= MOST_OF_A_LINK:
        said = f"<{slack_text(message.link)}|*Open the page*>: {slack_text(message.said_of_link)}"
        yield {"type": "section", "text": {"type": "mrkdwn", "text": said, "verbatim": True}}
    if message.context:
        yield {"type": "context", "elements": [_marked(message.context)]}


def _marked(text: str) -> dict[str, Any]:
    # Verbatim: Slack makes no links of what only looks like an address, a channel or a person.
    return {"type": "mrkdwn", "text": slack_text(text), "verbatim": True}


def _fits(payload: Mapping[str, Any]) -> bool:
    sections = [block["text"]["text"] for block in payload["blocks"] if block["type"] == "section"]
    size = len(json.dumps(payload["blocks"], ensure_ascii=False).encode())
    return size <= MOST_BYTES and all(len(text) <= MOST_OF_A_SECTION for text in sections)


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - len(_CUT)] + _CUT


def _shown(payload: Mapping[str, Any]) -> str:
    blocks = payload.get("blocks")
    return html.unescape("\n".join(_texts(blocks)) if blocks else str(payload.get("text", "")))


def _texts(blocks: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for number, block in enumerate(blocks):
        match block:
            case {"type": "header", "text": {"text": str(text)}}:
                yield f"*{text}*"
            case {"text": {"text": str(text)}} | {"elements": [{"text": str(text)}]}:
                yield f"\n{text}" if number > 1 else text


CHANNEL = Channel(
    name="slack",
    title="Slack",
    payload=_payload,
    shown=_shown,
    took=lambda _status, said: said.strip() == b"ok",
    proof="Slack's own answer, which is ok",
    answer=(200, "ok"),
    attempt=re.compile(r"/services/|slack", re.IGNORECASE),
    secret=re.compile(r"(hooks\.slack\.com/\w+/|\bxox[a-z]+(?:\.xox[a-z]+)?-)[^\s\"'<>]+"),
    bot=True,
)
