"""The marks that alerts are written with: ``*`` around bold words, and backticks around code.

A line that begins with bold words begins a section, and so does the line after an empty one. Text that came from data
has none of these marks, because `courtside.core.display_text` replaces them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

# Slack's own rule is a pair of marks at the edges of words.
_MARKED = re.compile(r"(?<![\w*`])\*(?=\S)(?P<bold>[^*\n`]*\S)\*(?![\w*`])|(?P<code>`[^`\n]+`)")
_BOLD_AT_THE_START = re.compile(r"\*(?=\S)[^*\n]*\S\*")


class Look(StrEnum):
    """How a run of text looks."""

    PLAIN = "plain"
    BOLD = "bold"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Run:
    """A part of a line that looks the same throughout; its marks are gone."""

    text: str
    look: Look = Look.PLAIN


def runs(text: str) -> Iterator[Run]:
    """Yield the parts of a text by how they look.

    >>> [(run.text, run.look.value) for run in runs("*Why*: rule `certain`.")]
    [('Why', 'bold'), (': rule ', 'plain'), ('certain', 'code'), ('.', 'plain')]
    """
    end = 0
    for mark in _MARKED.finditer(text):
        if mark.start() > end:
            yield Run(text[end : mark.start()])
        yield Run(mark["bold"], Look.BOLD) if mark["bold"] else Run(mark["code"].strip("`"), Look.CODE)
        end = mark.end()
    if end < len(text):
        yield Run(text[end:])


def sections(text: str) -> Iterator[list[str]]:
    r"""Yield the sections of a text, each as its lines.

    >>> list(sections("*What moved*\n• one\n*Report*: here\n\nthe end"))
    [['*What moved*', '• one'], ['*Report*: here'], ['the end']]
    """
    section: list[str] = []
    for line in text.splitlines():
        if section and (not line.strip() or _BOLD_AT_THE_START.match(line)):
            yield section
            section = []
        if line.strip():
            section.append(line)
    if section:
        yield section
