"""Names that people and other programs rely on; changing one is a breaking change."""

from enum import StrEnum

TRAINING_EXPERIMENT = "nba-game-predictions"
DRIFT_EXPERIMENT = "data-drift-monitoring"
REGISTERED_MODEL = "nba-game-predictions"
DEFAULT_DATASET = "nba_games"


class Alias(StrEnum):
    """Registry aliases: which model version plays which part."""

    CHAMPION = "champion"
    CHALLENGER = "challenger"
    PREVIOUS = "previous"
