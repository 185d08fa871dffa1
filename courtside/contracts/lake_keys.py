"""Where everything lies in the lake bucket: the only place that spells an object key."""

from datetime import date

GAMES_PREFIX = "games/"
LEGACY_MODELS_PREFIX = "ml-models/"
LEGACY_FEATURES_PREFIX = "ml-features/"
CHAMPION_REFERENCE = "reference/champion.json"


def games(season: int) -> str:
    """Key of one season's games (the year the season ends)."""
    return f"{GAMES_PREFIX}season={season}/games.parquet"


def training(training_id: str, name: str) -> str:
    """Key of one file of one training: its record, its holdout predictions, its profile."""
    return f"training/{training_id}/{name}"


def drift_report(day: date, check_id: str) -> str:
    """Key of one archived drift report."""
    return f"drift/reports/dt={day.isoformat()}/{check_id}.json"


def decision(day: date, check_id: str) -> str:
    """Key of one logged decision."""
    return f"decisions/dt={day.isoformat()}/{check_id}.json"
