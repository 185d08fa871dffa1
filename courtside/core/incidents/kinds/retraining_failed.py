"""A retraining or a recalibration failed in one of its steps."""

from courtside.contracts.incidents import Severity
from courtside.core.incidents.kind import Kind

KIND = Kind("retraining_failed", "Retraining failed", Severity.WARNING, "retraining-failed")
