"""The file that the gate judges by: what both models and the baseline say of the same newest rows."""

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from courtside.core.dataset import Dataset
from courtside.core.evaluation.multiclass import UNKNOWN, aligned
from courtside.core.gate.holdout import Holdout
from courtside.core.predictions.said_columns import texts_of
from courtside.core.tasks import BINARY, MULTICLASS, Value, prediction_column
from courtside.core.training.fit import labels
from courtside.core.training.holdout import baseline_of, holdout_columns
from courtside.workflows.challengers import Challengers
from courtside.workflows.champion_on_holdout import ChampionSaid, with_champion
from courtside.workflows.ports import Lake


def holdout_table(made: Challengers, champion: ChampionSaid | None, *, lake: Lake, dataset: Dataset) -> pa.Table:
    """Return the holdout as the gate reads it."""
    if dataset.task == MULTICLASS:
        return _of_classes(made, champion, list(made.classes), dataset=dataset)
    if dataset.task != BINARY:
        return _of_values(made, champion, dataset=dataset)
    split = made.split
    columns: dict[str, Any] = {
        "label": labels(split.holdout, dataset),
        "challenger": prediction_column(made.best.test_probability[split.selection_rows :]),
        **holdout_columns(split.train, split.holdout, dataset),
    }
    table = pa.table(columns)
    return table if champion is None else with_champion(table, champion, model=dataset.name, lake=lake)


def _of_classes(made: Challengers, champion: ChampionSaid | None, every: list[Value], *, dataset: Dataset) -> pa.Table:
    """Return the holdout of several classes: those that a model knows, the challenger's first."""
    split, theirs = made.split, [] if champion is None else list(champion.classes)
    known = [*made.interface.classes, *(value for value in theirs if value not in made.interface.classes)]
    places = np.array([known.index(value) if value in known else UNKNOWN for value in every])
    return Holdout(
        labels=places[labels(split.holdout, dataset)],
        challenger=aligned(made.best.test_probability[split.selection_rows :], classes=every, to=known),
        champion=None if champion is None else aligned(champion.probability, classes=theirs, to=known),
        baseline=aligned(baseline_of(split.train, split.holdout, dataset), classes=every, to=known),
        segments=_segments(made, dataset),
        task=dataset.task,
        classes=tuple(texts_of(known)),
    ).table()


def _of_values(made: Challengers, champion: ChampionSaid | None, *, dataset: Dataset) -> pa.Table:
    split, intervals = made.split, made.best.intervals
    said = made.best.test_probability[split.selection_rows :]
    bounds = {} if intervals is None else {"challenger": intervals.bounds(said)}
    if champion is not None and champion.bounds is not None:
        bounds["champion"] = champion.bounds
    return Holdout(
        labels=labels(split.holdout, dataset),
        challenger=said,
        champion=None if champion is None else champion.probability,
        baseline=baseline_of(split.train, split.holdout, dataset),
        segments=_segments(made, dataset),
        task=dataset.task,
        bounds=bounds,
        level=None if intervals is None else intervals.level,
    ).table()


def _segments(made: Challengers, dataset: Dataset) -> NDArray[np.str_] | None:
    found = holdout_columns(made.split.train, made.split.holdout, dataset).get("segment")
    return None if found is None else np.array(found.to_pylist(), dtype=np.str_)
