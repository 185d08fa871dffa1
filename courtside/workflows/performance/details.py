"""How predictions met their labels in detail: confusion and reliability of each version over many days."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from courtside.contracts.curves import ReliabilityBin
from courtside.core.dataset import Dataset
from courtside.core.evaluation import Labels, Probabilities
from courtside.core.model_card.confusion_matrix import confusion
from courtside.core.model_card.reliability import reliability
from courtside.core.performance.judge import counting, labels_of, lines_of, where
from courtside.core.performance.promise import Promise
from courtside.workflows.believed import Beliefs
from courtside.workflows.performance.promises import Promises
from courtside.workflows.performance.told import Asked
from courtside.workflows.ports import Lake


@dataclass(frozen=True, slots=True)
class Details:
    """How the labelled predictions of a version in a role did.

    `confusion` is (true negatives, false positives, false negatives, true positives) at probability 0.5; `reliability`
    are the tenths of probability that have rows.
    """

    role: str
    version: str
    confusion: tuple[int, int, int, int]
    reliability: tuple[ReliabilityBin, ...]


def details(asked: Asked, *, lake: Lake, dataset: Dataset) -> list[Details]:
    """Return the details of each version that is asked for, over all days that are, whatever windows they lie in.

    Nine bytes a row are kept. Raises `LogDamaged`.
    """
    promises = Promises(dataset, lake)
    found: dict[tuple[str, str], list[tuple[Labels, Probabilities]]] = {}
    for part in Beliefs(lake, dataset, asked.as_of).parts(asked.days):
        labelled = counting(part.filter(part.column("label").is_valid()))
        for line in lines_of(labelled):
            if asked.wants(role=line[0], version=line[1]):
                found.setdefault(line, []).append(said_by(line, labelled, promises.of([line[1]])[line[1]]))
    return [_details(line, found[line]) for line in sorted(found)]


def said_by(line: tuple[str, str], labelled: pa.Table, promise: Promise) -> tuple[Labels, Probabilities]:
    """Return the labels and the predictions of a version in a role, whose `promise` tells the labels apart."""
    role, version = line
    mine = where(labelled, role=role, version=version)
    mine = mine.filter(promise.tells_apart(mine.column("label")))
    return labels_of(mine, positive=promise.positive), mine.column("prediction").to_numpy()


def _details(line: tuple[str, str], said: list[tuple[Labels, Probabilities]]) -> Details:
    labels, probability = (np.concatenate(each) for each in zip(*said, strict=True))
    return Details(*line, confusion(labels, probability), reliability(labels, probability))
