"""What a contract says that columns hold, for files whose cells are all text."""

from courtside.core.dataset import Dataset, FeatureKind
from courtside.core.drift.columns.column import CategoryColumn
from courtside.core.drift.profiles.profile import Profile
from courtside.core.drift.reading.formats.looking import Meaning

_OF_KIND = {FeatureKind.NUMERIC: Meaning.NUMBER, FeatureKind.CATEGORICAL: Meaning.LABEL}


def meanings_of(dataset: Dataset) -> dict[str, Meaning]:
    """Return what columns hold by name, without those that may be written in several ways.

    These are times, the target and binary features: 0 and 1, false and true, or two words.
    """
    parts = (dataset.season_column, dataset.segment, *dataset.segments, dataset.block_column)
    parts += (*dataset.entity_columns, *dataset.id_columns)
    labels = {name: Meaning.LABEL for name in parts if name is not None}
    kinds = {each.name: _OF_KIND.get(each.kind) for each in dataset.features}
    open_ = {dataset.time_column, dataset.target}
    said: dict[str, Meaning | None] = {**labels, **kinds}
    return {name: meaning for name, meaning in said.items() if meaning is not None and name not in open_}


def meanings_in(reference: Profile) -> dict[str, Meaning]:
    """Return what the columns of a reference hold, without labels that are numbers."""
    said = {
        each.name: (Meaning.TEXT if each.text else None) if isinstance(each, CategoryColumn) else Meaning.NUMBER
        for each in reference.columns
    }
    return {name: meaning for name, meaning in said.items() if meaning is not None}


def labels_of(dataset: Dataset) -> list[str]:
    """Return the columns whose values are told apart by their text."""
    return [name for name, meaning in meanings_of(dataset).items() if meaning is Meaning.LABEL]
