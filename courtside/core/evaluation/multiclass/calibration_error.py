"""Calibration of several classes: how far probabilities are from the frequencies that follow them; 0 is best.

The confidence calibration error looks at the most likely class of each row only, so it costs the same for any number
of classes (C. Guo, G. Pleiss, Y. Sun, K. Q. Weinberger, "On calibration of modern neural networks", ICML 2017). The
class-wise one is the mean over the classes of the error of each (M. Kull et al., "Beyond temperature scaling:
obtaining well-calibrated multiclass probabilities with Dirichlet calibration", NeurIPS 2019), with the bins of
`core.evaluation.calibration_error`, whose warning applies: noise alone keeps it above 0.
"""

import numpy as np

from courtside.core.evaluation.calibration_error import calibration_error
from courtside.core.evaluation.measure import Values, Weighted, Weights
from courtside.core.evaluation.multiclass.accuracy import hits
from courtside.core.evaluation.multiclass.classes import ClassProbabilities, Codes


def class_calibration_error(codes: Codes, probability: ClassProbabilities, *, of: int) -> Weighted:
    """Prepare the error of the probability of the class `of`; it is NaN without weight."""
    return calibration_error((codes == of).astype(np.int8), probability[:, of])


def classwise_calibration_error(codes: Codes, probability: ClassProbabilities) -> Weighted:
    """Prepare the mean of the errors of all classes; it is NaN without weight."""
    errors = [class_calibration_error(codes, probability, of=of) for of in range(probability.shape[1])]

    def weighted(weights: Weights) -> Values:
        return np.asarray(sum(error(weights) for error in errors) / len(errors))

    return weighted


def confidence_calibration_error(codes: Codes, probability: ClassProbabilities) -> Weighted:
    """Prepare the error of the largest probability as that of being right; it is NaN without weight."""
    return calibration_error(hits(codes, probability).astype(np.int8), probability.max(axis=1))
