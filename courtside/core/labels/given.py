"""The labels that somebody hands in: which of them can be used, and what is wrong with the others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from courtside.core.dataset import Dataset
from courtside.core.labels.believed import Whole
from courtside.core.labels.of_task import labels_as_kept, labels_read
from courtside.core.rows.ids import id_columns_of, ids_of
from courtside.core.rows.sorting_out import Mask, TooManyWrongRows, are_too_many

GIVEN = pa.schema([("id", pa.string()), ("label", pa.string())])


@dataclass(frozen=True, slots=True)
class GivenLabels:
    """The labels that can be used, in `GIVEN` and each id once, and the rows that cannot.

    `wrong` has the columns ``row`` (its number, from 1) and ``reason`` before those of `GIVEN`. `copies` counts rows
    that repeat the label of an earlier one, `unlabelled` those whose label is not known yet. `new_classes` counts the
    labels of each class that the champion does not know.
    """

    labels: pa.Table
    wrong: pa.Table
    copies: int = 0
    unlabelled: int = 0
    new_classes: Mapping[str, int] = field(default_factory=dict)


def given_labels(rows: pa.Table, dataset: Dataset, *, classes: Sequence[str] | None) -> GivenLabels:
    """Read labels by row from a table that has the columns of a row's id and the target.

    `classes` are those of the champion (None: any label is one). Rows are set aside that have no id, a label that
    their task cannot use, or another label than a row of the same id. Raises `TooManyWrongRows` and `NoIds`.
    """
    table = _written(rows, dataset)
    label: Any = table.column("label")
    labelled = np.asarray(label.is_valid())
    reasons = {f"no {' or '.join(id_columns_of(dataset))}": labelled & np.asarray(table.column("id").is_null())}
    read = labels_read(label, dataset, classes=classes)
    reasons |= read.wrong
    usable = np.flatnonzero(labelled & ~np.any(list(reasons.values()), axis=0))
    differing, copies = _repeated(table.take(pa.array(usable, pa.int64())))
    reasons["another label than a row of the same id"] = _at(usable[differing], rows.num_rows)
    wrong = np.any(list(reasons.values()), axis=0)
    if are_too_many(int(wrong.sum()), int(labelled.sum())):
        told = [f"{int(mask.sum())} with {reason}" for reason, mask in reasons.items() if mask.any()]
        raise TooManyWrongRows(int(wrong.sum()), int(labelled.sum()), told)
    once = labelled & ~wrong & ~_at(usable[copies], rows.num_rows)
    return GivenLabels(
        table.filter(pa.array(once)),
        _set_aside(table, reasons),
        copies=int((copies & ~differing).sum()),
        unlabelled=int((~labelled).sum()),
        new_classes=_counted(label.filter(pa.array(once & read.new))),
    )


def said_by_rows(rows: pa.Table, dataset: Dataset) -> pa.Table:
    """Return in `GIVEN` what rows say that have an id; their label is null where it is not known.

    Raises `NoIds`.
    """
    table = _written(rows, dataset)
    return table.filter(table.column("id").is_valid())


def last_of_each(table: pa.Table) -> pa.Table:
    """Return the last row of each id of a table in `GIVEN`."""
    ids = _numbers(table.column("id"))
    last = np.full(table.num_rows, -1, np.int64)
    last[ids] = np.arange(table.num_rows)
    return table.filter(pa.array(last[ids] == np.arange(table.num_rows)))


def _written(rows: pa.Table, dataset: Dataset) -> pa.Table:
    ids, said = ids_of(rows, dataset), labels_as_kept(rows.column(dataset.target), dataset.task)
    return pa.table([_joined(ids), _joined(said)], schema=GIVEN)


def _repeated(table: pa.Table) -> tuple[Mask, Mask]:
    """Return which rows have another label than one of the same id, and which come after one of the same id."""
    ids, labels = _numbers(table.column("id")), _numbers(table.column("label"))
    first = np.full(table.num_rows, table.num_rows)
    np.minimum.at(first, ids, np.arange(table.num_rows))
    copies = first[ids] != np.arange(table.num_rows)
    differing = np.zeros(table.num_rows, bool)
    differing[ids[labels != labels[first[ids]]]] = True
    return differing[ids], copies


def _set_aside(table: pa.Table, reasons: dict[str, Mask]) -> pa.Table:
    rows = np.flatnonzero(np.any(list(reasons.values()), axis=0))
    why = [next(reason for reason, mask in reasons.items() if mask[row]) for row in rows]
    aside = table.take(pa.array(rows, pa.int64())).add_column(0, "reason", pa.array(why, pa.string()))
    return aside.add_column(0, "row", pa.array(rows + 1, pa.int64()))


def _counted(labels: Any) -> dict[str, int]:
    found = labels.value_counts()
    return dict(sorted(zip(found.field(0).to_pylist(), found.field(1).to_pylist(), strict=True)))


def _at(places: Whole, rows: int) -> Mask:
    mask = np.zeros(rows, bool)
    mask[places] = True
    return mask


def _numbers(column: Any) -> Whole:
    """Return a number for each cell, the same for the same text and less than there are cells."""
    encoded = column.combine_chunks().dictionary_encode()
    return np.asarray(encoded.indices.to_numpy(zero_copy_only=False), np.int64)


def _joined(texts: Any) -> Any:
    whole = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
    return whole.cast(pa.string())
