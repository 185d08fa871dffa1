"""Limits of the machine, for which no file is to blame."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

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


_TEMPORARY = "the temporary folder"
_UNWRITABLE = FULL | {errno.EROFS, errno.EACCES, errno.EPERM}


class FolderUnwritable(CourtsideError):
    """A task cannot write where it keeps what it works on, so nothing of its input is wrong."""

    def __init__(self, place: str, reason: str) -> None:
        self.place = place
        self.reason = reason
        super().__init__(
            f"{place} cannot be written ({reason}), where this task keeps what it works on; nothing incomplete was "
            "published. Give the task a folder with room that it may write to (TMPDIR names it), and start it again"
        )


@contextmanager
def unwritable_named() -> Iterator[None]:
    """Turn the error of a folder that is full or read-only into `FolderUnwritable`, whatever libraries took it for."""
    try:
        yield
    except CourtsideError:
        raise
    except Exception as error:
        if (found := _unwritable_behind(error)) is not None:
            raise found from error
        raise


def _unwritable_behind(error: BaseException) -> FolderUnwritable | None:
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, OSError) and seen.errno in _UNWRITABLE:
            place = seen.filename if isinstance(seen.filename, str) else _TEMPORARY
            return FolderUnwritable(place, seen.strerror or "it is full or read-only")
        # So Python calls it if no file can be written in any folder for temporary ones.
        if isinstance(seen, FileNotFoundError) and seen.filename is None and "temporary directory" in str(seen):
            return FolderUnwritable(_TEMPORARY, "it is full or read-only")
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
