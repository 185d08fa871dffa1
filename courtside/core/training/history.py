"""How much of the past a training learns from: all of it, its newest years, or what time folds choose.

Only the training part is shortened: what selects the best candidate and what the gate judges by stay as they are.

Time folds judge each window of history as it would have done before: on rows that came right after it. A shorter window
leaves rows out, which costs precision in any case, so the widest one stays unless another is better beyond noise. That
is the rule of one standard error (L. Breiman, J. Friedman, R. Olshen, C. Stone, "Classification and Regression Trees",
1984, section 3.4.3) on paired differences: of all windows that are within one standard error of the best, the widest.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from courtside.contracts.errors import BadInput
from courtside.contracts.records import HistoryRecord, WindowScore
from courtside.core.dataset import Dataset
from courtside.core.rows import time_column_of
from courtside.core.tasks import Truth
from courtside.core.training.candidates import Candidate
from courtside.core.training.fit import blaming, feature_frame, labels
from courtside.core.training.learning import Learner
from courtside.core.training.preprocessing import Columns
from courtside.core.training.split import FEWEST_ROWS, Split
from courtside.core.training.time_folds import TimeOrdered

ALL, AUTO = "all", "auto"
WINDOWS = (ALL, "10y", "5y", "3y", "2y")
"""The windows that time folds choose from, the widest first."""
QUICK = "logistic_regression"
"""The candidate that stands for all where the contract has it, because it is fitted fastest."""
FOLDS = 5
JUDGED_SHARE = 0.2
"""The newest share of the training part, which the folds are judged on."""
_DAYS_A_YEAR = 365.25


class HistoryTooShort(BadInput):
    """A window of history leaves too little to learn from."""

    def __init__(self, window: str, *, rows: int, of: int) -> None:
        self.window = window
        self.rows = rows
        super().__init__(
            f"a history of {_in_words(window)} keeps {rows} of the {of:,} rows of the training part, and a training "
            f"needs at least {FEWEST_ROWS}, of both classes; ask for more years, or for `all` of the history"
        )


def shortened(
    split: Split,
    asked: str,
    *,
    dataset: Dataset,
    candidates: Sequence[Candidate],
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[Split, HistoryRecord]:
    """Return a split whose training part is as long as `asked` (``all``, ``5y`` or ``auto``), and what was chosen.

    `progress` is told what the folds are about. Where rows have no times, ``auto`` is all of them.
    Raises `TimeColumnNeeded` and `HistoryTooShort`.
    """
    if asked == ALL:
        return split, HistoryRecord(asked=asked, window=ALL, reason="all of the history was asked for")
    if asked == AUTO and dataset.time_column is None:
        return split, HistoryRecord(asked=asked, window=ALL, reason="the rows have no times, so none of them is older")
    days = _days(split.train, time_column_of(dataset, asked=f"a history of {asked}"))
    if asked == AUTO:
        chosen = _chosen(split, days, dataset=dataset, candidate=_quick(candidates), progress=progress)
    else:
        chosen = HistoryRecord(asked=asked, window=asked, reason=f"a history of {_in_words(asked)} was asked for")
    begin = _begin(days, chosen.window, days.size)
    truth = labels(split.train, dataset)
    if begin and not _enough(truth[begin:]):
        raise HistoryTooShort(chosen.window, rows=days.size - begin, of=days.size)
    kept = {"since": days[begin].item(), "rows_left_out": begin}
    return replace(split, train=split.train.slice(begin)), chosen.model_copy(update=kept)


def newest_of(table: pa.Table, window: str, *, dataset: Dataset) -> pa.Table:
    """Return the rows of a window (``all``, ``5y``) that ends with the last row; `table` is in time order."""
    if window == ALL:
        return table
    days = _days(table, time_column_of(dataset, asked=f"a history of {window}"))
    return table.slice(_begin(days, window, days.size))


def _days(table: pa.Table, time_column: str) -> NDArray[np.datetime64]:
    days = table.column(time_column).cast(pa.date32(), safe=False).to_numpy()
    return np.asarray(days, dtype="datetime64[D]")


def _years(window: str) -> int:
    found = re.fullmatch(r"(\d+)y", window)
    assert found is not None
    return int(found[1])


def _in_words(window: str) -> str:
    return "one year" if window == "1y" else f"{_years(window)} years"


def _begin(days: NDArray[np.datetime64], window: str, end: int) -> int:
    """Return the position of the first row of a window whose last row is the one before `end`."""
    if window == ALL:
        return 0
    first = days[end - 1] - np.timedelta64(round(_years(window) * _DAYS_A_YEAR), "D")
    return int(np.searchsorted(days[:end], first, side="right"))


def _enough(truth: Truth) -> bool:
    return truth.size >= FEWEST_ROWS and np.unique(truth).size > 1


def _quick(candidates: Sequence[Candidate]) -> Candidate:
    return next((candidate for candidate in candidates if candidate.name == QUICK), candidates[0])


def _chosen(
    split: Split,
    days: NDArray[np.datetime64],
    *,
    dataset: Dataset,
    candidate: Candidate,
    progress: Callable[[str], None],
) -> HistoryRecord:
    truth = labels(split.train, dataset)
    learner = Learner.of(dataset.task, truth)
    data = TimeOrdered(feature_frame(split.train, dataset), truth, dataset.target, learner)
    ends = np.linspace(days.size * (1 - JUDGED_SHARE), days.size, FOLDS + 1).astype(int)
    windows = [window for window in WINDOWS if _usable(window, data, days, ends)]
    if windows[:1] != [ALL] or len(windows) == 1:
        said = "the history is too short for time folds to judge a part of it"
        return HistoryRecord(asked=AUTO, window=ALL, reason=said)
    progress(f"history: {', '.join(windows)} on {FOLDS} time folds of {candidate.name}")
    judged = _Judged({window: _losses(window, candidate, data, days, ends) for window in windows})
    scores = tuple(judged.score(window, rows=days.size - _begin(days, window, days.size)) for window in windows)
    window = next(score.window for score in scores if score.difference <= score.error)
    return HistoryRecord(
        asked=AUTO,
        window=window,
        reason=_why(window, scores, learner.task.loss_title),
        candidate=candidate.name,
        folds=FOLDS,
        windows=scores,
        loss=learner.task.loss_title,
    )


def _usable(window: str, data: TimeOrdered, days: NDArray[np.datetime64], ends: NDArray[np.int64]) -> bool:
    """Tell whether a window keeps enough to learn from in every fold; a shorter one must leave something out.

    What is left at the end must hold a value of each feature, because a training without any is refused.
    """
    begins = [_begin(days, window, int(end)) for end in ends]
    enough = all(_enough(data.labels[begin:end]) for begin, end in zip(begins, ends, strict=True))
    if window == ALL or not enough:
        return enough
    return begins[-1] > 0 and bool(data.rows.iloc[begins[-1] :].notna().any().all())


def _losses(
    window: str, candidate: Candidate, data: TimeOrdered, days: NDArray[np.datetime64], ends: NDArray[np.int64]
) -> list[NDArray[np.float64]]:
    """Return the loss of each judged row, by fold."""
    from threadpoolctl import threadpool_limits

    found = []
    for end, until in pairwise(ends):
        past = slice(_begin(days, window, int(end)), end)
        # On fits this short, the threads of a BLAS cost eight times what they save.
        with blaming(candidate), threadpool_limits(1, user_api="blas"):
            model = data.learner.fit(candidate, Columns.of(data.rows), data.rows.iloc[past], data.labels[past])
            said = data.learner.said(model, data.rows.iloc[end:until], seen=data.learner.seen(data.labels[past]))
        found.append(data.learner.task.losses(data.labels[end:until], said))
    return found


@dataclass(frozen=True, slots=True)
class _Judged:
    """The losses of every window, by fold; all windows were judged on the same rows."""

    losses: dict[str, list[NDArray[np.float64]]]

    @property
    def best(self) -> str:
        return min(self.losses, key=self._mean)

    def _mean(self, window: str) -> float:
        return float(np.concatenate(self.losses[window]).mean())

    def score(self, window: str, *, rows: int) -> WindowScore:
        apart = [own - best for own, best in zip(self.losses[window], self.losses[self.best], strict=True)]
        return WindowScore(
            window=window,
            rows=rows,
            log_loss=self._mean(window),
            difference=float(np.concatenate(apart).mean()),
            error=max(_error(np.concatenate(apart)), _error(np.array([fold.mean() for fold in apart]))),
        )


def _error(values: NDArray[np.float64]) -> float:
    """Return the standard error of a mean; that of folds is the larger one where a whole fold went another way."""
    return float(values.std(ddof=1) / np.sqrt(values.size))


def _why(window: str, scores: Sequence[WindowScore], loss: str) -> str:
    best, whole = min(scores, key=lambda score: score.difference), scores[0]
    if window == ALL:
        if best.window == ALL:
            return f"on rows that came later, no shorter window had a lower {loss}"
        return (
            f"on rows that came later, {best.window} had a {loss} only {whole.difference:.4f} lower, which is within "
            f"noise (one standard error is {whole.error:.4f})"
        )
    return (
        f"on rows that came later, all of the history had a {loss} {whole.difference:.4f} above that of "
        f"{best.window}, beyond noise (one standard error is {whole.error:.4f})"
        + ("" if window == best.window else f", and {window} is the widest window within noise of it")
    )
