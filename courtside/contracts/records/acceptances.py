"""What people accepted as a model's new normal: each act, by whom, and what became of it."""

from datetime import datetime

from pydantic import Field

from courtside.contracts.events import Payload, Window
from courtside.contracts.records.champions import ChampionReference
from courtside.contracts.versioned import Versioned


class AcceptedAct(Payload):
    """One window that a person accepted, for what had moved in it, as long as `champion_version` is champion.

    A recalibrated champion learned from the same rows, those of the training `data_of`, so the act holds for it, too.
    `features` and `table` (statistics of the whole table) are names, `segments` the features by segment. `left_out`
    says of what had moved, too, why it was not accepted. `load` is the one that was accepted where rows have no times.
    The profile of the window's `rows` lies under its SHA-256. An act that was taken back says when, by whom and why.
    """

    number: int
    champion_version: str
    data_of: str = ""
    at: datetime
    by: str
    note: str = ""
    incident: str = ""
    window: Window
    load: str | None = None
    rows: int
    features: tuple[str, ...] = ()
    segments: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    table: tuple[str, ...] = ()
    left_out: dict[str, str] = Field(default_factory=dict)
    profile_sha256: str
    undone_at: datetime | None = None
    undone_by: str = ""
    undone_note: str = ""

    @property
    def subjects(self) -> tuple[str, ...]:
        """The names of all that was accepted."""
        return (*self.features, *self.segments, *self.table)


class AcceptedReference(Versioned):
    """All acts of a model, in order: those of earlier champions and those that were taken back are kept, too."""

    model: str
    acts: tuple[AcceptedAct, ...] = ()

    def in_force(self, champion: ChampionReference) -> tuple[AcceptedAct, ...]:
        """Return the acts that hold for a champion, in order."""
        return tuple(
            act
            for act in self.acts
            if act.undone_at is None and (act.champion_version == champion.version or act.data_of == champion.data_of)
        )
