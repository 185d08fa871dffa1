"""An alert as Slack is sent it: escaped, so that a name from the data notifies nobody and links nowhere, and cut."""

import re

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
