"""What a contract says about the predictions of its model."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class PredictRules:
    """Which rows are predicted, and what is kept besides the champion's prediction.

    `ahead` is how far after the day of a round a row's time may lie; `shadows` are the roles (``challenger``,
    ``previous``) and versions that predict the same rows without being shown; `explain` is how many contributions of
    features are kept with each prediction (0: none).
    """

    ahead: timedelta = timedelta(days=7)
    shadows: tuple[str, ...] = ()
    explain: int = 0
