"""Files arrived that cannot be used."""

from courtside.contracts.incidents import Severity
from courtside.core.incidents.kind import Kind

KIND = Kind("quarantine", "Files in quarantine", Severity.WARNING, "a-file-in-quarantine")
