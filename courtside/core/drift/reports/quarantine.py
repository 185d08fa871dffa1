"""Files that could not be used are named in the report, so that a bad file never hides the drift in the others."""

from dataclasses import dataclass
from enum import StrEnum


class TableSide(StrEnum):
    """The table of a comparison to which a file belongs."""

    REFERENCE = "reference"
    CURRENT = "current"


@dataclass(frozen=True, slots=True)
class QuarantinedFile:
    """A file none of whose rows was counted, and the reason in one sentence."""

    file: str
    side: TableSide
    reason: str

    def to_dict(self) -> dict[str, str]:
        """Return the JSON form."""
        return {"file": self.file, "side": self.side.value, "reason": self.reason}
