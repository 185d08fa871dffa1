"""What must be true of a model and its stage after every fault; each module registers what it asks."""

from tests.faults.truths import alerts, champion, commands, decisions, rows, sets, trainings
from tests.faults.truths.truth import Before, Forgiven, ask, remembered

__all__ = [
    "Before",
    "Forgiven",
    "alerts",
    "ask",
    "champion",
    "commands",
    "decisions",
    "remembered",
    "rows",
    "sets",
    "trainings",
]
