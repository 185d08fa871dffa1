"""How the state machine of retrainings ends: what is announced to people, and a rollback, which trains nothing."""

from enum import StrEnum

from pydantic import field_validator

from courtside.contracts.events import Payload, RetrainingRequest


class Ending(StrEnum):
    """What came of a request for a retraining; `broken` is an end that the machine itself could not announce."""

    NOT_STARTED = "not_started"
    PROMOTED = "promoted"
    REJECTED = "rejected"
    EXPIRED = "expired"
    REFUSED = "refused"
    ROLLED_BACK = "rolled_back"
    FAILED = "failed"
    BROKEN = "broken"


class AnnounceRequest(Payload):
    """Input of `announce`: what was asked for, how it ended, and in which execution (its ARN).

    `subject` and `message` are the alert that the step before wrote, `by` the person who refused, and `failed_step`,
    `error` and `cause` what a failure said. `status` is that of an execution which ended `broken`; the event about one
    passes its input as JSON text.
    """

    request: RetrainingRequest
    ended: Ending
    execution: str
    subject: str = ""
    message: str = ""
    by: str = ""
    failed_step: str = ""
    error: str = ""
    cause: str = ""
    status: str = ""

    @field_validator("request", mode="before")
    @classmethod
    def _from_text(cls, given: object) -> object:
        return RetrainingRequest.model_validate_json(given) if isinstance(given, str) else given


class AnnounceResponse(Payload):
    """Output of `announce`; `incident` is that of a failure, empty for another end."""

    training_id: str
    ended: Ending
    incident: str = ""


class RollBackRequest(Payload):
    """Input of `roll_back`: from which champion to which version, and why.

    Without `sha256` it only finds the seal under which that version was champion last; with it, the champion is moved.
    """

    model: str
    training_id: str
    roll_back_to: str
    roll_back_from: str
    reason: str
    sha256: str | None = None


class RollBackResponse(Payload):
    """Output of `roll_back`: the seal, and what people are told.

    It is not `wanted` where another version is champion than the one that the rollback was decided about.
    """

    training_id: str
    sha256: str = ""
    wanted: bool = True
    subject: str = ""
    message: str = ""
