"""What columns that belong together showed as one, as a report keeps it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from courtside.core.drift.policies.policy import Null, TogetherJudged


class Judged(Protocol):
    """A feature with its verdict."""

    @property
    def name(self) -> str:
        """Its name."""
        ...

    @property
    def counted(self) -> bool:
        """Whether it drifted, or moved as a person accepted."""
        ...

    @property
    def together(self) -> TogetherJudged | None:
        """The verdict on the columns that belong together with it."""
        ...


@dataclass(frozen=True, slots=True)
class TogetherDrift:
    """Columns that belong together: which of them drifted, and whether all of them moved beyond what chance explains.

    What moved as a person accepted is among those that `drifted`.

    `rising` says whether the first of them rose; `against` are those that went the other way, of which columns that
    rise while others fall are none.
    """

    features: tuple[str, ...]
    drifted: tuple[str, ...]
    against: tuple[str, ...]
    rising: bool
    p_adjusted: float
    null: Null
    rare: bool

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "features": list(self.features),
            "drifted": list(self.drifted),
            "against": list(self.against),
            "rising": self.rising,
            "p_adjusted": self.p_adjusted,
            "null": self.null.value,
            "rare": self.rare,
        }


def told_together(features: Sequence[Judged]) -> tuple[TogetherDrift, ...]:
    """Return each set of columns that were judged together, in the order of its first column."""
    judged = {id(each.together): each.together for each in features if each.together is not None}
    drifted = {each.name for each in features if each.counted}
    return tuple(
        TogetherDrift(
            features=tuple(each.shown.moved),
            drifted=tuple(name for name in each.shown.moved if name in drifted),
            against=tuple(name for name, by in each.shown.moved.items() if by < 0),
            rising=each.shown.rising,
            p_adjusted=each.p_adjusted,
            null=each.shown.null,
            rare=each.rare,
        )
        for each in judged.values()
    )
