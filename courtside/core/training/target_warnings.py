"""What a person should know about a target: classes that are rare, new or gone, and values that dwarf the others."""

from collections.abc import Iterator, Sequence

import numpy as np

from courtside.contracts.shortening import listed
from courtside.core.dataset import Dataset
from courtside.core.pages.wording import counted
from courtside.core.tasks import MULTICLASS, REGRESSION, Truth, Value
from courtside.core.tasks.target import written
from courtside.core.training.frame import labels
from courtside.core.training.split import Split

FEWEST_OF_CLASS = 10
"""A class in fewer rows of the training part is hardly learned."""
LEAST_VARIATION = 1e-3
"""XGBoost makes no split that lowers the sum of squares by less than 1e-6."""
FAR_AWAY = 100.0
"""So many interquartile ranges from the median a value decides alone what a squared error says."""


def about_target(split: Split, classes: Sequence[Value], dataset: Dataset) -> tuple[str, ...]:
    """Return warnings, one sentence each, none of two classes; `classes` are in the order of their codes."""
    known, later = labels(split.train, dataset), labels(split.test, dataset)
    if dataset.task == MULTICLASS:
        return tuple(_about_classes(known, later, [written(value) for value in classes], dataset.target))
    if dataset.task != REGRESSION:
        return ()
    boosted = dataset.candidates is None or "xgboost" in dataset.candidates
    return (*(_about_spread(known, dataset.target) if boosted else ()), *_about_values(known, dataset.target))


def _about_classes(known: Truth, later: Truth, names: Sequence[str], target: str) -> Iterator[str]:
    trained, tested = (np.bincount(part, minlength=len(names)) for part in (known, later))
    rare = [
        f"{names[of]} ({trained[of]})" for of in np.flatnonzero((trained > 0) & (trained < FEWEST_OF_CLASS)).tolist()
    ]
    new = [f"{names[of]} ({tested[of]})" for of in np.flatnonzero((trained == 0) & (tested > 0)).tolist()]
    gone = [names[of] for of in np.flatnonzero((trained > 0) & (tested == 0)).tolist()]
    if rare:
        yield f"classes of {target} with fewer than {FEWEST_OF_CLASS} rows in the training part: {listed(rare)}"
    if new:
        yield (
            f"classes of {target} that training never saw, with their rows in the test part: {listed(new)}; no model "
            "that is judged can predict them, so each of these rows costs the most that one can, and only a version "
            "that is fitted once more knows them"
        )
    if gone:
        yield f"classes of {target} that the test part lacks, so nothing tells how they are predicted: {listed(gone)}"


def _about_spread(known: Truth, target: str) -> Iterator[str]:
    if known.size * known.var() < LEAST_VARIATION:
        yield (
            f"the values of {target} lie close together (standard deviation {known.std():.2g}): xgboost learns nothing "
            "from differences that small, so give the target in a smaller unit, such as millionths"
        )


def _about_values(known: Truth, target: str) -> Iterator[str]:
    low, middle, high = np.quantile(known, [0.25, 0.5, 0.75])
    apart = np.abs(known - middle)
    far = int((apart > FAR_AWAY * (high - low)).sum()) if high > low else 0
    if far:
        rows = counted(far, "row")
        yield (
            f"{target} is more than {FAR_AWAY:.0f} interquartile ranges from its median in {rows} of the "
            f"training part, up to {known[apart.argmax()]:.4g}: they decide the squared error, so check that they are "
            "right"
        )
