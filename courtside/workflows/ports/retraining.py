"""The retraining state machine, as those see it who start it."""

from typing import Protocol

from courtside.contracts.events import RetrainingRequest


class Retraining(Protocol):
    """The retraining state machine."""

    def start(self, request: RetrainingRequest) -> str:
        """Start it under the request's training id and return the execution's ARN; a second start is the first."""
        ...
