"""A calibration is encoded as part of the header and arrays of a serialized profile."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from courtside.core.drift.calibration.blocks import Spread
from courtside.core.drift.calibration.calendar import MONTHS
from courtside.core.drift.calibration.distance import Cumulants
from courtside.core.drift.calibration.entities import EntityCounts
from courtside.core.drift.calibration.groups import Groups
from courtside.core.drift.calibration.history import Calibration
from courtside.core.drift.calibration.null import FeatureNull
from courtside.core.drift.calibration.phases import Phases
from courtside.core.drift.calibration.related import RelatedColumns
from courtside.core.drift.calibration.steps import Years, ranges
from courtside.core.drift.columns.rounding import Integers


def described(calibration: Calibration, arrays: list[Integers], late: list[Integers]) -> dict[str, Any]:
    """Return the part of the header for the calibration, and append its arrays; older readers skip the `late` ones."""
    for null in calibration.nulls:
        arrays.extend((null.groups.of_cell, null.counts))
    if calibration.phases is not None:
        arrays.extend((calibration.phases.rows, calibration.phases.counts.ravel()))
    years = calibration.years
    if years is not None:
        late.append(years.counts.ravel())
    return {
        "phased": calibration.phases is not None,
        "nulls": [_null(null) for null in calibration.nulls],
        **({"years": len(years.counts)} if years is not None else {}),
    }


def restored(described: dict[str, Any], arrays: list[Integers], late: list[Integers]) -> Calibration:
    """Undo `described`, taking the arrays of the calibration off the front."""
    nulls = tuple(_restored_null(null, arrays) for null in described["nulls"])
    phases = Phases(arrays.pop(0), arrays.pop(0).reshape(MONTHS, -1)) if described["phased"] else None
    count = described.get("years")
    width = sum(ranges(null.groups) for null in nulls)
    years = None if count is None else Years(late.pop(0).reshape(count, MONTHS, width))
    return Calibration(nulls, phases, years)


def described_entities(table: EntityCounts, late: list[Integers]) -> dict[str, Any]:
    """Return the part of the header for an entity table, and append its arrays."""
    late.extend((table.keys, table.counts.ravel().astype(np.int64), *(group.of_cell for group in table.groups)))
    return {
        "of": table.of,
        "features": table.features,
        "groups": [[group.size, group.ordered] for group in table.groups],
        "phased": table.phased,
        "bits": table.bits,
    }


def restored_entities(described: dict[str, Any], late: list[Integers]) -> EntityCounts:
    """Undo `described_entities`."""
    keys, counts = late.pop(0), late.pop(0)
    groups = tuple(Groups(late.pop(0), size, ordered) for size, ordered in described["groups"])
    return EntityCounts(
        of=tuple(described["of"]),
        features=tuple(described["features"]),
        groups=groups,
        phased=described["phased"],
        bits=described["bits"],
        keys=keys,
        counts=counts.astype(np.int32).reshape(keys.size, sum(group.size for group in groups)),
    )


def described_related(related: RelatedColumns) -> dict[str, Any]:
    """Return the part of the header for columns that belong together."""
    return {"places": related.places, "signs": related.signs, "spreads": _spreads(related.spreads)}


def restored_related(described: dict[str, Any]) -> RelatedColumns:
    """Undo `described_related`."""
    return RelatedColumns(
        tuple(described["places"]), tuple(described["signs"]), _restored_spreads(described["spreads"])
    )


def _null(null: FeatureNull) -> dict[str, Any]:
    return {"ordered": null.groups.ordered, "spreads": _spreads(null.spreads)}


def _spreads(spreads: Sequence[Spread]) -> list[list[float]]:
    return [[s.days, s.blocks, s.cumulants.first, s.cumulants.second, s.cumulants.third] for s in spreads]


def _restored_spreads(described: list[list[Any]]) -> tuple[Spread, ...]:
    return tuple(Spread(days, blocks, Cumulants(*cumulants)) for days, blocks, *cumulants in described)


def _restored_null(described: dict[str, Any], arrays: list[Integers]) -> FeatureNull:
    of_cell, counts = arrays.pop(0), arrays.pop(0)
    groups = Groups(of_cell.astype(np.int64), counts.size, described["ordered"])
    return FeatureNull(groups, counts, _restored_spreads(described["spreads"]))
