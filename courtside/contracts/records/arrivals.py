"""What became of the files that arrived."""

from datetime import datetime
from enum import StrEnum

from courtside.contracts.versioned import Versioned


class ArrivalOutcome(StrEnum):
    """What became of a file that arrived: its rows were loaded, all were known, or it could not be used as a whole."""

    LOADED = "loaded"
    NOTHING_NEW = "nothing new"
    QUARANTINED = "quarantined"


class ArrivalRecord(Versioned):
    """One file that arrived, in one state of it.

    `came_at` is when it was written, `seen_at` when it was taken in. `load` is the load of its rows; `new`, `changed`,
    `same` and `coming` (games without a score) count the rows that were used, `wrong` those that were not.
    `quarantine` is the prefix of what was set aside, with the `reason` in sentences. The contract is the one that the
    rows were held to.
    """

    id: str
    model: str
    contract_version: int
    contract_hash: str
    file: str
    etag: str
    size: int
    came_at: datetime
    seen_at: datetime
    outcome: ArrivalOutcome
    load: str | None = None
    new: int = 0
    changed: int = 0
    same: int = 0
    coming: int = 0
    wrong: int = 0
    quarantine: str | None = None
    reason: str = ""


class Attempted(Versioned):
    """When a file that arrived was begun by rounds of which it is not known that they ended."""

    at: tuple[datetime, ...] = ()
