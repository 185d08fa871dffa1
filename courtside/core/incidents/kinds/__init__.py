"""The kinds of incidents: every module of this package that holds a `KIND` is one."""

from courtside.contracts.discovery import declared_in
from courtside.core.incidents.kind import Kind

KINDS = {kind.name: kind for kind in declared_in(__name__, __path__, name="KIND", kind=Kind)}
