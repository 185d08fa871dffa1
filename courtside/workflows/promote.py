"""Make a training's challenger champion, and its profile the one drift is measured against."""

from datetime import datetime

from courtside.contracts import training_keys
from courtside.contracts.errors import CourtsideError
from courtside.contracts.events import PromoteRequest, PromoteResponse, SealRequest, SealResponse
from courtside.contracts.records import GateDecision
from courtside.core.alerting import promotion_alert
from courtside.workflows.lake_documents import read_document
from courtside.workflows.ports import Lake
from courtside.workflows.production import Move, Production
from courtside.workflows.sealed_models import CannotBeSealed, SealedModel, seal, sealed_model


class NotApproved(CourtsideError):
    """The gate did not let this training's challenger through."""

    def __init__(self, training_id: str) -> None:
        self.training_id = training_id
        super().__init__(f"the gate rejected the challenger of training {training_id}; the champion stays")


def seal_challenger(request: SealRequest, *, production: Production) -> SealResponse:
    """Seal the challenger that the gate let through, and name it so in the registry.

    Raises `ObjectMissing` when the gate left no decision, `NotApproved` and what `seal` raises.
    """
    decision = _approved(request.model, request.training_id, lake=production.lake)
    sealed = seal(_challenger(decision), model=request.model, lake=production.lake, registry=production.registry)
    _require_own(sealed, decision)
    production.registry.nominate(sealed.version)
    return SealResponse(training_id=request.training_id, sha256=sealed.sha256)


def promote(request: PromoteRequest, *, production: Production, now: datetime) -> PromoteResponse:
    """Move the champion, if it is still the one the challenger was judged against; a second call changes nothing more.

    It is moved only while the training holds the retraining lock. Raises `ObjectMissing` when the gate left no
    decision, `NotApproved`, `SealBroken`, `CannotBeSealed` when the seal is of another training, and what
    `Production.move` raises.
    """
    decision = _approved(request.model, request.training_id, lake=production.lake)
    sealed = sealed_model(request.model, request.sha256, lake=production.lake)
    _require_own(sealed, decision)
    before, after = decision.champion_version, sealed.version
    held = request.training_id
    move = Move(sealed, rule=decision.rule, reason=decision.reason, by=request.by, once=True, holder=held)
    production.move(move, expected=before, now=now)
    alert = promotion_alert(model=request.model, before=before, after=after, reason=decision.reason)
    return PromoteResponse(
        training_id=request.training_id, before=before, after=after, subject=alert.subject, message=alert.text
    )


def _approved(model: str, training_id: str, *, lake: Lake) -> GateDecision:
    decision = read_document(GateDecision, training_keys.training_verdict(model, training_id), lake=lake)
    if not decision.promote:
        raise NotApproved(training_id)
    return decision


def _challenger(decision: GateDecision) -> str:
    if decision.challenger_version is None:
        raise NotApproved(decision.training_id)
    return decision.challenger_version


def _require_own(sealed: SealedModel, decision: GateDecision) -> None:
    """Raise `CannotBeSealed` unless the version that the gate judged comes from the training that it judged."""
    if (sealed.version, sealed.training_id) != (_challenger(decision), decision.training_id):
        judged = f"the gate judged version {decision.challenger_version} of training {decision.training_id}"
        raise CannotBeSealed(sealed.model, sealed.version, judged)
