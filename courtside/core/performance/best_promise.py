"""The best promise that a champion of a model made so far: a bar that does not sink when a worse version comes.

Holdouts differ in how hard their rows are: where nearly all rows are of one class, any model has a small log loss. So
promises are compared by the share of a constant's loss that they leave, and the bar for other rows is this share of the
loss that the same constant has there. The best of several promises is partly the luckiest, so its error is that of the
most extreme of so many.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from statistics import NormalDist

from courtside.core.performance.constant import Constant
from courtside.core.performance.promise import Promise

_TAIL = 0.05


@dataclass(frozen=True, slots=True)
class Bar:
    """The promise of a `version` to leave at most a `share` of the loss of a `constant`.

    `mean` is the loss that it promised, and `error` the standard error of how much it left less than that share.
    """

    version: str
    share: float
    constant: Constant
    mean: float
    error: float


def best_promise(loss: str, day: date, *, champions: Mapping[str, date], promises: Mapping[str, Promise]) -> Bar | None:
    """Return the best promise about a loss that a champion up to a day made, None where none promised anything.

    `champions` has the first day of each.
    """
    made = []
    for version in sorted(champions):
        promise = promises[version]
        promised = promise.losses.get(loss)
        if champions[version] > day or promised is None or promise.constant is None:
            continue
        if promised.share is not None and promised.share_error is not None:
            made.append(Bar(version, promised.share, promise.constant, promised.mean, promised.share_error))
    if not made:
        return None
    best = min(made, key=lambda bar: bar.share)
    return Bar(best.version, best.share, best.constant, best.mean, best.error * _luck(len(made)))


def _luck(promises: int) -> float:
    """Return how many times further the most extreme of so many promises may be off than a single one."""
    normal = NormalDist()
    return normal.inv_cdf(1 - _TAIL / promises) / normal.inv_cdf(1 - _TAIL)
