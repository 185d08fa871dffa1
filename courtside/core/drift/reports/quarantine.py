"""Files that could not be used; the report names them, so that one bad file never hides the drift in the others."""

from dataclasses import dataclass
from enum import StrEnum


class TableSide(StrEnum):
    """Which table of a comparison a file belongs to."""

    REFERENCE = "reference"
    CURRENT = "current"


@dataclass(frozen=True, slots=True)
class QuarantinedFile:
    """A file of which no row was counted, and the reason in one sentence."""

    file: str
    side: TableSide
    reason: str

    def to_dict(self) -> dict[str, str]:
        """Return the JSON form."""
        return {"file": self.file, "side": self.side.value, "reason": self.reason}
