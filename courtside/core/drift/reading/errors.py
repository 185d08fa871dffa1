"""What can be wrong with a table's files."""

from collections.abc import Sequence
from typing import Self

from courtside.contracts.errors import BadInput
from courtside.contracts.machine_limits import refuse_out_of_memory
from courtside.core.drift.reports.quarantine import QuarantinedFile

MOST_NAMED = 5


class TableMissing(BadInput):
    """There is no parquet file where a table should be."""

    def __init__(self, name: str, problem: str) -> None:
        self.name = name
        super().__init__(f"{name}: {problem}; give a parquet file, or a folder or prefix that holds some")


class UnreadableFile(BadInput):
    """A parquet file is cut, damaged, not parquet, or cannot be fetched."""

    def __init__(self, file: str, detail: str) -> None:
        self.file = file
        self.detail = detail
        super().__init__(f"{file} is not a readable parquet file: {detail}; write it again")

    @classmethod
    def because(cls, file: str, error: Exception) -> Self:
        """Return the error with the first line of what the reader said; raises `OutOfMemory` for a full machine."""
        refuse_out_of_memory(error, f"to read {file}")
        return cls(file, (str(error) or type(error).__name__).splitlines()[0])


class NothingReadable(BadInput):
    """Every file of a table was set aside, so there is nothing to compare."""

    def __init__(self, name: str, quarantined: Sequence[QuarantinedFile]) -> None:
        self.name = name
        self.quarantined = tuple(quarantined)
        listed = "; ".join(f"{each.file}: {each.reason}" for each in quarantined[:MOST_NAMED])
        rest = len(quarantined) - MOST_NAMED
        more = f"; and {rest} more" if rest > 0 else ""
        super().__init__(f"none of the {len(quarantined)} files of {name} can be used: {listed}{more}")


class FileDiffers(BadInput):
    """One file of a reference has other columns or types than its features need."""

    def __init__(self, file: str, cause: BadInput) -> None:
        self.file = file
        self.cause = cause
        super().__init__(f"{file}: {cause} (a reference must be whole; leave this file out or write it again)")


class ProfileHasNoDays(BadInput):
    """Days were asked for of a saved profile, which keeps no rows."""

    def __init__(self) -> None:
        super().__init__("a saved profile holds no rows to choose days of; give the table's files")
