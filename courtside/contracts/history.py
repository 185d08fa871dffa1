"""How much of the past candidates may be asked to learn from, as people write it."""

import re

from courtside.contracts.errors import BadInput

HISTORY_PATTERN = r"^(all|auto|[1-9][0-9]?y)$"


class NotAHistory(BadInput):
    """How much of the past to learn from was not written as ``all``, ``auto`` or a number of years."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(f"history is {text!r}; write all, auto, or the newest 1 to 99 years, such as 5y")


def parse_history(text: str) -> str:
    """Return a history as it was written; raises `NotAHistory`.

    >>> parse_history("5y")
    '5y'
    """
    if not re.fullmatch(HISTORY_PATTERN, text):
        raise NotAHistory(text)
    return text
