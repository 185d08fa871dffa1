"""Area under the ROC curve of one class against the rest, and its means over the classes.

Sources: F. Provost, P. Domingos, "Well-trained PETs: improving probability estimation trees", CeDER working paper
IS-00-04 (2001), weigh the classes by their rows; T. Fawcett, "An introduction to ROC analysis", Pattern Recognition
Letters 27 (2006), discusses both means. A class that no row or every row belongs to has no area and is left out.
"""

import numpy as np
from numpy.typing import NDArray

from courtside.core.evaluation.auc import auc, placements
from courtside.core.evaluation.measure import Values, Weighted, Weights, mean, quotient
from courtside.core.evaluation.multiclass.classes import ClassProbabilities, Codes


def class_auc(codes: Codes, probability: ClassProbabilities, *, of: int) -> Weighted:
    """Prepare the area of the class `of` against all others; it is NaN where either has no weight."""
    return auc((codes == of).astype(np.int8), probability[:, of])


def macro_auc(codes: Codes, probability: ClassProbabilities) -> Weighted:
    """Prepare the mean of the classes' areas, in which a rare class counts as much as a frequent one."""
    return _mean(codes, probability, by_rows=False)


def weighted_auc(codes: Codes, probability: ClassProbabilities) -> Weighted:
    """Prepare the mean of the classes' areas, each of which counts by the weight of its class."""
    return _mean(codes, probability, by_rows=True)


def _mean(codes: Codes, probability: ClassProbabilities, *, by_rows: bool) -> Weighted:
    areas = {of: class_auc(codes, probability, of=of) for of in _with_area(codes, probability)}

    def weighted(weights: Weights) -> Values:
        above, below = np.zeros((2, weights.shape[1]))
        for of, area in areas.items():
            values = area(weights)
            share = weights[codes == of].sum(axis=0) if by_rows else np.ones(values.size)
            defined = ~np.isnan(values)
            above[defined] += (values * share)[defined]
            below[defined] += share[defined]
        return quotient(above, below)

    return weighted


def linear_macro_auc(codes: Codes, probability: ClassProbabilities) -> Weighted:
    """Prepare the mean of the classes' areas as its influences give it: exact where all weights are equal.

    A weighting costs one mean, however many classes there are. It is NaN where no class has an area.
    """
    known = macro_auc_influences(codes, probability)
    if known is None:
        return mean(np.full(codes.size, np.nan))
    value, influences = known
    return mean(value + influences)


def macro_auc_influences(codes: Codes, probability: ClassProbabilities) -> tuple[float, NDArray[np.float64]] | None:
    """Return the mean of the classes' areas and the influence of each row on it, shape (n,); None where it has none.

    The influences have the mean 0. They are DeLong's placements of `core.evaluation.auc`, averaged over the classes.
    """
    value, influences, classes = 0.0, np.zeros(codes.size), _with_area(codes, probability)
    for of in classes:
        one = codes == of
        placed = placements(one.astype(np.int8), probability[:, of])
        area, ones = float(placed[one].mean()), int(np.count_nonzero(one))
        value += area / len(classes)
        scale = np.where(one, codes.size / ones, codes.size / (codes.size - ones))
        influences += (placed - area) * scale / len(classes)
    return (value, influences) if classes else None


def _with_area(codes: Codes, probability: ClassProbabilities) -> list[int]:
    counts = np.bincount(codes[codes >= 0], minlength=probability.shape[1])
    return [of for of, count in enumerate(counts.tolist()) if 0 < count < codes.size]
