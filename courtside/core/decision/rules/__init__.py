"""The rules by their order: every module of this package that holds a `RULE` is one, and nothing else is needed."""

from courtside.contracts.discovery import declared_in
from courtside.core.decision.rule import Rule

RULES = tuple(sorted(declared_in(__name__, __path__, name="RULE", kind=Rule), key=lambda rule: rule.order))
