"""Files that could not be used: named in the report, so that one of them never hides the drift in the others."""

from dataclasses import dataclass
from enum import StrEnum


class TableSide(StrEnum):
    """Which table of a comparison a file belongs to."""

    REFERENCE = "reference"
    CURRENT = "current"


@dataclass(frozen=True, slots=True)
class QuarantinedFile:
    """One file none of whose rows were counted, and why in one sentence."""

    file: str
    side: TableSide
    reason: str

    def to_dict(self) -> dict[str, str]:
        """Return the JSON form."""
        return {"file": self.file, "side": self.side.value, "reason": self.reason}
