"""What a dead letter of an alert holds, and how it is handed over again."""

from courtside.core.letters.letter import Call, Letter, Missed, RuleEvent, opened, subject_of
from courtside.core.letters.rule_input import rule_input

__all__ = ["Call", "Letter", "Missed", "RuleEvent", "opened", "rule_input", "subject_of"]
