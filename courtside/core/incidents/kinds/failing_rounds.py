"""The rounds of a model fail, so that nobody watches it."""

from courtside.contracts.incidents import Severity
from courtside.core.incidents.kind import Kind

KIND = Kind("failing_rounds", "Rounds that fail", Severity.CRITICAL, "a-model-that-fails")
