"""However a retraining ends, people are told of it once; a failure is an incident, which a good end resolves."""

from dataclasses import dataclass
from datetime import datetime

from courtside.contracts import ledger_keys
from courtside.contracts.retraining_ends import AnnounceRequest, AnnounceResponse, Ending
from courtside.core.ending_alerts import ends_incidents, evidence_of, failure_of, notice_of
from courtside.workflows.claims import Claims
from courtside.workflows.incidents import Incidents
from courtside.workflows.ports import AlertChannel

_FAILURES = frozenset({Ending.FAILED, Ending.BROKEN})


@dataclass(frozen=True, slots=True)
class Announcing:
    """Tells people of a model how its retrainings end; `claims` are in the model's own part of the ledger."""

    incidents: Incidents
    claims: Claims
    alerts: AlertChannel

    def run(self, request: AnnounceRequest, *, now: datetime) -> AnnounceResponse:
        """Tell people of an end; its repetition, such as a retry, tells nobody again."""
        response = AnnounceResponse(training_id=request.request.training_id, ended=request.ended)
        if request.ended in _FAILURES:
            incident = self.incidents.report(failure_of(request, at=now))
            return response.model_copy(update={"incident": incident.id})
        alert = notice_of(request)
        # People are told of the end itself last, so that whoever tells them if this fails tells them nothing twice.
        self.incidents.resolve(
            request.request.model,
            *ends_incidents(request),
            at=now,
            evidence=evidence_of(request),
            said=alert.subject.removeprefix("Courtside: "),
        )
        key = ledger_keys.end_of_retraining(request.request.training_id, request.ended.value)
        self.claims.once(key, lambda _: self.alerts.publish(alert))
        return response
