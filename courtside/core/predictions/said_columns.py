"""What a version says of rows as the columns of the prediction store, and what was kept there as arrays again."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from courtside.contracts.model_card import BINARY, REGRESSION, ModelInterface
from courtside.core.rows.ids import canonical_text
from courtside.core.tasks import Prediction, Truth, Value

PREDICTION, PREDICTED, PROBABILITIES, LOW, HIGH = "prediction", "predicted", "probabilities", "low", "high"
UNKNOWN_CLASS = -1
"""The code of a label that is none of a version's classes."""


def columns_beside(task: str) -> tuple[str, ...]:
    """Return which columns of the store a task's predictions have beside `prediction`."""
    if task == BINARY:
        return ()
    return (LOW, HIGH) if task == REGRESSION else (PREDICTED, PROBABILITIES)


def class_texts(interface: ModelInterface) -> list[str]:
    """Return a version's classes as labels are written, in the order of its probabilities; none of a regression."""
    return texts_of(interface.classes)


def texts_of(classes: Sequence[Value]) -> list[str]:
    """Return classes as labels are written, in their order; one that is None is left out."""
    return [canonical_text(pa.array([value])).to_pylist()[0] for value in classes if value is not None]


def said_columns(
    prediction: Prediction, interface: ModelInterface, *, bounds: NDArray[np.float64] | None = None
) -> dict[str, Any]:
    """Return what a version says of rows, by column of the store; rows of NaN become null.

    `prediction` is a number in every task: the probability of class 1, that of the likeliest of several classes, or
    the value. Several classes have `predicted`, the likeliest, and `probabilities`, all by class; values have `low` and
    `high` where the version says intervals (`bounds`, shape (n, 2)).
    """
    if interface.task == BINARY:
        return {PREDICTION: _numbers(prediction)}
    if interface.task == REGRESSION:
        ends = {} if bounds is None else {LOW: _numbers(bounds[:, 0]), HIGH: _numbers(bounds[:, 1])}
        return {PREDICTION: _numbers(prediction), **ends}
    return _of_classes(prediction, pa.array(class_texts(interface), pa.string()))


def predictions_in(kept: pa.Table, classes: Sequence[str] | None = None) -> Prediction:
    """Return what was said of rows of the store: probabilities in the order of `classes`, or else one number a row.

    A class that a version does not know has the probability 0 in its rows.
    """
    if classes is None:
        return np.asarray(kept.column(PREDICTION).to_numpy(), dtype=np.float64)
    maps: Any = kept.column(PROBABILITIES).combine_chunks()
    found = np.zeros((len(maps), len(classes)))
    lengths = np.diff(maps.offsets.to_numpy())
    places: Any = pc.index_in(_within(maps, maps.keys), pa.array(classes, pa.string()))
    column = pc.fill_null(places, UNKNOWN_CLASS).to_numpy()
    row, items = np.repeat(np.arange(len(maps)), lengths), _within(maps, maps.items).to_numpy(zero_copy_only=False)
    known = column != UNKNOWN_CLASS
    found[row[known], column[known]] = items[known]
    return found


def bounds_in(kept: pa.Table) -> NDArray[np.float64]:
    """Return both ends of the interval of each row of the store, shape (n, 2), NaN where there is none."""
    ends = [kept.column(name).cast(pa.float64()).to_numpy() for name in (LOW, HIGH)]
    return np.stack(ends, axis=1)


def truth_in(labels: Any, classes: Sequence[str] | None = None) -> Truth:
    """Return labels, a column of text, as codes in the order of `classes`, or else as numbers.

    A label that is none of the classes has the code `UNKNOWN_CLASS`, one that is no finite number is NaN.
    """
    texts: Any = labels.combine_chunks() if isinstance(labels, pa.ChunkedArray) else labels
    if classes is not None:
        codes: Any = pc.fill_null(pc.index_in(texts, pa.array(classes, pa.string())), UNKNOWN_CLASS)
        return np.asarray(codes.to_numpy(zero_copy_only=False), dtype=np.int64)
    coded: Any = texts.dictionary_encode()
    values = np.array([*map(_number, coded.dictionary.to_pylist()), np.nan])
    return np.asarray(values[coded.indices.fill_null(len(values) - 1).to_numpy(zero_copy_only=False)])


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        return np.nan
    return number if np.isfinite(number) else np.nan


def _numbers(values: NDArray[np.float64]) -> Any:
    return pa.array(values, from_pandas=True)


def _of_classes(probabilities: Prediction, texts: Any) -> dict[str, Any]:
    rows, classes = probabilities.shape
    gaps = np.asarray(np.isnan(probabilities).any(axis=1))
    likeliest = np.where(gaps, 0, np.argmax(probabilities, axis=1)) if rows else np.zeros(0, dtype=np.int64)
    names = texts.take(pa.array(np.tile(np.arange(classes), rows)))
    ends = pa.array(np.arange(rows + 1, dtype=np.int32) * classes)
    maps: Any = pa.MapArray.from_arrays(ends, names, pa.array(probabilities.reshape(-1)))
    return {
        PREDICTION: pa.array(probabilities[np.arange(rows), likeliest], mask=gaps),
        PREDICTED: texts.take(pa.array(likeliest, mask=gaps)),
        PROBABILITIES: pc.if_else(pa.array(~gaps), maps, pa.scalar(None, maps.type)) if gaps.any() else maps,
    }


def _within(maps: Any, flat: Any) -> Any:
    """Return the part of a map's flat keys or items that its rows have."""
    offsets = maps.offsets
    return flat.slice(offsets[0].as_py(), offsets[-1].as_py() - offsets[0].as_py())
