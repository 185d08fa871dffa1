"""Sentences that rules of EventBridge pass on, as JSON texts with their quotes: the first one is the headline."""

import json
import re

from courtside.contracts.channels.message import ChannelMessage
from courtside.contracts.incidents import Severity, Telling
from courtside.contracts.names import OVER
from courtside.core.display_text import display_text
from courtside.core.sns_messages.form import Form

KIND = "event"
_SUBJECT_LIMIT = 140
_QUOTES = '""'
_SENTENCES = re.compile(r"(?<=[.;])\s+")
_RUNBOOK = re.compile(r"^What to do: ")


def _read(subject: str, body: str) -> ChannelMessage | None:
    if len(body) < len(_QUOTES) or body[0] + body[-1] != _QUOTES:
        return None
    try:
        said = str(json.loads(body))
    except ValueError:
        # EventBridge puts the values of an event into the quotes as they are, and one of them may hold a quote.
        said = body[1:-1]
    first, *others = sentences = _SENTENCES.split(said.strip())
    over, headline = said.startswith(OVER), first.rstrip(".;")
    whole = not subject and len(headline) <= _SUBJECT_LIMIT
    return ChannelMessage(
        subject=subject or display_text(headline, _SUBJECT_LIMIT),
        text="\n".join(_RUNBOOK.sub("*What to do*: ", each) for each in (others if whole else sentences)),
        line=first if over else "",
        kind=KIND,
        severity=Severity.INFO if over else Severity.WARNING,
        telling=Telling.RESOLVED if over else Telling.NOTICE,
    )


FORM = Form(KIND, _read)
