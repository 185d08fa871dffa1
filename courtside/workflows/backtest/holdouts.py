"""What the gate judges a replay's challenger by, as a training writes it on a stage."""

from typing import Any

import numpy as np

from courtside.core.dataset import Dataset
from courtside.core.evaluation.multiclass import UNKNOWN, aligned
from courtside.core.gate.holdout import Holdout
from courtside.core.predictions.said_columns import texts_of
from courtside.core.tasks import Prediction
from courtside.core.training.fit import labels
from courtside.core.training.holdout import baseline_of, holdout_columns
from courtside.workflows.backtest.rounds import Judged
from courtside.workflows.backtest.stream import PLACE, Stream
from courtside.workflows.backtest.versions import Version


def holdout_of(made: Judged, champion: Version | None, *, stream: Stream, dataset: Dataset) -> Holdout:
    """Return what both models and the baseline say of the newest rows of a training."""
    rows = made.split.holdout
    found = holdout_columns(made.split.train, rows, dataset)
    segment, block = found.get("segment"), found.get("block")
    said = None if champion is None else champion.said_unseen(stream, np.asarray(rows.column(PLACE).to_numpy()))
    unseen = None if said is None else ~np.isnan(said).any(axis=tuple(range(1, said.ndim)))
    columns: dict[str, Any] = {
        "labels": labels(rows, dataset),
        "challenger": made.probability,
        "champion": said,
        "baseline": made.padded(baseline_of(made.split.train, rows, dataset)),
        "segments": None if segment is None else np.array(segment.to_pylist(), dtype=np.str_),
        "blocks": None if block is None else block.to_numpy(),
        "unseen": unseen,
        "task": dataset.task,
    }
    if stream.several:
        columns |= _known(columns, made, champion, stream)
    intervals = made.model.intervals
    if intervals is not None:
        columns |= {"level": intervals.level, "bounds": {"challenger": intervals.bounds(made.probability)}}
        if said is not None and champion is not None and champion.intervals is not None:
            columns["bounds"]["champion"] = champion.intervals.bounds(said)
    return Holdout(**columns)


def _known(columns: dict[str, Any], made: Judged, champion: Version | None, stream: Stream) -> dict[str, Any]:
    """Return the columns of several classes: those that a model knows, the challenger's first."""
    every, theirs = range(len(stream.several)), () if champion is None else champion.seen or ()
    known = list(dict.fromkeys([*(made.model.seen or ()), *theirs]))
    places = np.array([known.index(code) if code in known else UNKNOWN for code in every])

    def among(said: Prediction | None) -> Prediction | None:
        return None if said is None else aligned(said, classes=every, to=known)

    return {
        "labels": places[columns["labels"]],
        "classes": tuple(texts_of([stream.several[code] for code in known])),
        **{name: among(columns[name]) for name in ("challenger", "champion", "baseline")},
    }
