"""Classes that a challenger is the first to know, which make each other class less likely to it.

The champion cannot say them, so on rows of other classes it would always look better than a challenger that can.
"""

from dataclasses import replace

import numpy as np

from courtside.core.gate.holdout import Holdout


def without_new_classes(holdout: Holdout) -> tuple[Holdout, frozenset[str]]:
    """Return a holdout whose challenger predicts among the champion's classes alone, and the classes that it left out.

    The champion's are those to which it gives any row a probability; where the challenger gives them none of a row,
    that row stays as it is. Without a champion, or without a new class, the holdout is the same.
    """
    if holdout.champion is None:
        return holdout, frozenset()
    theirs = holdout.champion.max(axis=0) > 0
    among = np.where(theirs, holdout.challenger, 0.0)
    total = among.sum(axis=1, keepdims=True)
    challenger = np.divide(among, total, out=holdout.challenger.copy(), where=total > 0)
    new = frozenset(name for name, known in zip(holdout.classes, theirs, strict=True) if not known)
    return (replace(holdout, challenger=challenger), new) if new else (holdout, new)
