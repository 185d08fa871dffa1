"""A retraining ended without being able to say why: it was stopped, or it timed out."""

from courtside.contracts.incidents import Severity
from courtside.core.incidents.kind import Kind

KIND = Kind("retraining_stopped", "Retraining stopped", Severity.WARNING, "retraining-ended")
