"""The part of a season in which a day lies."""

import numpy as np

from courtside.core.features.arrays import Floats


def season_phase(month: Floats) -> Floats:
    """Return 0 for October to December, 1 for January and February, and 2 from March on; shape (n,).

    >>> season_phase(np.array([10.0, 2.0, 3.0])).tolist()
    [0.0, 1.0, 2.0]
    """
    return np.select([month >= 10, month <= 2], [0.0, 1.0], 2.0)
