"""What was erased because a person asked for it. None of these records names whom it was about."""

from datetime import datetime

from pydantic import Field

from courtside.contracts.versioned import Versioned


class ErasedFiles(Versioned):
    """Files from which rows were erased on request, by key, each with the SHA-256 of what may lie there instead.

    Readers that compare files with an earlier SHA-256 tell by this a file that was erased from one that was damaged.
    """

    at: datetime
    files: dict[str, tuple[str, ...]] = Field(default_factory=dict)


class ForgottenRecord(Versioned):
    """One erasure: who asked for it when, of how many `ids`, and what was done to which objects.

    `rewritten` and `removed` are keys, in which the ids are masked where they were part of one; `versions` counts the
    object versions that were removed for good, `rows` the rows in all of them. `ended_at` is None while it is not known
    to have ended, and `rewritten` are until then the objects that may be; `left` are the keys of the object versions
    that still held an id afterwards, or could not be read.
    """

    model: str
    by: str
    began_at: datetime
    ids: int
    columns: tuple[str, ...]
    rewritten: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    versions: int = 0
    rows: int = 0
    trainings: tuple[str, ...] = ()
    ended_at: datetime | None = None
    read_again: int = 0
    left: tuple[str, ...] = ()
