"""Labels prove that a champion's probabilities are off while its ranking holds."""

from courtside.contracts.incidents import Severity
from courtside.core.incidents.kind import Kind

KIND = Kind("calibration", "Probabilities are off", Severity.WARNING, "probabilities-are-off")
