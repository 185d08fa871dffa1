"""The inputs of a model moved away from what its champion learned from."""

from courtside.contracts.incidents import Severity
from courtside.core.incidents.kind import Kind

KIND = Kind("drift", "Drift", Severity.WARNING, "drift", accepts=True)
