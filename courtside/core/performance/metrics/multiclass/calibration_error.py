"""The calibration error of the most likely class: its probability against the share of rows where it happened."""

import numpy as np

from courtside.core.evaluation.multiclass import ClassProbabilities, Codes, hits
from courtside.core.performance.estimate import SHARE, Blocks, Estimate, Linear
from courtside.core.performance.metrics import calibration_error
from courtside.core.performance.metrics.metric import Metric
from courtside.core.tasks.types import MULTICLASS


def linear(codes: Codes, probability: ClassProbabilities) -> Linear:
    """Return the error with each row's influence while no gap changes its sign."""
    return calibration_error.linear(hits(codes, probability).astype(np.int8), probability.max(axis=1))


def estimate(codes: Codes, probability: ClassProbabilities, blocks: Blocks) -> Estimate:
    """Return the error between its bounds."""
    return calibration_error.estimate(hits(codes, probability).astype(np.int8), probability.max(axis=1), blocks)


METRIC = Metric(
    "calibration_error",
    "calibration error",
    order=50,
    linear=linear,
    higher_is_better=False,
    task=MULTICLASS,
    within=SHARE,
    estimator=estimate,
)
