"""The errors of files that should be parts of a table."""

import errno
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from courtside.contracts.errors import BadInput, CourtsideError
from courtside.contracts.machine_limits import LIMITS, MachineLimit, refuse_out_of_memory
from courtside.core.drift.columns import arrow
from courtside.core.drift.reading.foreign import Ends, described
from courtside.core.drift.reading.formats.errors import UnreadableFile
from courtside.core.drift.reports.quarantine import QuarantinedFile
from courtside.core.sentences import in_a_row

MOST_NAMED = 5


class TableMissing(BadInput):
    """No file exists where a table should be."""

    def __init__(self, name: str, problem: str) -> None:
        self.name = name
        super().__init__(
            f"{name}: {problem}; give a parquet, CSV or Feather file, or a folder or prefix that holds some"
        )


_DENIED = {errno.EACCES, errno.EPERM}


def unreadable(file: str, error: Exception, *, ends: Ends | None = None) -> CourtsideError:
    """Return the error for what a reader raised; `ends` are those of the file if they could be read.

    Raises `OutOfMemory`.
    """
    refuse_out_of_memory(error, f"to read {file}")
    number = error.errno if isinstance(error, OSError) else None
    if number in LIMITS:
        return MachineLimit(f"to read {file}", LIMITS[number])
    if number in _DENIED:
        return UnreadableFile(file, "you may not read it; ask its owner for the right to")
    # An error with a number comes from the store and says nothing about the content.
    known = None if ends is None or number is not None else described(ends, file)
    said = (str(error) or type(error).__name__).splitlines()[0].rstrip(".")
    return UnreadableFile(
        file, known or f"it is damaged, or holds what this reader does not know ({said}); write it again"
    )


def require_utf8(file: str, rows: pa.RecordBatch | pa.Table) -> None:
    """Raise `UnreadableFile` if a text column holds other bytes, which Arrow checks only on request."""
    columns: Sequence[Any] = rows.columns
    for name, column in zip(rows.schema.names, columns, strict=True):
        if arrow.is_text(column.type):
            try:
                column.validate(full=True)
            except pa.ArrowInvalid as error:
                raise UnreadableFile(
                    file,
                    f"its column {name!r} holds bytes that are no UTF-8 text, probably Latin-1 or Windows-1252; decode "
                    "the column with the encoding it was written in, and write the file again",
                ) from error


class NothingReadable(BadInput):
    """Every file of a table was set aside, so there is nothing to compare."""

    def __init__(self, name: str, quarantined: Sequence[QuarantinedFile]) -> None:
        self.name = name
        self.quarantined = tuple(quarantined)
        listed = in_a_row(f"{each.file}: {each.reason}" for each in quarantined[:MOST_NAMED])
        rest = len(quarantined) - MOST_NAMED
        more = f"; and {rest} more" if rest > 0 else ""
        super().__init__(f"none of the {len(quarantined)} files of {name} can be used: {listed}{more}")


class TypesDiffer(BadInput):
    """The files of a table have columns of the same name with types that no common type can hold."""

    def __init__(self, name: str, detail: str) -> None:
        self.name = name
        self.detail = detail
        super().__init__(f"the files of {name} differ in a column's type ({detail}); write them with the same types")


class FileDiffers(BadInput):
    """A file of a reference has other columns or types than its features need."""

    def __init__(self, file: str, cause: BadInput) -> None:
        self.file = file
        self.cause = cause
        super().__init__(f"{file}: {cause} (a reference must be whole; leave this file out or write it again)")


class ProfileHasNoDays(BadInput):
    """A saved profile was asked for single days, but it keeps no rows."""

    def __init__(self) -> None:
        super().__init__("a saved profile holds no rows to choose days of; give the table's files")
