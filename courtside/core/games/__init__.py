"""Input of games: any readable games table becomes the canonical, validated one, or a named error says why not."""

from courtside.core.games.quarantine import QUARANTINE_SCHEMA, Oddity, write_quarantine
from courtside.core.games.read import read_games
from courtside.core.games.schema import GAME_COLUMNS, GAMES_SCHEMA
from courtside.core.games.validation import MIN_SEASON_GAMES, ReadGames, validate_games

__all__ = [
    "GAMES_SCHEMA",
    "GAME_COLUMNS",
    "MIN_SEASON_GAMES",
    "QUARANTINE_SCHEMA",
    "Oddity",
    "ReadGames",
    "read_games",
    "validate_games",
    "write_quarantine",
]
