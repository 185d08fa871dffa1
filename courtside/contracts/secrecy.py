"""Addresses without their secrets; the one place that decides what a secret is.

Errors, the console and the logs pass every text through here, so that no message, neither ours nor a library's that
echoes an address, can show a password.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

HIDDEN = "***"
_NAMES = r"token|key|secret|pass|pwd|sig|credential|auth|jwt|sas|session|cookie|code"
_RULES = (
    # user:password@ after a scheme, up to the last @, as passwords are often written with a / or an @ in them
    (re.compile(r"(?<=://)(?:[^\s\"<>/:@]*:[^\s\"<>]*|[^\s\"<>/@]+)@"), f"{HIDDEN}@"),
    # user:password@host without a scheme; neither models:/name@alias nor an image's tag@sha256:digest
    (re.compile(r"(?<![\w.%+-])[\w.%+-]+:(?!/)[^\s\"<>@]+@(?!sha256:)(?=[\w\[])"), f"{HIDDEN}@"),
    (re.compile(rf"([?&;#][^\s=&;#]*(?:{_NAMES})[^\s=&;#]*=)[^\s&;#\"'<>]+", re.IGNORECASE), rf"\1{HIDDEN}"),
)


@cache
def _rules() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return all rules; the channels are imported at first use, since every error's module imports this one."""
    from courtside.contracts.channels import CHANNELS

    own = ((channel.secret, rf"\1{HIDDEN}") for channel in CHANNELS.values() if channel.secret is not None)
    return (*_RULES, *own)


def without_secrets(text: str) -> str:
    """Return a text in which the credentials of every address are hidden: user and password, tokens in its query.

    >>> without_secrets("http://ann:pa/ss@host:5000/a?token=abc&page=2 does not answer")
    'http://***@host:5000/a?token=***&page=2 does not answer'
    """
    for pattern, replacement in _rules():
        text = pattern.sub(replacement, text)
    return text


def value_without_secrets(value: Any) -> Any:
    """Return a JSON value whose texts, at any depth, are `without_secrets`."""
    if isinstance(value, str):
        return without_secrets(value)
    if isinstance(value, Mapping):
        return {key: value_without_secrets(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [value_without_secrets(each) for each in value]
    return value
