"""Small valid tables of games, which tests then spoil."""

import csv
import gzip
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

from courtside.core.games.validation import ReadGames

Row = dict[str, Any]
TEAMS = ("ATL", "BOS", "CHI", "DEN", "HOU", "LAL", "MIA", "NYK")


def season_rows(season: int = 2010, days: int = 30) -> list[Row]:
    """Return 120 games: four a day from 1 November, in which every team plays once a day."""
    rows: list[Row] = []
    for offset in range(days):
        day = date(season - 1, 11, 1) + timedelta(days=offset)
        for pair in range(4):
            home, away = TEAMS[pair], TEAMS[4 + (pair + offset) % 4]
            rows.append(
                {
                    "game_id": f"{day:%Y%m%d}{home}{away}",
                    "game_date": day.isoformat(),
                    "season": season,
                    "home_team": home,
                    "away_team": away,
                    "home_points": 101 + pair,
                    "away_points": 90 + offset % 9,
                    "is_playoff": 0,
                }
            )
    return rows


def write_csv(path: Path, rows: list[Row], header: list[str] | None = None) -> Path:
    names = list(rows[0])
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(header or names)
    writer.writerows([row[name] for name in names] for row in rows)
    content = text.getvalue().encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def rows_read(games: ReadGames) -> int:
    """Return the number of source rows: those kept, those quarantined and those without a score."""
    return int(games.table.num_rows + games.quarantined.num_rows + games.unplayed.num_rows)
