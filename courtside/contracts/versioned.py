"""What is kept for longer than one release says in which format it was written; a newer one is refused by name."""

from typing import Any, ClassVar

from pydantic import model_validator

from courtside.contracts.errors import BadInput
from courtside.contracts.events import Payload


class TooNew(BadInput):
    """Something was written in a format that only a newer Courtside can read."""

    def __init__(self, what: str, found: int, newest: int) -> None:
        self.what = what
        self.found = found
        self.newest = newest
        super().__init__(
            f"{what} has format {found}, and this Courtside reads formats up to {newest}: a newer Courtside wrote it. "
            "Use that one here too; a stage is upgraded by deploying it again"
        )


def require_readable(values: Any, *, what: str, newest: int) -> None:
    """Raise `TooNew` where a document's `format` is newer; one that names none has the first."""
    found = values.get("format") if isinstance(values, dict) else None
    if isinstance(found, int) and found > newest:
        raise TooNew(what, found, newest)


class Versioned(Payload):
    """Base of what a newer or older Courtside may read: `format` counts the changes that an older one cannot read."""

    newest_format: ClassVar[int] = 1
    format: int = 1

    @model_validator(mode="before")
    @classmethod
    def _written_before_now(cls, values: Any) -> Any:
        named = next((values[key] for key in ("name", "model", "id") if isinstance(values, dict) and key in values), "")
        require_readable(values, what=f"{cls.__name__} {named}".rstrip(), newest=cls.newest_format)
        return values
