"""The figures that predictions are expected to have where each row's outcome is known as a probability.

A row whose outcome has the probabilities c counts as c rows of each class, so that every figure is one of a weighted
table (NannyML calls this confidence-based performance estimation). With labels in the place of probabilities the
figures are the realised ones. The area under the ROC curve is that of the expected curve: its numerator and its
denominator are expected separately, as NannyML does.
"""

from collections.abc import Mapping

import numpy as np

from courtside.core.estimation.estimator import MULTICLASS, Numbers, Window
from courtside.core.evaluation.confusion import CUT
from courtside.core.evaluation.log_loss import CLIP


def expected_figures(predictions: Numbers, outcomes: Numbers) -> Mapping[str, float]:
    """Return accuracy, AUC, log loss and Brier score of at least one row; a figure that is not defined is left out.

    `predictions` and `outcomes` are probabilities of class 1, shape (n,), or of each of three or more classes, shape
    (n, k). Over several classes the AUC is the mean of each class against the rest, and the Brier score is the sum
    over the classes; both are scikit-learn's.
    """
    figures = _of_two(predictions, outcomes) if predictions.ndim == 1 else _of_many(predictions, outcomes)
    return {name: figure for name, figure in figures.items() if np.isfinite(figure)}


def figures_of(window: Window, said: Numbers, outcomes: Numbers) -> Mapping[str, float]:
    """Return `expected_figures` by the names of the metrics of the window's task.

    Two classes of a model of several are given as the second one's probabilities; their Brier score is then that of
    class 1, which is half the sum over both.
    """
    figures = dict(expected_figures(said, outcomes))
    if window.task != MULTICLASS:
        return figures
    if said.ndim == 1:
        figures["brier_score"] *= 2
    return {"macro_auc" if name == "auc" else name: figure for name, figure in figures.items()}


def _of_two(said: Numbers, ones: Numbers) -> dict[str, float]:
    given = np.clip(said, CLIP, 1 - CLIP)
    log_for, log_against = np.log(given), np.log1p(-given)
    return {
        "accuracy": float(np.where(said > CUT, ones, 1 - ones).mean()),
        "auc": expected_auc(said, ones),
        "log_loss": -float((log_against + ones * (log_for - log_against)).mean()),
        "brier_score": float((said * said + ones * (1 - 2 * said)).mean()),
    }


def _of_many(said: Numbers, outcomes: Numbers) -> dict[str, float]:
    chosen = said.argmax(axis=1)
    given = np.clip(said, CLIP, 1 - CLIP)
    squares = (said**2).sum(axis=1, keepdims=True) - 2 * said + 1
    return {
        "accuracy": float(np.take_along_axis(outcomes, chosen[:, None], axis=1).mean()),
        "auc": _mean_of_areas([expected_auc(said[:, each], outcomes[:, each]) for each in range(said.shape[1])]),
        "log_loss": -float((outcomes * np.log(given)).sum(axis=1).mean()),
        "brier_score": float((outcomes * squares).sum(axis=1).mean()),
    }


def _mean_of_areas(areas: list[float]) -> float:
    """Return the mean of the areas that are defined; a class that is not expected at all has none."""
    known = [area for area in areas if np.isfinite(area)]
    return float(np.mean(known)) if known else float("nan")


def expected_auc(scores: Numbers, ones: Numbers) -> float:
    """Return the area under the expected ROC curve, ties counting half; NaN where a class is not expected at all."""
    order = np.argsort(scores)
    ordered = scores[order]
    last = np.append(np.flatnonzero(ordered[1:] != ordered[:-1]), scores.size - 1)  # of each group of equal scores
    positives = np.cumsum(ones[order])[last]
    negatives = last + 1 - positives
    pairs = positives[-1] * negatives[-1]
    if not pairs > 0:
        return float("nan")
    beaten = (negatives + np.append(0, negatives[:-1])) / 2
    return float(np.diff(positives, prepend=0) @ beaten / pairs)
