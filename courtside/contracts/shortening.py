"""Text of unknown length, cut wherever a person reads it or a store has a limit for it."""

from collections.abc import Sequence

LONGEST_SHOWN = 80
ELLIPSIS = "…"
MOST_LISTED = 20


def shortened(text: str, most: int = LONGEST_SHOWN) -> str:
    r"""Return a text of at most `most` characters on one line.

    The middle gives way to an ellipsis, since names often differ at their ends. What cannot be printed or turns the
    text around (control characters, lone surrogates, bidirectional overrides) becomes a replacement character.

    >>> shortened("home_rolling_points_per_game", 20)
    'home_rolli…_per_game'
    >>> ascii(shortened("one\ntwo"))
    "'one\\ufffdtwo'"
    """
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in _cut(text, most))


def quoted(text: str, most: int = LONGEST_SHOWN) -> str:
    r"""Return a value of the data between quotes, at most `most` of its characters, the unprintable ones escaped.

    >>> print(quoted("Not in\tNetwork"), quoted("x" * 5000, 9))
    'Not in\tNetwork' 'xxxx…xxxx'
    """
    return repr(_cut(text, most))


def listed(texts: Sequence[str], most: int = MOST_LISTED) -> str:
    """Return the first texts, each shortened, and the number of the rest.

    >>> listed(["home", "away", "neutral"], 2)
    'home, away and 1 more'
    """
    named = ", ".join(shortened(text) for text in texts[:most])
    more = len(texts) - most
    return f"{named} and {more} more" if more > 0 else named


def _cut(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    end = (most - 1) // 2
    return f"{text[: most - 1 - end]}{ELLIPSIS}{text[len(text) - end :]}"
