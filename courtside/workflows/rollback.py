"""Undo a promotion: by a person, or by itself when the new champion does not work."""

from dataclasses import dataclass
from datetime import datetime

from courtside.contracts import lake_keys
from courtside.contracts.errors import CourtsideError
from courtside.contracts.events import RollBackRequest, RollBackResponse
from courtside.contracts.names import REGISTERED_MODEL
from courtside.contracts.records import TrainingRecord
from courtside.core.retraining_alerts import rolled_back_alert
from courtside.workflows.ports import Lake
from courtside.workflows.production import Move, Production


class NothingToRollBackTo(CourtsideError):
    """No version was champion before."""

    def __init__(self) -> None:
        super().__init__("no version was champion before this one, so there is nothing to go back to")


class AlreadyChampion(CourtsideError):
    """The version asked for is champion already."""

    def __init__(self, version: str) -> None:
        self.version = version
        super().__init__(f"version {version} is champion already, so nothing was changed")


@dataclass(frozen=True, slots=True)
class RolledBack:
    """The champion's version before and after."""

    before: str | None
    after: str


def rollback(*, production: Production, by: str, now: datetime, to: str | None = None) -> RolledBack:
    """Make the previous version champion again, or the version `to`, and drift be measured against its reference.

    Raises `NothingToRollBackTo`, `AlreadyChampion`, `ChampionChanged`, and `TrainingRecordMissing` before anything is
    changed.
    """
    pointer = production.champion()
    after = to or pointer.previous
    if after is None:
        raise NothingToRollBackTo
    if after == pointer.version:
        raise AlreadyChampion(after) if to else NothingToRollBackTo
    move = Move(version=after, rule="rollback", reason=f"rolled back from version {pointer.version}", by=by)
    production.move(move, expected=pointer.version, now=now)
    return RolledBack(pointer.version, after)


def undo_promotion(request: RollBackRequest, *, lake: Lake, production: Production, now: datetime) -> RollBackResponse:
    """Give the champion's place back to whom the training's challenger took it from, or to nobody.

    Raises `ObjectMissing` without the training's record, `ChampionChanged` when a third version is champion now.
    """
    record = TrainingRecord.model_validate_json(lake.read(lake_keys.training_record(request.training_id)))
    failed, after = record.challenger_version, record.champion_version
    reason = f"version {failed} failed its smoke check: {request.reason}"
    production.move(Move(version=after, rule="smoke_failed", reason=reason, by="smoke"), expected=failed, now=now)
    alert = rolled_back_alert(model=REGISTERED_MODEL, before=str(failed), after=after, reason=request.reason)
    return RollBackResponse(
        training_id=request.training_id,
        before=str(failed),
        after=after,
        subject=alert.subject,
        message=alert.text,
    )
