"""A message as its channel shows it to people: bold words are bold, and their marks are gone."""

import re

from rich.text import Text

from courtside.contracts.secrecy import without_secrets

# Slack's own rule is a pair of marks at the edges of words. Code keeps its marks, which distinguish it from text.
_BOLD = re.compile(r"(?<![\w*`])\*(?=\S)([^*\n`]*\S)\*(?![\w*`])")
_CODE = re.compile(r"`[^`\n]+`")


def rendered(text: str) -> Text:
    """Return a message's text, whose Slack escapes have been removed already, for a terminal."""
    message = Text()
    text, end = without_secrets(text), 0
    for bold in _BOLD.finditer(text):
        message.append(text[end : bold.start()])
        message.append(bold[1], style="bold")
        end = bold.end()
    message.append(text[end:])
    message.highlight_regex(_CODE, style="cyan")
    return message
