"""Text from data as people may be shown it: on one line, without formatting marks of its own, and cut."""

import unicodedata

CUT = "…"

_MARKS = str.maketrans({"`": "'", "*": "\N{ASTERISK OPERATOR}"})
# Controls, lone surrogates and unassigned code points: no protocol between here and a reader accepts all of them.
_BLANK = frozenset({"Cc", "Cs", "Cn", "Co", "Zl", "Zp"})
# Characters that reorder or hide the text around them.
_HIDDEN = "Cf"


def display_text(text: str, limit: int) -> str:
    r"""Return text that came from data as it may stand in an alert: at most `limit` characters of one line.

    Marks that would format the words around it are replaced, and what cannot be sent or seen is left out.

    >>> display_text("a `level`\nof two lines", 40)
    "a 'level' of two lines"
    >>> display_text("x" * 100, 5)
    'xxxx…'
    """
    # However long the text is, only a little more than what is shown has to be looked at.
    text = text[: 4 * limit + 1000]
    kept = (_character(each) for each in text.translate(_MARKS))
    return cut(" ".join("".join(kept).split()), limit)


def cut(text: str, limit: int) -> str:
    """Return at most `limit` characters of a text, with a mark where it was cut."""
    return text if len(text) <= limit else text[: limit - len(CUT)] + CUT


def _character(each: str) -> str:
    category = unicodedata.category(each)
    if category == _HIDDEN:
        return ""
    return " " if category in _BLANK else each
