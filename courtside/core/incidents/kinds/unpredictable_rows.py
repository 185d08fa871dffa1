"""The champion cannot predict some of the rows that came."""

from courtside.contracts.incidents import Severity
from courtside.core.incidents.kind import Kind

KIND = Kind("unpredictable_rows", "Rows that cannot be predicted", Severity.WARNING, "rows-that-cannot-be-predicted")
