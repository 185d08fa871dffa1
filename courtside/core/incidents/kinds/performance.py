"""Labels prove that a champion does worse than it should."""

from courtside.contracts.incidents import Severity
from courtside.core.incidents.kind import Kind

KIND = Kind("performance", "Worse than promised", Severity.WARNING, "worse-than-promised")
