"""Which trainings of a stage run, and which models wait for their turn."""

from datetime import datetime

from courtside.contracts.events import Payload
from courtside.contracts.versioned import Versioned


class TrainingSlot(Payload):
    """One of the places of the trainings that may run at once, and until when its lease lasts.

    While `started` is false, the place is kept for a request that waited, until that request's run takes its lock.
    """

    model: str
    training_id: str
    lease_until: datetime
    started: bool


class TrainingSlots(Versioned):
    """The trainings that run, and the models with a remembered request, oldest first.

    `turns` counts the requests that waited and got their turn, so that no two of their runs have one name.
    """

    running: tuple[TrainingSlot, ...] = ()
    waiting: tuple[str, ...] = ()
    turns: int = 0
