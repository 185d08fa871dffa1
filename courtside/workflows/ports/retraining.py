"""The retraining state machine, as seen by whatever starts it."""

from typing import Protocol

from courtside.contracts.events import RetrainingRequest


class Retraining(Protocol):
    """The retraining state machine."""

    def start(self, request: RetrainingRequest) -> str:
        """Start it under the request's training id and return the execution's ARN.

        A second start returns the first's.
        """
        ...
