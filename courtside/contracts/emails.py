"""E-mail addresses, as far as they can be told from other text."""

import re

EMAIL = r"^[^@\s,]+@[^@\s,]+\.[^@\s,.]+$"


def is_email(text: str) -> bool:
    """Return whether a text looks like an e-mail address.

    >>> is_email("team@example.com"), is_email("team@example")
    (True, False)
    """
    return re.fullmatch(EMAIL, text) is not None
