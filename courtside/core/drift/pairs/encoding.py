"""The pairs of a table are encoded as part of the header and arrays of a serialized profile."""

from typing import Any

from courtside.core.drift.columns.rounding import Integers
from courtside.core.drift.pairs.null import PairNull, PairSpread
from courtside.core.drift.pairs.scores import Score, Scores
from courtside.core.drift.pairs.sums import PairSums
from courtside.core.drift.pairs.table import TablePairs


def described(pairs: TablePairs, arrays: list[Integers], *, of_part: bool) -> dict[str, Any]:
    """Return the part of the header for the pairs, and append their arrays; a part shares the scores of its whole."""
    sums, null = pairs.sums, pairs.null
    header: dict[str, Any] = {}
    if not of_part:
        arrays.extend(score.of_cell for score in sums.scores.each)
        header["scores"] = [[score.position, score.level] for score in sums.scores.each]
    arrays.extend((sums.both, sums.totals, sums.products))
    if null is not None:
        arrays.extend((null.independent, *(spread.steps for spread in null.spreads)))
        header["spreads"] = [[each.days, each.windows, each.known, each.farthest] for each in null.spreads]
    return header


def restored(described: dict[str, Any], arrays: list[Integers], whole: TablePairs | None) -> TablePairs:
    """Undo `described`, taking the arrays of the pairs off the front; `whole` is given only for a part."""
    if whole is None:
        scores = Scores(tuple(Score(position, arrays.pop(0), level) for position, level in described["scores"]))
    else:
        scores = whole.sums.scores
    sums = PairSums(scores, arrays.pop(0), arrays.pop(0), arrays.pop(0))
    if "spreads" not in described:
        return TablePairs(sums)
    independent = arrays.pop(0)
    spreads = tuple(
        PairSpread(days, windows, known, farthest, arrays.pop(0))
        for days, windows, known, farthest in described["spreads"]
    )
    return TablePairs(sums, PairNull(independent, spreads))
