"""How much of a table is affected by drift."""

from enum import StrEnum


class Severity(StrEnum):
    """How much of the table is affected: low up to a quarter, medium up to a half, high beyond.

    It follows from the share of features affected or, if that is larger, from the share of its usual values that one
    column lacks.
    """

    NONE = "none"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    @classmethod
    def of(cls, share: float) -> "Severity":
        """Return how severe it is that this share of the table is affected."""
        if share > 1 / 2:
            return cls.HIGH
        return cls.MEDIUM if share > 1 / 4 else cls.LOW
