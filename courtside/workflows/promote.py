"""Make a training's challenger champion, and its profile the one drift is measured against."""

from datetime import datetime

from courtside.contracts import lake_keys
from courtside.contracts.errors import CourtsideError
from courtside.contracts.events import PromoteRequest, PromoteResponse
from courtside.contracts.names import REGISTERED_MODEL
from courtside.contracts.records import GateDecision, TrainingRecord
from courtside.core.alerting import promotion_alert
from courtside.workflows.ports import Lake
from courtside.workflows.production import Move, Production


class NothingToPromote(CourtsideError):
    """A training registered no model."""

    def __init__(self, training_id: str) -> None:
        self.training_id = training_id
        super().__init__(f"training {training_id} registered no model: it ran without a tracking server")


class NotApproved(CourtsideError):
    """The gate did not let this training's challenger through."""

    def __init__(self, training_id: str) -> None:
        self.training_id = training_id
        super().__init__(f"the gate rejected the challenger of training {training_id}; the champion stays")


def promote(request: PromoteRequest, *, lake: Lake, production: Production, now: datetime) -> PromoteResponse:
    """Move the champion, if it is still the one the challenger was judged against; again changes nothing more.

    Raises `ObjectMissing` when the training or its gate left no record, `NotApproved`, `NothingToPromote` and
    `ChampionChanged`.
    """
    record = TrainingRecord.model_validate_json(lake.read(lake_keys.training_record(request.training_id)))
    decision = GateDecision.model_validate_json(lake.read(lake_keys.training_verdict(request.training_id)))
    if not decision.promote:
        raise NotApproved(request.training_id)
    if record.challenger_version is None:
        raise NothingToPromote(request.training_id)
    before, after = record.champion_version, record.challenger_version
    move = Move(version=after, rule=decision.rule, reason=decision.reason, by=request.by)
    production.move(move, expected=before, now=now)
    alert = promotion_alert(model=REGISTERED_MODEL, before=before, after=after, reason=decision.reason)
    return PromoteResponse(
        training_id=request.training_id, before=before, after=after, subject=alert.subject, message=alert.text
    )
