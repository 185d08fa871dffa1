"""Incidents, pure: which kinds there are, what a finding does to one, and what people are told of it."""

from courtside.core.incidents.finding import Finding
from courtside.core.incidents.kind import Kind
from courtside.core.incidents.kinds import KINDS

__all__ = ["KINDS", "Finding", "Kind"]
