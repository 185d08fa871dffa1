"""Rows of an arriving table that cannot be used, each with the reason, apart from those that can."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from courtside.contracts.errors import BadInput
from courtside.core.dataset import Dataset, FeatureKind
from courtside.core.drift.columns import arrow
from courtside.core.rows.exact_ids import comparable
from courtside.core.rows.overlap import identity
from courtside.core.rows.revisions import group_numbers

WRONG_TOLERATED = 10
WRONG_SHARE_TOLERATED = 0.1
"""A file with more wrong rows than both of these is wrong as a whole: something happened to all of it."""
NUMBER = r"^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$"

Mask = npt.NDArray[np.bool_]


class TooManyWrongRows(BadInput):
    """So many rows of a file are wrong that the others are not to be trusted either."""

    def __init__(self, wrong: int, total: int, reasons: Sequence[str]) -> None:
        self.wrong = wrong
        self.total = total
        self.reasons = tuple(reasons)
        super().__init__(
            f"{wrong} of its {total} rows are wrong ({'; '.join(reasons)}), so none of them was taken; correct the "
            "file and deliver it again"
        )


@dataclass(frozen=True, slots=True)
class SortedOut:
    """The rows that can be used, without exact copies, and the wrong ones.

    `wrong` has the columns ``row`` (its number in the file, from 1) and ``reason`` before those of the table.
    """

    good: pa.Table
    wrong: pa.Table
    copies: int = 0


def sort_out(table: pa.Table, dataset: Dataset) -> SortedOut:
    """Set rows aside that have no time or id, text for a number, or other values under the same id and time.

    Columns that the table lacks are not looked at. Raises `TooManyWrongRows` and `IdsRounded`.
    """
    comparable([table], identity(dataset))  # raises for ids of which nobody can say whether they are the same
    table, reasons = _with_numbers(table, dataset)
    for name in identity(dataset):
        if name in table.column_names:
            reasons[f"no {name}"] = np.asarray(table.column(name).is_null(nan_is_null=True))
    copies = _copies(table, dataset, reasons)
    wrong = np.any(list(reasons.values()), axis=0) if reasons else np.zeros(table.num_rows, bool)
    count, total = int(wrong.sum()), table.num_rows
    if are_too_many(count, total):
        told = [f"{int(mask.sum())} with {reason}" for reason, mask in reasons.items() if mask.any()]
        raise TooManyWrongRows(count, total, told)
    rows = np.flatnonzero(wrong)
    why = ["; ".join(reason for reason, mask in reasons.items() if mask[row]) for row in rows]
    aside = table.take(rows).add_column(0, "reason", pa.array(why, pa.string()))
    aside = aside.add_column(0, "row", pa.array(rows + 1, pa.int64()))
    return SortedOut(table.filter(pa.array(~(wrong | copies))), aside, int(copies.sum()))


def are_too_many(wrong: int, total: int) -> bool:
    """Say whether so many rows of a file are wrong that the file is wrong as a whole."""
    return wrong > 0 and (wrong == total or wrong > max(WRONG_TOLERATED, WRONG_SHARE_TOLERATED * total))


def _with_numbers(table: pa.Table, dataset: Dataset) -> tuple[pa.Table, dict[str, Mask]]:
    """Read numeric features that arrived as text because of a few cells; those cells are the wrong ones."""
    reasons: dict[str, Mask] = {}
    for feature in dataset.features:
        place = table.schema.get_field_index(feature.name)
        if feature.kind is not FeatureKind.NUMERIC or place < 0 or not arrow.is_text(table.schema.field(place).type):
            continue
        cells: Any = table.column(place).cast(pa.string())
        number: Any = pc.match_substring_regex(cells, NUMBER)
        wrong = np.asarray(pc.invert(number).fill_null(False))
        if not 0 < wrong.sum() * 2 <= len(wrong):  # a column of text, which is no matter of single rows
            continue
        reasons[f"no number in {feature.name}"] = wrong
        values = pc.if_else(number, pc.utf8_trim_whitespace(cells), pa.scalar(None, pa.string())).cast(pa.float64())
        table = table.set_column(place, feature.name, values)
    return table, reasons


def _copies(table: pa.Table, dataset: Dataset, reasons: dict[str, Mask]) -> Mask:
    """Return which rows repeat an earlier one cell by cell; those that only share its identity are wrong."""
    names = [name for name in identity(dataset) if name in table.column_names]
    if not names or not table.num_rows:
        return np.zeros(table.num_rows, bool)
    whole, same_id = group_numbers(table, table.column_names), group_numbers(table, names)
    first = np.full(table.num_rows, table.num_rows)
    np.minimum.at(first, whole, np.arange(table.num_rows))
    copies: Mask = np.arange(table.num_rows) != first[whole]
    kinds = np.unique(np.stack([same_id, whole]), axis=1)
    several = np.bincount(kinds[0], minlength=table.num_rows) > 1
    reasons[f"the {', '.join(names)} of another row with other values"] = several[same_id]
    return copies
