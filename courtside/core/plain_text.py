"""An alert as an e-mail shows it: without marks, in lines that every mail reader can show whole.

Names and reasons in it come from data. Only a line of ours begins at the margin, because what is wrapped is indented;
and only the address of a page can be opened, because mail readers make links of what begins with `https://` and the
like. What they guess from a domain alone stays as it is.
"""

import re
import textwrap
from collections.abc import Iterator, Sequence

from courtside.contracts.channels.marks import Look, Run, runs, sections
from courtside.contracts.channels.message import ChannelMessage

WIDTH = 78
"""The longest line that RFC 5322 recommends; only what must stay whole, such as a command, is longer."""

_COMMAND, _WRAPPED = "    ", "  "
_ADDRESS = re.compile(
    r"(?:(?:https?|ftps?|file)(?=://)|\bmailto(?=:\S)|(?<![^\W_])www(?=\.\S))(?P<mark>.)", re.IGNORECASE
)
"""The beginning of what mail readers make a link of, up to the mark without which they do not."""
# A space that wrapping does not see; no alert holds it, because `display_text` leaves control characters out.
_UNBROKEN = "\x1f"


def plain_text(message: ChannelMessage) -> str:
    """Return the body of the e-mail about an alert: its sections, and what it is about at the end."""
    if message.brief:
        return "\n".join(_wrapped(_unlinked(message.line_alone)))
    parts = ["\n".join(_section(lines)) for lines in sections(_unlinked(message.text))]
    if message.link:
        parts.append("\n".join([*_section([message.said_of_link]), message.link]))
    if message.context:
        parts.append("\n".join(["-- ", *_wrapped(f"Courtside: {message.context}")]))
    return "\n\n".join(parts)


def _unlinked(text: str) -> str:
    """Return a text whose addresses no mail reader opens, written as reports of attacks write them.

    >>> _unlinked("see https://evil.example or www.evil.example in s3://lake/page.html")
    'see https[:]//evil.example or www[.]evil.example in s3://lake/page.html'
    """
    return _ADDRESS.sub(lambda found: f"{found[0][:-1]}[{found['mark']}]", text)


def _section(lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        yield from _line(line)


def _line(line: str) -> Iterator[str]:
    """Yield one line wrapped; a command at its end stands in a line of its own, where it can be copied whole."""
    parts = list(runs(line))
    tail = parts.pop().text if len(parts) > 1 and parts[-1].text in {".", ";"} else ""
    if parts and _is_command(parts[-1]):
        command = parts.pop().text
        if before := "".join(map(_plain, parts)).strip():
            yield from _wrapped(before)
        yield f"{_COMMAND}{command}"
        return
    yield from _wrapped("".join(map(_plain, parts)) + tail)


def _is_command(run: Run) -> bool:
    return run.look is Look.CODE and " " in run.text


def _plain(run: Run) -> str:
    """Return a run without marks; a command within a sentence is quoted and never broken."""
    return f'"{run.text.replace(" ", _UNBROKEN)}"' if _is_command(run) else run.text


def _wrapped(text: str) -> list[str]:
    wrapped = textwrap.wrap(
        text, WIDTH, subsequent_indent=_WRAPPED, break_long_words=False, break_on_hyphens=False, expand_tabs=False
    )
    return [line.replace(_UNBROKEN, " ") for line in wrapped]
