"""The candidates: one file each, listed here in the order they are trained."""

from courtside.core.training.candidates import lightgbm, logistic_regression, random_forest, xgboost
from courtside.core.training.candidates.candidate import Candidate, Classifier, Flavor

ALL: tuple[Candidate, ...] = (
    logistic_regression.CANDIDATE,
    random_forest.CANDIDATE,
    xgboost.CANDIDATE,
    lightgbm.CANDIDATE,
)

__all__ = ["ALL", "Candidate", "Classifier", "Flavor"]
