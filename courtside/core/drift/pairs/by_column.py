"""The rank correlations of a table's columns, by the places of the columns."""

import numpy as np

from courtside.core.drift.columns.rounding import Floats
from courtside.core.drift.pairs.sums import PairSums


def correlations_by_column(sums: PairSums, *, columns: int) -> Floats:
    """Return the correlations of every two columns, shape (columns, columns), 0 where they are not known.

    A column of levels has a score for each of them, so that no single correlation is its own.
    """
    found = np.zeros((columns, columns))
    of_score = np.array([-1 if score.level else score.position for score in sums.scores.each], np.int64)
    first, second = (of_score[each] for each in sums.scores.different)
    known = (first >= 0) & (second >= 0)
    values = np.nan_to_num(sums.correlations().values)[known]
    found[first[known], second[known]] = found[second[known], first[known]] = values
    return found
