"""What models of classes say, from the probabilities of their estimators; logged models carry a copy of this."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


def of_every_class(said: Any, classes: int, seen: Sequence[int] | None) -> NDArray[np.floating[Any]]:
    """Return probabilities with a column for each class, zero for those that were not `seen`, shape (n, classes)."""
    found = np.asarray(said)
    if seen is None or len(seen) == classes:
        return found
    wide = np.zeros((len(found), classes), dtype=found.dtype)
    wide[:, list(seen)] = found
    return wide


def likelier(probabilities: NDArray[np.floating[Any]], classes: Sequence[Any] | NDArray[Any]) -> NDArray[Any]:
    """Return the class with the higher probability in each row; the first of equals."""
    said: NDArray[Any] = np.array(classes)[np.argmax(probabilities, axis=1)]
    return said
