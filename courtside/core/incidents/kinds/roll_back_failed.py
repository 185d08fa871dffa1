"""A champion that is worse than the version before it could not be rolled back, so it still predicts."""

from courtside.contracts.incidents import Severity
from courtside.core.incidents.kind import Kind

KIND = Kind("roll_back_failed", "Rollback failed", Severity.CRITICAL, "rollback-failed")
