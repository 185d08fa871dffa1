"""What promise tests count: the sums of the differences of losses, by day, champion and opponent."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from courtside.contracts.scoring import Opponent, Role
from courtside.core.performance.best_promise import Bar, best_promise
from courtside.core.performance.judge import (
    classes_in,
    counting,
    has_said,
    lines_of,
    predictions_for,
    truth_of,
    where,
)
from courtside.core.performance.losses import LOSSES, bounded, clipped_log_losses
from courtside.core.performance.promise import Promise
from courtside.core.predictions.said_columns import predictions_in
from courtside.core.recalibration import Recalibration
from courtside.core.tasks.types import BINARY, Losses, Prediction, Truth

Days = NDArray[np.datetime64]
NOTHING_LEARNT: Mapping[str, Recalibration] = {}
RECALIBRATED_LOSS = "log_loss"
"""The loss by which a recalibration is judged, because its gain is a bet that can be won or lost."""


@dataclass(frozen=True, slots=True)
class Compared:
    """The losses of a champion less those of an opponent, as sums for each of `days`, shape (d,).

    `rows` counts the rows of a day, and `total` is the sum of their differences, each shape (d,). `scale` is the loss
    that the margin is a share of, and `error` the standard error of what the opponent says. A recalibration also has
    `weighed`, `pairs` and `ordered`, the totals of what it says of each day, and what it had `learnt` at its end.
    """

    version: str
    opponent: Opponent
    opponent_version: str | None
    loss: str
    days: Days
    rows: NDArray[np.int64]
    total: NDArray[np.float64]
    scale: float
    error: float = 0.0
    weighed: NDArray[np.float64] | None = None
    pairs: NDArray[np.float64] | None = None
    ordered: NDArray[np.float64] | None = None
    learnt: tuple[Recalibration, ...] | None = None


def first_days(served: pa.Table) -> dict[str, date]:
    """Return the champions of a window with the first day of each on which its prediction was shown."""
    champions = where(counting(served), role=Role.CHAMPION)
    first = champions.group_by("version").aggregate([("day", "min")])
    return {each["version"]: each["day_min"] for each in first.to_pylist()}


def compare(
    served: pa.Table,
    *,
    promises: Mapping[str, Promise],
    champions: Mapping[str, date],
    learnt: Mapping[str, Recalibration] = NOTHING_LEARNT,
    task: str = BINARY,
) -> Iterator[Compared]:
    """Compare each champion of a window with each of its opponents.

    `served` has the columns of `BELIEVED`. `champions` has the first day of each champion so far, those of the window
    included, and `promises` is what they promised; `learnt` is what the recalibration of each had learnt before the
    window, if anything. A day whose rows have no label has no rows.
    """
    served, classes = counting(served), classes_in(served, task)
    others = [line for line in lines_of(served) if line[0] != Role.CHAMPION]
    for _, version in (line for line in lines_of(served) if line[0] == Role.CHAMPION):
        mine = _Champion.of(where(served, role=Role.CHAMPION, version=version), version, promises[version], classes)
        if task == BINARY:
            yield mine.recalibrated(learnt.get(version))
        for name in LOSSES[task]:
            loss = partial(mine.loss, name, task)
            losses = loss(mine.said)
            compared = _Comparison(mine, name, losses)
            yield from compared.with_promise()
            bars = [best_promise(name, day, champions=champions, promises=promises) for day in mine.days.tolist()]
            for bar in dict.fromkeys(each for each in bars if each is not None):
                constant = loss(bar.constant.of_rows(mine.labels.size, classes or ()))
                yield compared.with_bar(bar, constant, days=np.array([each == bar for each in bars]))
            if mine.promise.constant is not None:
                constant = loss(mine.promise.constant.of_rows(mine.labels.size, classes or ()))
                yield compared.with_losses(Opponent.BASELINE, None, constant)
            for role, other in others:
                said = predictions_for(mine.labelled, where(served, role=role, version=other), classes)
                yield compared.with_losses(Opponent(role), other, loss(np.nan_to_num(said)), both=has_said(said))


@dataclass(frozen=True, slots=True)
class _Champion:
    """What a champion predicted: its labelled rows, shape (n,), and the place of each in its `days`, shape (d,)."""

    version: str
    promise: Promise
    days: Days
    labelled: pa.Table
    place: NDArray[np.intp]
    labels: Truth
    said: Prediction

    @classmethod
    def of(cls, mine: pa.Table, version: str, promise: Promise, classes: tuple[str, ...] | None) -> "_Champion":
        days, place = np.unique(mine.column("day").to_numpy().astype("datetime64[D]"), return_inverse=True)
        known: Any = promise.tells_apart(mine.column("label"))
        labelled = mine.filter(known)
        return cls(
            version,
            promise,
            days,
            labelled,
            place[np.asarray(known)],
            truth_of(labelled, promise, classes),
            predictions_in(labelled, classes),
        )

    def recalibrated(self, learnt: Recalibration | None) -> Compared:
        """Compare each day with what would have been said with a map that was learnt on the days before."""
        learnt = learnt or Recalibration()
        count = self.days.size
        rows = np.bincount(self.place, minlength=count)
        order = np.split(np.argsort(self.place, kind="stable"), np.cumsum(rows)[:-1])
        figures, after = np.zeros((4, count)), []
        for number, (day, own) in enumerate(zip(self.days.tolist(), order, strict=True)):
            if own.size:
                judged, learnt = learnt.after(day, self.labels[own], self.said[own])
                figures[:, number] = judged.gain, judged.evidence, judged.pairs, judged.ordered
            after.append(learnt)
        total, weighed, pairs, ordered = figures
        return Compared(
            version=self.version,
            opponent=Opponent.RECALIBRATED,
            opponent_version=None,
            loss=RECALIBRATED_LOSS,
            days=self.days,
            rows=rows,
            total=total,
            scale=self.scale(RECALIBRATED_LOSS, clipped_log_losses(self.labels, self.said)),
            weighed=weighed,
            pairs=pairs,
            ordered=ordered,
            learnt=tuple(after),
        )

    def loss(self, name: str, task: str, said: Prediction) -> Losses:
        """Return what it costs to have said this of its rows, bounded as its promise was, shape (n,)."""
        return bounded(LOSSES[task][name](self.labels, said), self.promise.losses.get(name))

    def scale(self, loss: str, losses: Losses) -> float:
        """Return the loss that was promised, or else the mean of the rows' own."""
        promised = self.promise.losses.get(loss)
        if promised is not None:
            return promised.mean
        return float(losses.mean()) if losses.size else 0.0


@dataclass(frozen=True, slots=True)
class _Comparison:
    """One loss of a champion, which is compared with that of its opponents."""

    mine: _Champion
    loss: str
    losses: Losses

    def with_promise(self) -> Iterator[Compared]:
        """Compare with what the version promised, if it promised anything."""
        promised = self.mine.promise.losses.get(self.loss)
        if promised is not None:
            values = self.losses - promised.mean
            yield self._compared(Opponent.PROMISE, None, values, error=promised.error)

    def with_bar(self, bar: Bar, constant: Losses, *, days: NDArray[np.bool_]) -> Compared:
        """Compare with the best promise of so far, on the days on which that was the best one."""
        values = self.losses - bar.share * constant
        return self._compared(Opponent.BEST_PROMISE, bar.version, values, days=days, error=bar.error, scale=bar.mean)

    def with_losses(
        self, opponent: Opponent, version: str | None, theirs: Losses, *, both: NDArray[np.bool_] | None = None
    ) -> Compared:
        """Compare with losses on the same rows, or on those of them that `both` predicted."""
        return self._compared(opponent, version, self.losses - theirs, rows=both)

    def _compared(
        self,
        opponent: Opponent,
        version: str | None,
        values: NDArray[np.float64],
        *,
        rows: NDArray[np.bool_] | None = None,
        days: NDArray[np.bool_] | None = None,
        scale: float | None = None,
        error: float = 0.0,
    ) -> Compared:
        chosen = slice(None) if rows is None else rows
        place, values, count = self.mine.place[chosen], values[chosen], self.mine.days.size
        kept = slice(None) if days is None else days
        return Compared(
            version=self.mine.version,
            opponent=opponent,
            opponent_version=version,
            loss=self.loss,
            days=self.mine.days[kept],
            rows=np.bincount(place, minlength=count)[kept],
            total=np.bincount(place, weights=values, minlength=count)[kept].astype(np.float64),
            scale=self.mine.scale(self.loss, self.losses) if scale is None else scale,
            error=error,
        )
