"""How well a binary classifier predicts."""

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

CUT = 0.5


@dataclass(frozen=True, slots=True)
class Metrics:
    """The six figures every candidate is logged with; all in [0, 1]."""

    train_accuracy: float
    test_accuracy: float
    test_auc: float
    precision: float
    recall: float
    f1_score: float

    def as_dict(self) -> dict[str, float]:
        """Return the metrics by the names they are logged under."""
        return asdict(self)


def evaluate(
    *,
    train_labels: NDArray[np.int8],
    train_probability: NDArray[np.float64],
    test_labels: NDArray[np.int8],
    test_probability: NDArray[np.float64],
) -> Metrics:
    """Score probabilities of class 1, each shape (n,), against labels 0/1."""
    from sklearn.metrics import accuracy_score, precision_recall_fscore_support, roc_auc_score

    predicted = test_probability > CUT
    precision, recall, f1, _ = precision_recall_fscore_support(
        test_labels, predicted, average="binary", zero_division=0
    )
    return Metrics(
        train_accuracy=float(accuracy_score(train_labels, train_probability > CUT)),
        test_accuracy=float(accuracy_score(test_labels, predicted)),
        test_auc=float(roc_auc_score(test_labels, test_probability)),
        precision=float(precision),
        recall=float(recall),
        f1_score=float(f1),
    )
