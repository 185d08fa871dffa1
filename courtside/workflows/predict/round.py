"""The rows of one round, which one version after the other predicts; what is new is kept in the log of the day."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa

from courtside.contracts.errors import CourtsideError
from courtside.contracts.scoring import Role
from courtside.core.archive.schema import fitted
from courtside.core.archive_schemas import PREDICTIONS
from courtside.core.drift.columns.hashing import Hashes
from courtside.core.predictions.features_hash import features_hashes, written
from courtside.core.training.served_input import ColumnsMissing, ColumnUnusable
from courtside.workflows.archive_log import MOST_ROWS, ArchiveLog, Since
from courtside.workflows.predict.batch import Batch, Piece, Rows
from courtside.workflows.predict.coming_rows import Unusable
from courtside.workflows.predict.earlier import Earlier, History, Places
from courtside.workflows.predict.gathered import Gathered
from courtside.workflows.predict.scoring import contributions_of, said_of
from courtside.workflows.predict.versions import Predicting

REPEATED = "an id that another file has too"


class DayOver(CourtsideError):
    """A later day was predicted meanwhile, so that what is written now is written in hindsight."""

    def __init__(self, as_of: date, model: str) -> None:
        self.as_of = as_of
        self.model = model
        super().__init__(
            f"a day after {as_of} was predicted meanwhile; "
            f"`courtside predict --model {model} --as-of {as_of}` predicts it in hindsight"
        )


def is_over(day: date, log: ArchiveLog) -> bool:
    """Say whether a later day has been predicted already, so that a prediction as of the day is made in hindsight."""
    return any(each > day for each in log.days(day))


@dataclass(frozen=True, slots=True)
class News:
    """What a version says of rows that it has not predicted like this before, as far as `earlier` knows.

    `said` are the columns of the store that say it.
    """

    rows: Rows
    earlier: Earlier
    hashes: Hashes
    said: pa.Table
    contributions: Any

    @property
    def size(self) -> int:
        """How many rows these are."""
        return self.hashes.size

    def of(self, places: Places) -> "News":
        """Return the news of the rows at these places."""
        return News(
            self.rows.take(places),
            self.earlier.of(places),
            self.hashes[places],
            self.said.take(pa.array(places, pa.int64())),
            None if self.contributions is None else self.contributions.take(pa.array(places, pa.int64())),
        )


@dataclass(frozen=True, slots=True)
class Done:
    """What a version did: rows that it predicted, had predicted before, and cannot predict.

    `repeated` are ids that several files have, so that no version predicts them.
    """

    predicted: int
    unchanged: int
    unusable: tuple[Unusable, ...]
    repeated: tuple[Unusable, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Round:
    """The rows of a round, which one version after the other predicts."""

    rows: Gathered
    history: History
    now: datetime

    def predicted(self, version: Predicting, *, guard: Callable[[], None] = lambda: None) -> Done:
        """Let a version predict; `guard` is asked before each write whether it still may.

        Raises `DayOver`, `LogBusy` and `LogDamaged`.
        """
        made = _Made(self, version, guard)
        for part, batch in self.rows.batches():
            made.take(batch, Earlier.known(batch.rows.ids, batch.rows.times, history=self.history, part=part))
        return made.done()


@dataclass
class _Made:
    """What one version makes of the rows, batch by batch; news waits until there is enough of it for a file."""

    round: Round
    version: Predicting
    guard: Callable[[], None]
    waiting: list[News] = field(default_factory=list)
    unusable: dict[int, dict[str, str]] = field(default_factory=dict)
    repeated: dict[int, list[str]] = field(default_factory=dict)
    problems: set[str] = field(default_factory=set)
    rows: int = 0
    predicted: int = 0

    def take(self, batch: Batch, earlier: Earlier) -> None:
        """Predict the rows of a batch, and write what fills a file."""
        self.rows += len(batch.rows.ids)
        for file, row in batch.repeated:
            self.repeated.setdefault(file, []).append(row)
        for whole in batch.pieces:
            for piece in whole.cut(MOST_ROWS):
                for news in self._news(piece, batch, earlier):
                    self._wait(news)

    def done(self) -> Done:
        """Write what still waits, and return what was done."""
        if self.waiting:
            self._write(self.waiting)
        unusable = [self._aside(file, list(rows), list(rows.values())) for file, rows in sorted(self.unusable.items())]
        repeated = [self._aside(file, ids, [REPEATED] * len(ids)) for file, ids in sorted(self.repeated.items())]
        unchanged = self.rows - self.predicted - sum(len(each.ids) for each in unusable)
        return Done(self.predicted, unchanged, tuple(unusable), tuple(repeated), tuple(sorted(self.problems)))

    def _aside(self, file: int, ids: Sequence[str], reasons: Sequence[str]) -> Unusable:
        return Unusable(self.round.rows.files[file], tuple(ids), tuple(reasons))

    def _wait(self, news: News) -> None:
        """Let news wait for more, and write what fills a file."""
        while news.size and (more := sum(each.size for each in self.waiting) + news.size - MOST_ROWS) >= 0:
            fits = news.size - more
            self._write([*self.waiting, news.of(np.arange(fits))])
            self.waiting, news = [], news.of(np.arange(fits, news.size))
        self.waiting += [news] if news.size else []

    def _news(self, piece: Piece, batch: Batch, earlier: Earlier) -> Iterator[News]:
        """Yield what is new of rows with the same columns; if a file's values cannot be read, of each file apart."""
        places = np.arange(piece.start, piece.start + piece.rows.num_rows)
        version = self.version
        try:
            hashes = features_hashes(piece.rows, version.interface.taken_as)
        except (ColumnsMissing, ColumnUnusable) as error:
            by_file = list(_by_file(piece, batch))
            if len(by_file) == 1:
                self._note(batch, dict.fromkeys(places.tolist(), str(error)))
                return
            for each in by_file:
                yield from self._news(each, batch, earlier)
            return
        new = np.flatnonzero(earlier.changed(version.version, version.role, places, hashes))
        rows, places = piece.rows.take(pa.array(new, pa.int64())), places[new]
        said = said_of(rows, version)
        self._note(batch, {int(places[row]): why for row, why in said.reasons.items()})
        found = News(batch.rows.take(places), earlier.of(places), hashes[new], said.columns, self._explained(rows))
        yield found.of(said.rows)

    def _explained(self, rows: pa.Table) -> Any:
        version = self.version
        explain = self.round.rows.dataset.predict.explain if version.role is Role.CHAMPION else 0
        if not explain:
            return None
        found = contributions_of(rows, version, explain)
        if found is None:
            self.problems.add(f"version {version.version} is of a kind whose predictions are not explained")
        return found

    def _note(self, batch: Batch, reasons: dict[int, str]) -> None:
        """Note which rows cannot be predicted, by their places in the batch."""
        ids = batch.rows.ids.take(pa.array(list(reasons), pa.int64())).to_pylist()
        for (place, why), row in zip(reasons.items(), ids, strict=True):
            self.unusable.setdefault(int(batch.rows.files[place]), {})[row] = why

    def _write(self, waiting: Sequence[News]) -> None:
        """Write news into the day's log, in one file, without what somebody else has written meanwhile."""
        history = self.round.history

        def unwritten(since: Since) -> pa.Table:
            self.guard()
            if is_over(history.as_of, history.log) and not history.in_hindsight:
                raise DayOver(history.as_of, self.round.rows.dataset.name)
            history.add(since)
            return pa.concat_tables([PREDICTIONS.empty_table(), *(self._still(news) for news in waiting)])

        table = history.log.append(history.as_of, unwritten)
        if table is not None:
            history.wrote()
            self.predicted += table.num_rows

    def _still(self, news: News) -> pa.Table:
        """Return what nobody has said by now."""
        news.earlier.refresh()
        every = np.arange(news.size)
        return self._table(
            news.of(every[news.earlier.changed(self.version.version, self.version.role, every, news.hashes)])
        )

    def _table(self, news: News) -> pa.Table:
        version, history = self.version, self.round.history
        same = {
            "as_of": history.as_of,
            "made_at": self.round.now,
            "version": version.version,
            "sha256": version.sha256,
            "role": version.role.value,
            "in_hindsight": history.in_hindsight,
        }
        columns: dict[str, Any] = {
            name: pa.repeat(pa.scalar(value, PREDICTIONS.field(name).type), news.size) for name, value in same.items()
        }
        columns |= {
            "id": news.rows.ids,
            "time": news.rows.times,
            "local_day": news.rows.local_days,
            "segments": news.rows.segments,
            "features_hash": written(news.hashes),
            "revision": pa.array(news.earlier.revisions(version.version, np.arange(news.size)) + 1, pa.int32()),
            "contributions": pa.nulls(news.size, PREDICTIONS.field("contributions").type)
            if news.contributions is None
            else news.contributions,
        }
        columns |= {name: news.said.column(name) for name in news.said.column_names}
        return fitted(pa.table(columns), PREDICTIONS)


def _by_file(piece: Piece, batch: Batch) -> Iterator[Piece]:
    """Yield the rows of each file, which follow one another."""
    files = batch.rows.files[piece.start : piece.start + piece.rows.num_rows]
    starts = [0, *(np.flatnonzero(np.diff(files)) + 1).tolist(), len(files)]
    for start, end in pairwise(starts):
        yield Piece(piece.rows.slice(start, end - start), piece.start + start)
