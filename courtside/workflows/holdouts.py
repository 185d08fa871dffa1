"""The file that the gate judges by: what both models and the baseline say of the same newest rows."""

from typing import Any

import numpy as np
import pyarrow as pa

from courtside.core.dataset import Dataset
from courtside.core.evaluation.multiclass import UNKNOWN, aligned
from courtside.core.gate.holdout import Holdout
from courtside.core.gate.holdout_classes import OTHER
from courtside.core.predictions.said_columns import texts_of
from courtside.core.tasks import BINARY, MULTICLASS, Prediction, prediction_column
from courtside.core.training.fit import labels
from courtside.core.training.holdout import baseline_of, holdout_columns
from courtside.workflows.challengers import Challengers
from courtside.workflows.champion_on_holdout import ChampionSaid, with_champion
from courtside.workflows.ports import Lake


def holdout_table(made: Challengers, champion: ChampionSaid | None, *, lake: Lake, dataset: Dataset) -> pa.Table:
    """Return the holdout as the gate reads it."""
    table = {BINARY: _of_two_classes, MULTICLASS: _of_classes}.get(dataset.task, _of_values)(made, dataset)
    for name, column in holdout_columns(made.split.train, made.split.holdout, dataset).items():
        if name not in table.column_names:
            table = table.append_column(name, column)
    return table if champion is None else with_champion(table, champion, model=dataset.name, lake=lake)


def _of_two_classes(made: Challengers, dataset: Dataset) -> pa.Table:
    label: Any = labels(made.split.holdout, dataset)
    return pa.table({"label": label, "challenger": prediction_column(_said(made))})


def _of_classes(made: Challengers, dataset: Dataset) -> pa.Table:
    """Return the holdout of several classes: those that the challenger knows, and the names of any others."""
    split, every, known = made.split, texts_of(made.classes), texts_of(made.interface.classes)
    places = np.array([known.index(name) if name in known else UNKNOWN for name in every])
    codes = labels(split.holdout, dataset)

    def of_known(said: Prediction) -> Prediction:
        return aligned(said, classes=every[: said.shape[1]], to=known)

    table = Holdout(
        labels=places[codes],
        challenger=of_known(_said(made)),
        baseline=of_known(baseline_of(split.train, split.holdout, dataset)),
        task=dataset.task,
        classes=tuple(known),
    ).table()
    if (places[codes] != UNKNOWN).all():
        return table
    others = [None if places[code] != UNKNOWN else every[code] for code in codes]
    return table.append_column(OTHER, pa.array(others, pa.string()))


def _of_values(made: Challengers, dataset: Dataset) -> pa.Table:
    intervals, said = made.best.intervals, _said(made)
    return Holdout(
        labels=labels(made.split.holdout, dataset),
        challenger=said,
        baseline=baseline_of(made.split.train, made.split.holdout, dataset),
        task=dataset.task,
        bounds={} if intervals is None else {"challenger": intervals.bounds(said)},
        level=None if intervals is None else intervals.level,
    ).table()


def _said(made: Challengers) -> Prediction:
    """Return what the fit that is judged says of the holdout."""
    return made.best.test_probability[made.split.selection_rows :]
