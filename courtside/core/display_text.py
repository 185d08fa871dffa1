"""Text from data as people may be shown it: on one line, without formatting marks of its own, and cut."""

import unicodedata

CUT = "…"
_SHORTEST_PATH = 80
"""So much is left of a path, however long the text around it is, because names of files are long."""
_LIKE_A_PATH = 16
"""A shorter word with a slash in it, such as "and/or", names no file."""

_MARKS = str.maketrans({"`": "'", "*": "\N{ASTERISK OPERATOR}"})
# Controls, lone surrogates and unassigned code points: no protocol between here and a reader accepts all of them.
_BLANK = frozenset({"Cc", "Cs", "Cn", "Co", "Zl", "Zp"})
# Characters that reorder or hide the text around them.
_HIDDEN = "Cf"


def display_text(text: str, limit: int) -> str:
    r"""Return text that came from data as it may stand in an alert: at most `limit` characters of one line.

    Marks that would format the words around it are replaced, and what cannot be sent or seen is left out. Of a text
    that is too long, the first path loses its middle and is kept, so that a reader knows which file it is.

    >>> display_text("a `level`\nof two lines", 40)
    "a 'level' of two lines"
    >>> display_text("x" * 100, 5)
    'xxxx…'
    >>> display_text("the training that learns from s3://lake/rows.parquet failed", 40)
    'the training th… s3://lake/rows.parquet…'
    """
    # However long the text is, only a little more than what is shown has to be looked at.
    text = text[: 4 * limit + 1000]
    kept = (_character(each) for each in text.translate(_MARKS))
    return _fitting("".join(kept).split(), limit)


def cut(text: str, limit: int) -> str:
    """Return at most `limit` characters of a text, with a mark where it was cut."""
    return text if len(text) <= limit else text[: limit - len(CUT)] + CUT


def _fitting(words: list[str], limit: int) -> str:
    """Return words as one line that is cut, but not in its first path, unless that alone is too long."""
    text = " ".join(words)
    first = next((place for place, word in enumerate(words) if "/" in word and len(word) >= _LIKE_A_PATH), None)
    if len(text) <= limit or first is None:
        return cut(text, limit)
    before, path, after = " ".join(words[:first]), words[first], " ".join(words[first + 1 :])
    beside = 1 + (len(CUT) if after else 0)
    # A path has half of the room, and more where that cuts no other words, but no more than the words before it leave.
    most = max(limit // 2, len(path) - (len(text) - limit))
    path = _without_middle(path, max(min(most, limit - len(before) - beside), min(_SHORTEST_PATH, limit - beside)))
    room = limit - len(path) - beside
    if len(before) <= room:
        return cut(f"{before} {path} {after}".strip(), limit)
    return cut(f"{cut(before, room) if room > 0 else ''} {path}{CUT if after else ''}".strip(), limit)


def _without_middle(path: str, length: int) -> str:
    """Return a path of at most this length, with its end, by which files are known, and some of its beginning.

    >>> _without_middle("s3://lake/archive/rows/model=churn/part-0001.parquet", 30)
    's3://lake…rn/part-0001.parquet'
    """
    if len(path) <= length:
        return path
    end = max(2 * length // 3, min(len(path.rpartition("/")[2]) + 1, length - 2 * len(CUT)))
    return f"{path[: length - len(CUT) - end]}{CUT}{path[-end:]}"


def _character(each: str) -> str:
    category = unicodedata.category(each)
    if category == _HIDDEN:
        return ""
    return " " if category in _BLANK else each
