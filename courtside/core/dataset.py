"""The dataset contract: what a table's columns mean to Courtside."""

from dataclasses import dataclass
from enum import StrEnum


class FeatureKind(StrEnum):
    """How a feature's distribution is summarized and compared."""

    NUMERIC = "numeric"
    CATEGORICAL = "categorical"
    BINARY = "binary"


class Phase(StrEnum):
    """What a window is compared by: the same months of the reference's years."""

    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Feature:
    """One model input."""

    name: str
    kind: FeatureKind


@dataclass(frozen=True, slots=True)
class Dataset:
    """A table's contract.

    `builder` names the code that makes the features from raw rows (None: the table holds them already);
    `reference_seasons` is how many of the newest seasons the champion is compared with;
    `phase` is set where features differ by time of the year, so that a window is compared with the same days.
    """

    name: str
    time_column: str
    season_column: str | None
    id_columns: tuple[str, ...]
    target: str
    features: tuple[Feature, ...]
    builder: str | None
    reference_seasons: int
    phase: Phase | None = None

    @property
    def feature_names(self) -> list[str]:
        """Feature names in the order the models take them."""
        return [feature.name for feature in self.features]

    @property
    def columns(self) -> list[str]:
        """Every column that a table of this dataset must hold where no builder makes it."""
        season = (self.season_column,) if self.season_column else ()
        return list(dict.fromkeys((*self.id_columns, self.time_column, *season, *self.feature_names, self.target)))
