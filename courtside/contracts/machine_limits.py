"""Limits of the machine, for which no file is to blame."""

import errno

from courtside.contracts.errors import CourtsideError

LIMITS = {
    errno.EMFILE: "this process has too many files open; raise the limit (`ulimit -n`)",
    errno.ENFILE: "this machine has too many files open; end other programs",
    errno.ENOSPC: "there is no space left on the disk; free some",
    errno.EDQUOT: "your share of the disk is used up; free some",
}
"""What a machine can run out of besides memory, by the number of the system's error."""

FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
"""The numbers of the errors that say that a disk is full."""


class MachineLimit(CourtsideError):
    """This machine, and no file, is why something cannot be done."""

    def __init__(self, work: str, limit: str) -> None:
        self.work = work
        self.limit = limit
        super().__init__(f"it was not possible {work}: {limit}. The file itself may be right")


class OpenFilesLimit(CourtsideError):
    """A limit on open files, and nothing that was asked for, ended a command."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"{LIMITS[number]}, and run the command again")


def limit_behind(error: BaseException) -> OpenFilesLimit | None:
    """Return the limit on open files that an error comes from, whatever libraries took it for; None for another."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, OSError) and seen.errno in {errno.EMFILE, errno.ENFILE}:
            return OpenFilesLimit(seen.errno)
        seen = seen.__cause__ or seen.__context__
    return None


class OutOfMemory(CourtsideError):
    """This machine does not have enough memory for the work; the input may be in order."""

    def __init__(self, work: str) -> None:
        self.work = work
        super().__init__(
            f"this machine does not have enough memory {work}; the file itself may be right. End other programs, use "
            "a machine with more memory, or split the input into smaller files"
        )


def refuse_out_of_memory(error: BaseException, work: str) -> None:
    """Raise `OutOfMemory` if an error, of Python or of a library in another language, says that memory ran out."""
    if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM):
        raise OutOfMemory(work) from error
