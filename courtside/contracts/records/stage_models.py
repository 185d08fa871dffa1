"""Which models a stage looks after."""

from datetime import datetime

from courtside.contracts.versioned import Versioned


class StageModel(Versioned):
    """One model of a stage; only people's commands write it.

    `version`, `sha256` (of the file's bytes) and `contract_key` (in the lake) are those of its contract; `added_at` and
    `added_by` say who put this contract there. `task` is what it predicts, `builder` builds its features from games
    (None: it has a table of its own). `owner` answers for it, and the addresses in `alerts` are told about it. A
    `paused` model is not looked at until it is resumed; one with `removed_at` is no model of the stage any more.
    """

    name: str
    version: int
    sha256: str
    contract_key: str
    added_at: datetime
    added_by: str
    task: str = "binary"
    builder: str | None = None
    owner: str | None = None
    alerts: tuple[str, ...] = ()
    paused: bool = False
    removed_at: datetime | None = None


class StagePlace(Versioned):
    """Whose a registered model or an experiment is: the first model that names it keeps it."""

    model: str
