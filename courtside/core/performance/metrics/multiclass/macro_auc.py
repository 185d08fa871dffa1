"""The mean of the classes' areas under the ROC curve, each against the rest; influences are DeLong's."""

from courtside.core.evaluation.multiclass import ClassProbabilities, Codes, macro_auc_influences
from courtside.core.performance.estimate import SHARE, Linear
from courtside.core.performance.metrics.metric import Metric
from courtside.core.tasks.types import MULTICLASS


def linear(codes: Codes, probability: ClassProbabilities) -> Linear | None:
    """Return the mean area with each row's influence; None where no class has an area."""
    known = macro_auc_influences(codes, probability)
    return None if known is None else Linear(*known)


METRIC = Metric("macro_auc", "macro AUC", order=10, linear=linear, higher_is_better=True, task=MULTICLASS, within=SHARE)
