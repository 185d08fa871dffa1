"""How the features that a reference was made of differ from those of the contract it is compared under."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from courtside.contracts.shortening import shortened
from courtside.core.dataset import Feature
from courtside.core.drift.profiles.profile import Profile


@dataclass(frozen=True, slots=True)
class Differing:
    """Features of only one side, and those of both, each with its two kinds, that are of another kind in each."""

    not_in_reference: tuple[str, ...] = ()
    not_in_contract: tuple[str, ...] = ()
    of_another_kind: tuple[tuple[str, str, str], ...] = ()

    @classmethod
    def of(cls, reference: Profile, contract: Sequence[Feature]) -> Self:
        """Compare a reference's features with those of a contract; without a contract nothing differs."""
        kinds = {feature.name: feature.kind.value for feature in contract}
        known = {column.name: column.kind.value for column in reference.columns}
        return cls(
            tuple(name for name in kinds if name not in known),
            tuple(name for name in known if name not in kinds) if kinds else (),
            tuple((name, known[name], kind) for name, kind in kinds.items() if name in known and known[name] != kind),
        )

    @property
    def sentences(self) -> tuple[str, ...]:
        """What a person should know, one sentence for each feature."""
        return (
            *(
                f"{shortened(name)}: not compared, because the reference was made without it"
                for name in self.not_in_reference
            ),
            *(
                f"{shortened(name)}: the reference was made with it, although the contract does not name it"
                for name in self.not_in_contract
            ),
            *(
                f"{shortened(name)}: {theirs} in the reference, and so here, although it is {ours} in the contract"
                for name, theirs, ours in self.of_another_kind
            ),
        )

    def to_dict(self) -> dict[str, object]:
        """Return the JSON form, which is part of the report's summary."""
        return {
            "features_not_in_reference": list(self.not_in_reference),
            "features_not_in_contract": list(self.not_in_contract),
            "features_of_another_kind": {
                name: {"reference": theirs, "contract": ours} for name, theirs, ours in self.of_another_kind
            },
        }


NOTHING_DIFFERS = Differing()
