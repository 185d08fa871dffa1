"""Incidents of a stage: what was found is told once, answered by a person, and resolved once."""

from courtside.workflows.incidents.errors import IncidentNotOpen, IncidentUnknown, NotAcceptable
from courtside.workflows.incidents.incidents import Incidents
from courtside.workflows.incidents.tend import IncidentsUntended, TendIncidents

__all__ = [
    "IncidentNotOpen",
    "IncidentUnknown",
    "Incidents",
    "IncidentsUntended",
    "NotAcceptable",
    "TendIncidents",
]
