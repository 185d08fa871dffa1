"""Which version is champion, which ones were, and the seal of their files."""

from datetime import datetime

from pydantic import Field

from courtside.contracts.versioned import Versioned


class SealedFiles(Versioned):
    """What lies under a seal: a version's model, record, profile, known rows and legacy files, each by its SHA-256.

    The SHA-256 of this document is the seal: whoever knows it can check every file.
    """

    version: str
    training_id: str
    files: dict[str, str]


class ChampionReference(Versioned):
    """The profile that a drift check compares with, and the champion's seal.

    `sha256` is None for a champion from before versions were sealed, `profile_key` for one that was trained without a
    drift reference. `fitted_by` is the training that fitted the model of a champion that was recalibrated since.
    It is champion `since` a moment, and version `previous` was it before; older documents say neither.
    """

    version: str
    training_id: str
    profile_key: str | None
    dataset: str
    importances: dict[str, float] = Field(default_factory=dict)
    sha256: str | None = None
    fitted_by: str | None = Field(default=None, exclude_if=lambda known: known is None)
    previous: str | None = None
    since: datetime | None = None

    @property
    def data_of(self) -> str:
        """The training whose data the champion's model learned from."""
        return self.fitted_by or self.training_id


class Reign(Versioned):
    """One entry of the production history: a version that was champion from `since` to `until` (None: it still is).

    `sha256` is the seal that it was promoted under, None if that was before versions were sealed; `recalibrates` is the
    version that it is after a recalibration.
    """

    version: str
    training_id: str | None
    since: datetime
    until: datetime | None = None
    rule: str
    reason: str
    by: str
    sha256: str | None = None
    recalibrates: str | None = Field(default=None, exclude_if=lambda known: known is None)


class ChampionPointer(Versioned):
    """The champion according to the ledger: what promotions and rollbacks exchange under a condition.

    `history_key` is the ledger's key of the champion's entry in the production history, `reason` why it is champion,
    `sha256` the seal of its files (None if it is older than the seals).
    """

    version: str | None
    previous: str | None
    reason: str
    history_key: str | None = None
    sha256: str | None = None
