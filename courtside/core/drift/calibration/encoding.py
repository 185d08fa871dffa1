"""A calibration as part of the header and arrays of a serialized profile."""

from typing import Any

import numpy as np

from courtside.core.drift.calibration.blocks import Spread
from courtside.core.drift.calibration.calendar import MONTHS
from courtside.core.drift.calibration.distance import Cumulants
from courtside.core.drift.calibration.groups import Groups
from courtside.core.drift.calibration.history import Calibration
from courtside.core.drift.calibration.null import FeatureNull
from courtside.core.drift.calibration.phases import Phases
from courtside.core.drift.columns.rounding import Integers


def described(calibration: Calibration, arrays: list[Integers]) -> dict[str, Any]:
    """Return the calibration's part of the header, and append its arrays."""
    for null in calibration.nulls:
        arrays.extend((null.groups.of_cell, null.counts))
    if calibration.phases is not None:
        arrays.extend((calibration.phases.rows, calibration.phases.counts.ravel()))
    return {
        "phased": calibration.phases is not None,
        "nulls": [_null(null) for null in calibration.nulls],
    }


def restored(described: dict[str, Any], arrays: list[Integers]) -> Calibration:
    """Undo `described`, taking the calibration's arrays off the front."""
    nulls = tuple(_restored_null(null, arrays) for null in described["nulls"])
    phases = Phases(arrays.pop(0), arrays.pop(0).reshape(MONTHS, -1)) if described["phased"] else None
    return Calibration(nulls, phases)


def _null(null: FeatureNull) -> dict[str, Any]:
    spreads = [[s.days, s.blocks, s.cumulants.first, s.cumulants.second, s.cumulants.third] for s in null.spreads]
    return {"ordered": null.groups.ordered, "spreads": spreads}


def _restored_null(described: dict[str, Any], arrays: list[Integers]) -> FeatureNull:
    of_cell, counts = arrays.pop(0), arrays.pop(0)
    groups = Groups(of_cell.astype(np.int64), counts.size, described["ordered"])
    spreads = tuple(Spread(days, blocks, Cumulants(*cumulants)) for days, blocks, *cumulants in described["spreads"])
    return FeatureNull(groups, counts, spreads)
