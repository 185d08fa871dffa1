"""A message as its channel shows it to people: bold words are bold, and their marks are gone."""

from rich.text import Text

from courtside.contracts.channels.marks import Look, runs
from courtside.contracts.secrecy import without_secrets

# Code keeps its marks, which distinguish it from text.
_STYLES = {Look.PLAIN: ("{}", ""), Look.BOLD: ("{}", "bold"), Look.CODE: ("`{}`", "cyan")}


def rendered(text: str) -> Text:
    """Return a message's text, whose Slack escapes have been removed already, for a terminal."""
    message = Text()
    for run in runs(without_secrets(text)):
        marked, style = _STYLES[run.look]
        message.append(marked.format(run.text), style=style)
    return message
