"""The rows of one round, which one version after the other predicts; what is new is kept in the log of the day."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from courtside.contracts.errors import CourtsideError
from courtside.contracts.scoring import Role
from courtside.core.archive_schemas import PREDICTIONS
from courtside.core.dataset import Dataset
from courtside.core.drift.columns.hashing import Hashes
from courtside.core.predictions.features_hash import features_hashes, written
from courtside.core.training.served_input import ColumnsMissing, ColumnUnusable
from courtside.workflows.archive_log import MOST_ROWS, ArchiveLog, Since
from courtside.workflows.predict.batch import Batch, Part
from courtside.workflows.predict.coming_rows import Unusable
from courtside.workflows.predict.earlier import Earlier, Mask, Places
from courtside.workflows.predict.scoring import contributions_of, said_of
from courtside.workflows.predict.versions import Predicting


class DayOver(CourtsideError):
    """A later day was predicted meanwhile, so that what is written now is written in hindsight."""

    def __init__(self, as_of: date) -> None:
        self.as_of = as_of
        super().__init__(
            f"a day after {as_of} was predicted meanwhile; `courtside predict --as-of {as_of}` predicts it in hindsight"
        )


def is_over(day: date, log: ArchiveLog) -> bool:
    """Say whether a later day has been predicted already, so that a prediction as of the day is made in hindsight."""
    return any(each > day for each in log.days(day))


@dataclass(frozen=True, slots=True)
class News:
    """What a version says of rows that it has not predicted like this before; the rows are those at `places`."""

    places: Places
    hashes: Hashes
    probability: NDArray[np.float64]
    contributions: Any

    def of(self, chosen: Mask | slice) -> "News":
        """Return the news of some of its rows."""
        kept = self.contributions
        if kept is not None:
            kept = kept[chosen] if isinstance(chosen, slice) else kept.filter(pa.array(chosen))
        return News(self.places[chosen], self.hashes[chosen], self.probability[chosen], kept)

    @classmethod
    def joined(cls, news: "Sequence[News]") -> "News":
        """Return all of it in one piece."""
        kept = [each.contributions for each in news]
        return cls(
            np.concatenate([each.places for each in news]),
            np.concatenate([each.hashes for each in news]),
            np.concatenate([each.probability for each in news]),
            None if any(each is None for each in kept) else pa.concat_arrays(kept),
        )


@dataclass(frozen=True, slots=True)
class Done:
    """What a version did: rows that it predicted, had predicted before, and cannot predict."""

    predicted: int
    unchanged: int
    unusable: tuple[Unusable, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Round:
    """The rows of a round, which one version after the other predicts."""

    dataset: Dataset
    batch: Batch
    log: ArchiveLog
    as_of: date
    now: datetime
    earlier: Earlier
    in_hindsight: bool = False

    def predicted(self, version: Predicting, *, guard: Callable[[], None] = lambda: None) -> Done:
        """Let a version predict; `guard` is asked before each write whether it still may.

        Raises `DayOver`.
        """
        unusable: list[Unusable] = []
        problems: set[str] = set()
        waiting: list[News] = []
        count = 0
        for part in self.batch.parts:
            for piece in part.pieces(MOST_ROWS):
                found = self._news(piece, version, unusable, problems)
                waiting += [found] if found.places.size else []
                while sum(each.places.size for each in waiting) >= MOST_ROWS:
                    news = News.joined(waiting)
                    count += self._kept(version, news.of(slice(MOST_ROWS)), guard)
                    waiting = [news.of(slice(MOST_ROWS, None))]
        if waiting:
            count += self._kept(version, News.joined(waiting), guard)
        rows = len(self.batch.ids) - sum(len(each.ids) for each in unusable)
        return Done(count, rows - count, tuple(unusable), tuple(sorted(problems)))

    def _news(self, part: Part, version: Predicting, unusable: list[Unusable], problems: set[str]) -> News:
        places = np.arange(part.start, part.start + part.rows.num_rows)
        try:
            hashes = features_hashes(part.rows, version.interface.taken_as)
        except (ColumnsMissing, ColumnUnusable) as error:
            unusable.append(self._unusable(part, dict.fromkeys(places.tolist(), str(error))))
            return News(places[:0], np.zeros(0, np.uint64), np.zeros(0), None)
        new = self.earlier.changed(version.version, version.role, places, hashes)
        rows, places, hashes = part.rows.filter(pa.array(new)), places[new], hashes[new]
        said = said_of(rows, version)
        if said.reasons:
            unusable.append(self._unusable(part, {int(places[row]): why for row, why in said.reasons.items()}))
        contributions = None
        explain = self.dataset.predict.explain if version.role is Role.CHAMPION else 0
        if explain:
            contributions = contributions_of(rows, version, explain)
            if contributions is None:
                problems.add(f"version {version.version} is of a kind whose predictions are not explained")
        return News(places, hashes, said.probability, contributions).of(~np.isnan(said.probability))

    def _unusable(self, part: Part, reasons: dict[int, str]) -> Unusable:
        ids = self.batch.ids.take(pa.array(list(reasons), pa.int64())).to_pylist()
        return Unusable(part.file, tuple(ids), tuple(reasons.values()))

    def _kept(self, version: Predicting, news: News, guard: Callable[[], None]) -> int:
        """Write news into the day's log, in one file; return of how many rows nobody had written it yet."""

        def unwritten(since: Since) -> pa.Table:
            guard()
            if is_over(self.as_of, self.log) and not self.in_hindsight:
                raise DayOver(self.as_of)
            self.earlier.add(since)
            still = self.earlier.changed(version.version, version.role, news.places, news.hashes)
            return self._table(version, news.of(still))

        table = self.log.append(self.as_of, unwritten)
        return 0 if table is None else table.num_rows

    def _table(self, version: Predicting, news: News) -> pa.Table:
        rows = news.places.size
        same = {
            "as_of": self.as_of,
            "made_at": self.now,
            "version": version.version,
            "sha256": version.sha256,
            "role": version.role.value,
            "in_hindsight": self.in_hindsight,
        }
        columns: dict[str, Any] = {
            name: pa.repeat(pa.scalar(value, PREDICTIONS.field(name).type), rows) for name, value in same.items()
        }
        columns |= {
            "id": self.batch.ids.take(pa.array(news.places)),
            "time": self.batch.times.take(pa.array(news.places)),
            "local_day": self.batch.local_days.take(pa.array(news.places)),
            "segments": self.batch.segments.take(pa.array(news.places)),
            "prediction": pa.array(news.probability),
            "features_hash": written(news.hashes),
            "revision": pa.array(self.earlier.revisions(version.version, news.places) + 1, pa.int32()),
            "contributions": pa.nulls(rows, PREDICTIONS.field("contributions").type)
            if news.contributions is None
            else news.contributions,
        }
        return pa.table({name: columns[name] for name in PREDICTIONS.names}, schema=PREDICTIONS)
