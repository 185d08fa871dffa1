"""Names that become part of a key or path, restricted so that they cannot lead anywhere else."""

import re

from courtside.contracts.errors import BadInput

LONGEST = 64
RULE = f"a name is 1 to {LONGEST} letters (a to z), digits, '_' and '-'"
_NAME = re.compile(rf"[A-Za-z0-9_-]{{1,{LONGEST}}}")
_SHOWN = 40

VISIBLE = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"
"""What names of columns look like: no control characters, except the tabs and line breaks that spreadsheets leave."""


class NameUnusable(BadInput):
    """A name cannot be part of a key or path."""

    def __init__(self, name: str, what: str) -> None:
        self.name = name
        self.what = what
        shown = name if len(name) <= _SHOWN else f"{name[:_SHOWN]}…"
        of_file = name.endswith((".yaml", ".yml"))
        instead = "give the `name` that the contract in this file says" if of_file else "choose another one"
        super().__init__(f"{shown!r} cannot be {what}, because it becomes part of a key: {RULE}; {instead}")


def is_name(name: str) -> bool:
    """Say whether a name may be part of a key."""
    return _NAME.fullmatch(name) is not None


def key_name(name: str, what: str) -> str:
    """Return the name if it may be part of a key, else raise `NameUnusable`; `what` says what it names."""
    if not is_name(name):
        raise NameUnusable(name, what)
    return name
