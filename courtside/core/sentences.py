"""Sentences made of parts that may already end with a punctuation mark."""

from collections.abc import Iterable, Sequence

_ENDS = (".", "!", "?", "…")


def ended(text: str) -> str:
    """Return a sentence with a full stop, unless it has a mark at its end.

    >>> ended("it is gone"), ended("is it gone?")
    ('it is gone.', 'is it gone?')
    """
    return text if text.endswith(_ENDS) else f"{text}."


def in_a_row(texts: Iterable[str]) -> str:
    """Return texts with semicolons between them, but never two marks in a row.

    >>> in_a_row(["one is gone.", "is two there?", "three is"])
    'one is gone; is two there? three is'
    """
    row = ""
    for text in (each.rstrip().removesuffix(".") for each in texts):
        between = "" if not row else " " if row.endswith(_ENDS) else "; "
        row = f"{row}{between}{text}"
    return row


def enumerated(words: Sequence[str]) -> str:
    """Return words with commas between them, and "and" before the last.

    >>> enumerated(["features"]), enumerated(["features", "segments", "target"])
    ('features', 'features, segments and target')
    """
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last


def plural(noun: str, things: Sequence[object]) -> str:
    """Return the noun for that many things.

    >>> plural("column", ["age"]), plural("column", ["age", "plan"])
    ('column', 'columns')
    """
    return noun if len(things) == 1 else f"{noun}s"
