"""What becomes of incidents while nothing is found: answers run out, nobody comes, work was left undone."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from courtside.contracts.errors import CourtsideError
from courtside.contracts.records import IncidentRecord
from courtside.contracts.rounds import TendResponse
from courtside.core.sentences import plural
from courtside.workflows.incidents.incidents import Incidents
from courtside.workflows.stage_models import StageModels

logger = logging.getLogger(__name__)


class IncidentsUntended(CourtsideError):
    """Some incidents could not be tended, so perhaps people were not told of them; the others were."""

    def __init__(self, failed: dict[str, Exception]) -> None:
        self.failed = failed
        first, why = next(iter(failed.items()))
        count = f"{len(failed)} {plural('incident', [*failed])}"
        super().__init__(f"{count} could not be tended, such as {first}: {why}. The next round tries again")


@dataclass(frozen=True, slots=True)
class TendIncidents:
    """Tends the open incidents of a stage; `incidents_of` gives those of a model, which tell its people.

    Without `escalate_after` nothing is escalated.
    """

    models: StageModels
    incidents_of: Callable[[str], Incidents]
    escalate_after: timedelta | None = None

    def run(self, *, now: datetime) -> TendResponse:
        """Tend each incident that is open or not settled; one that fails hurts no other.

        Those of a model that the stage does not look after any more are over. Raises `IncidentsUntended` at the end.
        """
        listed = self.incidents_of("").list(resolved=True)
        wanted = [each for each in listed if not (each.is_over and each.is_settled)]
        known = {"", *self.models.list().names} if wanted else set()
        failed: dict[str, Exception] = {}
        for record in wanted:
            try:
                self._tend(record, known=record.model in known, now=now)
            except Exception as error:
                logger.exception("incident %s could not be tended", record.id)
                failed[record.id] = error
        if failed:
            raise IncidentsUntended(failed)
        return TendResponse(open=sum(not each.is_over for each in listed), tended=len(wanted))

    def _tend(self, record: IncidentRecord, *, known: bool, now: datetime) -> None:
        incidents = self.incidents_of(record.model)
        if known:
            incidents.tend(record, now=now, escalate_after=self.escalate_after)
            return
        said = f"{record.model} was removed from the stage"
        incidents.resolve(record.model, record.kind, at=now, evidence=f"removed-{now.isoformat()}", said=said)
