"""A round of the watch: which models are due, what becomes of each, and what people are told."""

from courtside.core.watch.alerts import failing_alert, unarchived_alert, unpublished_alert
from courtside.core.watch.due import due_in_round
from courtside.core.watch.predictions import NOTHING_CAME, said_of_predictions
from courtside.core.watch.settled import Outcome, outcome_of, settled

__all__ = [
    "NOTHING_CAME",
    "Outcome",
    "due_in_round",
    "failing_alert",
    "outcome_of",
    "said_of_predictions",
    "settled",
    "unarchived_alert",
    "unpublished_alert",
]
