"""What an incident's line says of people: who answered it how, and the command that answers it."""

from courtside.contracts.incidents import IncidentState
from courtside.contracts.shortening import shortened
from courtside.core.dashboard.views import IncidentLine
from courtside.core.pages.commands import command
from courtside.core.pages.markup import Markup
from courtside.core.sentences import ended

LONGEST = 400


def answered(incident: IncidentLine) -> str:
    """Return who put an incident into its state, and with which note, as a sentence."""
    note = f": {shortened(incident.note, LONGEST)}" if incident.note else ""
    return ended(f"{incident.state.capitalize()} by {shortened(incident.by)}{note}")


def answer(incident: IncidentLine, stage: str) -> Markup:
    """Return the command that answers an incident, or that shows one which somebody answered already."""
    verb = "ack" if incident.state == IncidentState.OPEN else "show"
    model = f" --model {incident.model}" if incident.model else ""
    return command(f"courtside alerts {verb} {incident.id} --stage {stage}{model}")
