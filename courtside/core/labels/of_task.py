"""What the task of a contract asks of labels that somebody hands in: one of its classes, or a number."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from courtside.contracts.shortening import listed, quoted
from courtside.core.dataset import Dataset
from courtside.core.drift.columns.arrow import is_text
from courtside.core.rows.ids import canonical_text
from courtside.core.rows.sorting_out import NUMBER, WRONG_TOLERATED, Mask
from courtside.core.tasks import MULTICLASS, REGRESSION
from courtside.core.tasks.numbers import LARGEST


@dataclass(frozen=True, slots=True)
class LabelsRead:
    """Labels of n rows as text: which of them are `wrong`, by reason, and which are of a `new` class, each shape (n,).

    A new class is one that the champion does not know. It may be right, so its labels count.
    """

    wrong: Mapping[str, Mask]
    new: Mask


def labels_as_kept(column: Any, task: str) -> Any:
    """Return a target's column as text; of a regression one text for each number, however a file writes it.

    >>> labels_as_kept(pa.array(["12.50", "007", "1,234", None]), "regression").to_pylist()
    ['12.5', '7', '1,234', None]
    """
    texts = canonical_text(column)
    if task != REGRESSION or not is_text(column.type):
        return texts
    is_number: Any = pc.match_substring_regex(texts, NUMBER)
    plain: Any = pc.if_else(is_number, pc.utf8_trim_whitespace(texts), pa.scalar(None, pa.string()))
    return pc.coalesce(
        canonical_text(plain.cast(pa.float64())), texts
    )  # what no float holds, like 1e400, stays as it is


def labels_read(label: Any, dataset: Dataset, *, classes: Sequence[str] | None) -> LabelsRead:
    """Tell which labels can be used; `classes` are those of the champion (None: any label is one)."""
    labelled = np.asarray(label.is_valid())
    none = np.zeros_like(labelled)
    if dataset.task == REGRESSION:
        number = np.asarray(pc.fill_null(pc.match_substring_regex(label, NUMBER), pa.scalar(value=False)))
        reason = (
            f"a {dataset.target} that is no number; numbers are written like 1234.5, with nothing between thousands"
        )
        beyond = np.zeros_like(labelled)
        beyond[number] = np.abs(np.asarray(label.filter(pa.array(number)).cast(pa.float64()))) > LARGEST
        far = f"a {dataset.target} beyond {LARGEST:.0e}, which no model learns from"
        return LabelsRead({reason: labelled & ~number, far: beyond}, none)
    if classes is None:
        return LabelsRead({}, none)
    unknown = labelled & ~np.asarray(pc.is_in(label, value_set=pa.array(classes, pa.string())))
    if dataset.task != MULTICLASS:
        return LabelsRead({f"a {dataset.target} that is neither {' nor '.join(classes)}": unknown}, none)
    return _of_classes(label, dataset, unknown, {_bare(each): each for each in classes})


def _of_classes(label: Any, dataset: Dataset, unknown: Mask, known: Mapping[str, str]) -> LabelsRead:
    """Tell classes that are new from those that are only written otherwise, and from a column of something else."""
    none = np.zeros_like(unknown)
    if unknown.sum() > WRONG_TOLERATED and unknown.sum() == len(label) - label.null_count:
        return LabelsRead({f"a {dataset.target} that is none of {listed(list(known.values()))}": unknown}, none)
    wrong: dict[str, Mask] = {}
    for text in pc.unique(label.filter(pa.array(unknown))).to_pylist():
        same = known.get(_bare(text))
        if same is not None:
            reason = f"the {dataset.target} {quoted(text)}, which the champion's own rows write {quoted(same)}"
            wrong[reason] = np.asarray(pc.fill_null(pc.equal(label, pa.scalar(text)), pa.scalar(value=False)))
    return LabelsRead(wrong, unknown & ~np.any([none, *wrong.values()], axis=0))


def _bare(text: str) -> str:
    """Return what a class has in common with others that files write for it: `1` for 1, 01, 1.0, True and true."""
    bare = " ".join(text.split()).casefold()
    if re.fullmatch(NUMBER, bare):
        return str(Decimal(bare).normalize())
    return {"true": "1", "false": "0"}.get(bare, bare)
