"""Rows that should have come did not."""

from courtside.contracts.incidents import Severity
from courtside.core.incidents.kind import Kind

KIND = Kind("no_new_data", "No new data", Severity.WARNING, "no-new-data")
