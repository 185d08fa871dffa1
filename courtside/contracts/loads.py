"""The record of what was loaded into the lake: it says which objects should be there, and what each load brought."""

from datetime import date, datetime
from enum import StrEnum
from typing import Self

from pydantic import Field

from courtside.contracts.events import Payload
from courtside.contracts.versioned import Versioned


class LoadState(StrEnum):
    """What became of a load; `begun` and `leaving` mean that a command did not finish, or has not yet."""

    BEGUN = "begun"
    LOADED = "loaded"
    LEAVING = "leaving"
    TAKEN_BACK = "taken back"

    @property
    def counts(self) -> bool:
        """Whether its rows belong in the lake."""
        return self in {LoadState.BEGUN, LoadState.LOADED}

    @property
    def ended(self) -> bool:
        """Whether the lake is in the state that this says."""
        return self in {LoadState.LOADED, LoadState.TAKEN_BACK}


class Load(Payload):
    """One file that was loaded: `id` is derived from its content, `key` is where the lake keeps its rows.

    `replaces` says that the seasons of these games keep nothing that was loaded before, `revises` that rows of a table
    replace earlier ones with their ids; `cancelled` are the games (season and id) that will not be played after all;
    `unlabelled` counts rows whose label was not known yet; `etag` is that of a file that arrived by itself, and
    `came_at` when that was written.
    """

    id: str
    file: str
    key: str
    rows: int
    first_day: date
    last_day: date
    seasons: tuple[int, ...] = ()
    replaces: bool = False
    revises: bool = False
    cancelled: tuple[tuple[int, str], ...] = ()
    etag: str | None = None
    came_at: datetime | None = None
    unlabelled: int = 0
    loaded_at: datetime
    taken_back_at: datetime | None = None
    state: LoadState = LoadState.BEGUN


class Loads(Versioned):
    """All loads of one dataset or of the games, oldest first, and the rows of each object that should be there."""

    loads: tuple[Load, ...] = ()
    objects: dict[str, int] = Field(default_factory=dict)

    def find(self, load_id: str) -> Load | None:
        """Return the load with this id, or None if there is none."""
        return next((load for load in self.loads if load.id == load_id), None)

    def appended(self, load: Load) -> Self:
        """Return the record with `load` as its newest, in place of one with its id."""
        others = tuple(each for each in self.loads if each.id != load.id)
        return self.model_copy(update={"loads": (*others, load)})

    def changed(self, load: Load) -> Self:
        """Return the record with `load` in the place of the one with its id."""
        loads = tuple(load if each.id == load.id else each for each in self.loads)
        return self.model_copy(update={"loads": loads})
