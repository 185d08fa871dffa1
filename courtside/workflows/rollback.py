"""Undo the last promotion."""

from dataclasses import dataclass

from courtside.contracts.errors import CourtsideError
from courtside.workflows.ports import Lake, Registry
from courtside.workflows.promote import publish_reference
from courtside.workflows.training_records import record_of_version


class NothingToRollBackTo(CourtsideError):
    """No version was champion before."""

    def __init__(self) -> None:
        super().__init__("no version was champion before this one, so there is nothing to go back to")


@dataclass(frozen=True, slots=True)
class RolledBack:
    """The champion's version before and after."""

    before: str | None
    after: str


def rollback(*, lake: Lake, registry: Registry) -> RolledBack:
    """Make the previous version champion again and drift be measured against its reference.

    Raises `NothingToRollBackTo`, and `TrainingRecordMissing` before anything is changed.
    """
    before, after = registry.champion_version(), registry.previous_version()
    if after is None or after == before:
        raise NothingToRollBackTo
    record = record_of_version(after, lake=lake, registry=registry)
    registry.promote(after, reason=f"rolled back from version {before}")
    publish_reference(record, lake=lake)
    return RolledBack(before, after)
