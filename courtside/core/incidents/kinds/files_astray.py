"""Files arrived in a folder of no model, so that nobody looks at them."""

from courtside.contracts.incidents import Severity
from courtside.core.incidents.kind import Kind

KIND = Kind("files_astray", "Files of no model", Severity.INFO, "files-of-no-model")
