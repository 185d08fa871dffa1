"""Incidents of a stage: what was found is told once, answered by a person, and resolved once."""

from courtside.workflows.incidents.errors import IncidentNotOpen, IncidentUnknown, NotAcceptable
from courtside.workflows.incidents.incidents import Incidents

__all__ = ["IncidentNotOpen", "IncidentUnknown", "Incidents", "NotAcceptable"]
