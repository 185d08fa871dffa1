"""What a column is taken for, and the reason in words."""

from dataclasses import dataclass
from enum import StrEnum

from courtside.core.dataset import FeatureKind


class Part(StrEnum):
    """What a column is to a contract; what is left out is neither read nor learned from."""

    TIME = "time_column"
    ID = "id_column"
    TARGET = "target"
    FEATURE = "feature"
    LEFT_OUT = "left_out"
    SUSPECT = "leak_suspect"


@dataclass(frozen=True, slots=True)
class Guess:
    """One column's part, the kind of a feature, and why."""

    column: str
    part: Part
    reason: str
    kind: FeatureKind | None = None
