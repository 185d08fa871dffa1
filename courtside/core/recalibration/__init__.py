"""Would the champion's probabilities be better if they were recalibrated, and is its ranking still good? Numpy only."""

from courtside.core.recalibration.course import Calibration, Course, Finding, Ranking, promised_ranking
from courtside.core.recalibration.platt import MapEvidence, PlattMap, fitted_map
from courtside.core.recalibration.prequential import RecalibratedDay, Recalibration

__all__ = [
    "Calibration",
    "Course",
    "Finding",
    "MapEvidence",
    "PlattMap",
    "Ranking",
    "RecalibratedDay",
    "Recalibration",
    "fitted_map",
    "promised_ranking",
]
