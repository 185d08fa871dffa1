"""Columns of a window cannot be used, or files of it cannot be read."""

from courtside.contracts.incidents import Severity
from courtside.core.incidents.kind import Kind

KIND = Kind("broken_data", "Broken data", Severity.WARNING, "broken-data")
