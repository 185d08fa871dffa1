"""Make a version champion without the gate: an earlier one again, or one that somebody chose."""

from dataclasses import dataclass
from datetime import datetime

from courtside.contracts.errors import CourtsideError
from courtside.contracts.retraining_ends import RollBackRequest, RollBackResponse
from courtside.core.retraining_alerts import not_rolled_back_alert, rolled_back_alert
from courtside.workflows.ports import Models
from courtside.workflows.production import Move, Production
from courtside.workflows.sealed_models import CannotBeSealed, sealed_model
from courtside.workflows.smoke import smoke

ROLLBACK, BY_HAND = "rollback", "by_hand"
DECISION = "decision"
"""Who moved the champion where a drift check decided to roll it back."""


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


def roll_back(request: RollBackRequest, *, production: Production, now: datetime) -> RollBackResponse:
    """Find the version that a decision wants back, or make it champion where its seal is given; repeating is harmless.

    Whoever gives the seal has tried what is under it, and holds the retraining lock. Raises `NeverChampion`,
    `SealBroken`, `CannotBeSealed`, and what `Production.move` raises.
    """
    return _found(request, production) if request.sha256 is None else _undone(request, production, now=now)


def _found(request: RollBackRequest, production: Production) -> RollBackResponse:
    champion = production.champion().version
    if champion == request.roll_back_from:
        sealed = production.once_champion(request.roll_back_to)
        return RollBackResponse(training_id=request.training_id, sha256=sealed.sha256)
    alert = not_rolled_back_alert(request, champion=champion)
    return RollBackResponse(training_id=request.training_id, wanted=False, subject=alert.subject, message=alert.text)


def _undone(request: RollBackRequest, production: Production, *, now: datetime) -> RollBackResponse:
    sha256 = request.sha256 or ""
    sealed = sealed_model(request.model, sha256, lake=production.lake)
    if sealed.version != request.roll_back_to:
        raise CannotBeSealed(request.model, request.roll_back_to, f"the seal given is that of version {sealed.version}")
    move = Move(sealed, rule=ROLLBACK, reason=request.reason, by=DECISION, holder=request.training_id)
    production.move(move, expected=request.roll_back_from, now=now)
    alert = rolled_back_alert(request)
    return RollBackResponse(training_id=request.training_id, sha256=sha256, subject=alert.subject, message=alert.text)
