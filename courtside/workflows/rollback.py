"""Make a version champion by hand: an earlier one again, or one that somebody chose."""

from dataclasses import dataclass
from datetime import datetime

from courtside.contracts.errors import CourtsideError
from courtside.workflows.ports import Models
from courtside.workflows.production import Move, Production
from courtside.workflows.smoke import smoke

ROLLBACK, BY_HAND = "rollback", "by_hand"


class NothingToRollBackTo(CourtsideError):
    """No version was champion of a model before; `champion` is the current one, or None where there is none yet."""

    def __init__(self, model: str, champion: str | None) -> None:
        self.model = model
        self.champion = champion
        super().__init__(
            f"{model} has no champion yet, so there is nothing to go back to; train one with "
            f"`courtside retrain --trigger initial --wait --model {model}`"
            if champion is None
            else f"no version of {model} was champion before version {champion}, so there is nothing to go back to; to "
            f"make another one of `courtside versions list --model {model}` champion: "
            f"`courtside versions promote VERSION --reason WHY --model {model}`"
        )


class AlreadyChampion(CourtsideError):
    """The version asked for is champion already."""

    def __init__(self, model: str, version: str) -> None:
        self.model = model
        self.version = version
        super().__init__(f"version {version} is champion of {model} already, so nothing was changed")


@dataclass(frozen=True, slots=True)
class Moved:
    """The champion's version before and after."""

    before: str | None
    after: str


def rollback(*, production: Production, models: Models, by: str, now: datetime, to: str | None = None) -> Moved:
    """Make the previous version, or the version `to`, champion again; drift is then measured against its reference.

    A rollback that broke off before everything followed is finished, not made again. Raises `NothingToRollBackTo`,
    `AlreadyChampion`, and what `promote_by_hand` raises.
    """
    pointer = production.champion()
    if production.broke_off() == ROLLBACK and to in {None, pointer.version}:
        finished = production.settle()
        return Moved(finished.previous, str(finished.version))
    after = to or pointer.previous
    if after is None:
        raise NothingToRollBackTo(production.model, pointer.version)
    if after == pointer.version:
        missing = AlreadyChampion if to else NothingToRollBackTo
        raise missing(production.model, after)
    reason = f"rolled back from version {pointer.version}"
    return _moved(after, rule=ROLLBACK, reason=reason, production=production, models=models, by=by, now=now)


def promote_by_hand(
    version: str, *, reason: str, production: Production, models: Models, by: str, now: datetime
) -> Moved:
    """Make a version champion without asking the gate; it is loaded and smoke-tested before anything is moved.

    Promoting the current champion again makes everything follow the ledger. Raises `SmokeFailed`, `ModelUnusable`,
    `SealBroken`, and what `Production.sealed` and `Production.move` raise.
    """
    return _moved(version, rule=BY_HAND, reason=reason, production=production, models=models, by=by, now=now)


def _moved(
    version: str, *, rule: str, reason: str, production: Production, models: Models, by: str, now: datetime
) -> Moved:
    before = production.champion().version
    sealed = production.sealed(version)
    smoke(sealed, models=models)
    production.move(Move(sealed, rule=rule, reason=reason, by=by), expected=before, now=now)
    return Moved(before, version)
