"""Labels prove that the version before does better than the champion on the same rows."""

from courtside.contracts.incidents import Severity
from courtside.core.incidents.kind import Kind

KIND = Kind("roll_back", "The version before is better", Severity.WARNING, "the-version-before-is-better")
