"""A small league of six of the NBA's teams over two seasons, for tests of features."""

from datetime import date, timedelta

import numpy as np
import pyarrow as pa

TEAMS = ["ATL", "BOS", "CHI", "DEN", "LAL", "MIA"]


def schedule(seed: int, days: int = 60) -> pa.Table:
    """Return a small league: about three games a day among six teams, over two seasons."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(days):
        day = date(2010, 10, 26) + timedelta(days=number + (300 if number >= days // 2 else 0))
        if rng.random() < 0.3:
            continue
        teams = list(rng.permutation(TEAMS))
        for home, away in zip(teams[:3], teams[3:], strict=True):
            if rng.random() < 0.4:
                continue
            home_points, away_points = (int(p) for p in rng.choice(np.arange(80, 130), 2, replace=False))
            season = 2011 + (number >= days // 2)
            rows.append(
                (f"{day:%Y%m%d}{home}{away}", day, season, home, away, home_points, away_points, number % 9 == 0)
            )
    names = ["game_id", "game_date", "season", "home_team", "away_team", "home_points", "away_points", "is_playoff"]
    return pa.table({name: [row[i] for row in rows] for i, name in enumerate(names)})


def without_scores(games: pa.Table, day: date) -> pa.Table:
    """Return games as they are in the morning of a day: those from then on have no score yet."""
    rows = games.to_pylist()
    for row in rows:
        if row["game_date"] >= day:
            row["home_points"] = row["away_points"] = None
    return pa.Table.from_pylist(rows, schema=games.schema)
