"""The pages that people look at could not be built, so that they show what was so before."""

from courtside.contracts.incidents import Severity
from courtside.core.incidents.kind import Kind

KIND = Kind("pages_not_built", "Pages that are not built", Severity.INFO, "pages-not-built")
