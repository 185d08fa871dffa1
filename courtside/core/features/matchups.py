"""Games as arrays of who met whom, in the order in which they are played."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from courtside.core.features.arrays import Floats, Ints


@dataclass(frozen=True, slots=True)
class Matchups:
    """Games in date order, each array of shape (n,): the numbers of both teams, the season and the day since 1970.

    `margin` is what the home side won by, 0 where a game is not `played` yet. Teams are numbered below `teams` in the
    order in which they first play, so that no later game changes an earlier one's numbers.
    """

    home: Ints
    away: Ints
    season: Ints
    day: Ints
    margin: Floats
    played: NDArray[np.bool_]
    teams: int

    @classmethod
    def of(cls, games: pa.Table) -> "Matchups":
        """Read a games table that is in date order."""
        sides = [games.column(name).cast(pa.string()).combine_chunks() for name in ("home_team", "away_team")]
        pairs = np.stack([side.to_numpy(zero_copy_only=False) for side in sides], axis=1).ravel()
        codes: Any = pc.dictionary_encode(pa.array(pairs, pa.string()))
        numbers = codes.indices.to_numpy().astype(np.int64).reshape(-1, 2)
        scores: list[Any] = [games.column(name) for name in ("home_points", "away_points")]
        points = [np.asarray(score.fill_null(0).to_numpy(), np.float64) for score in scores]
        return cls(
            home=numbers[:, 0],
            away=numbers[:, 1],
            season=games.column("season").to_numpy().astype(np.int64),
            day=games.column("game_date").cast(pa.int32()).to_numpy().astype(np.int64),
            margin=points[0] - points[1],
            played=np.asarray(pc.and_(scores[0].is_valid(), scores[1].is_valid())),
            teams=len(codes.dictionary),
        )

    def by_day(self) -> Iterator[slice]:
        """Yield the games of each day."""
        starts = np.flatnonzero(np.diff(self.day, prepend=self.day[:1] - 1))
        stops = np.append(starts, self.day.size)[1:]
        yield from map(slice, starts.tolist(), stops.tolist())
