"""What a kind of incident is."""

from dataclasses import dataclass

from courtside.contracts.incidents import Severity


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of incident: its name, what people call it, how bad it is unless a finding says more, and its runbook.

    `runbook` is the anchor of a heading of ``docs/runbooks.md``. With `accepts` a person may say of it that what moved
    is the new normal.
    """

    name: str
    title: str
    severity: Severity
    runbook: str
    accepts: bool = False
