"""Why an incident cannot be answered."""

from collections.abc import Sequence

from courtside.contracts.errors import BadInput
from courtside.contracts.records import IncidentRecord


class IncidentUnknown(BadInput):
    """The stage has no incident of an id, or a newer one has taken its place."""

    def __init__(self, incident_id: str, known: Sequence[str]) -> None:
        self.incident_id = incident_id
        self.known = tuple(known)
        listed = f"choose one of {', '.join(known)}" if known else "no incident is open"
        super().__init__(f"there is no incident {incident_id!r}: {listed}")


class IncidentNotOpen(BadInput):
    """An incident was resolved, so there is nothing to answer."""

    def __init__(self, record: IncidentRecord) -> None:
        self.record = record
        super().__init__(
            f"incident {record.id} was resolved at {record.resolved_at:%Y-%m-%d %H:%M} UTC, so nothing has to be done "
            "about it; if the matter comes back, it is a new incident"
        )


class NotAcceptable(BadInput):
    """An incident is of a kind that cannot be the new normal."""

    def __init__(self, record: IncidentRecord, acceptable: Sequence[str]) -> None:
        self.record = record
        self.acceptable = tuple(acceptable)
        super().__init__(
            f"incident {record.id} is of the kind {record.kind!r}, which cannot be accepted as the new normal; only "
            f"{', '.join(acceptable)} can. To silence it for a while, snooze it"
        )
