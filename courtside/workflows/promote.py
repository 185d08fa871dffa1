"""Make a training's challenger champion, and its profile the one drift is measured against."""

from courtside.contracts import lake_keys
from courtside.contracts.errors import CourtsideError
from courtside.contracts.events import PromoteRequest, PromoteResponse
from courtside.contracts.names import REGISTERED_MODEL
from courtside.contracts.records import ChampionReference, GateDecision, TrainingRecord
from courtside.core.alerting import promotion_alert
from courtside.workflows.ports import Lake, Registry


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


def promote(request: PromoteRequest, *, lake: Lake, registry: Registry) -> PromoteResponse:
    """Move the champion alias, then the drift reference; promoting again changes nothing more.

    Raises `ObjectMissing` when the training or its gate left no record, `NotApproved` and `NothingToPromote`.
    """
    record = TrainingRecord.model_validate_json(lake.read(lake_keys.training_record(request.training_id)))
    verdict = GateDecision.model_validate_json(lake.read(lake_keys.training_verdict(request.training_id)))
    if not verdict.promote:
        raise NotApproved(request.training_id)
    if record.challenger_version is None:
        raise NothingToPromote(request.training_id)
    registry.promote(record.challenger_version, reason=verdict.reason)
    publish_reference(record, lake=lake)
    before, after = record.champion_version, record.challenger_version
    alert = promotion_alert(model=REGISTERED_MODEL, before=before, after=after, reason=verdict.reason)
    return PromoteResponse(
        training_id=request.training_id, before=before, after=after, subject=alert.subject, message=alert.text
    )


def publish_reference(record: TrainingRecord, *, lake: Lake) -> None:
    """Point drift checks at the profile of the training that made the champion."""
    assert record.challenger_version is not None
    reference = ChampionReference(
        version=record.challenger_version,
        training_id=record.training_id,
        profile_key=lake_keys.training_profile(record.training_id),
        dataset=record.dataset,
        importances=record.importances,
    )
    lake.write(lake_keys.CHAMPION_REFERENCE, reference.model_dump_json(indent=2).encode())
