"""Split rows: models learn from the past and are judged on what came after, or on rows drawn where there is no time."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from courtside.contracts.errors import BadInput
from courtside.contracts.records import SplitRule
from courtside.core.dataset import Dataset
from courtside.core.rows.order import row_order
from courtside.core.tasks import task_of

FEWEST_ROWS = 100


class TooFewRows(BadInput):
    """There are not enough rows to train and judge a model."""

    def __init__(self, rows: int) -> None:
        self.rows = rows
        super().__init__(
            f"there {'is 1 row' if rows == 1 else f'are {rows} rows'} with features and a label, and training needs at "
            f"least {FEWEST_ROWS}; give more rows, or, if a date was given up to which to train, a later one"
        )


@dataclass(frozen=True, slots=True)
class Split:
    """The older rows to train on and the newest to test on, both in time order; in drawn order where there is no time.

    The last `holdout_rows` of the test part are the holdout.
    """

    train: pa.Table
    test: pa.Table
    holdout_rows: int

    @property
    def selection(self) -> pa.Table:
        """The older rows of the test part: they choose the best candidate and calibrate it."""
        return self.test.slice(0, self.selection_rows)

    @property
    def holdout(self) -> pa.Table:
        """The newest rows of the test part: only the gate decides anything by them."""
        return self.test.slice(self.selection_rows)

    @property
    def selection_rows(self) -> int:
        """How many rows of the test part come before the holdout."""
        return self.test.num_rows - self.holdout_rows


def split_rows(table: pa.Table, *, dataset: Dataset, rule: SplitRule | None = None, seed: int = 42) -> Split:
    """Cut `table` by the rule: its newest rows are the test part, the newest of those the holdout.

    Where the dataset names no time, `seed` draws the order. Raises `TooFewRows`, `OneClassOnly` and `TargetConstant`.
    """
    rule = rule or SplitRule()
    if table.num_rows < FEWEST_ROWS:
        raise TooFewRows(table.num_rows)
    ordered = table.sort_by(row_order(table, dataset))
    if dataset.time_column is None:
        ordered = ordered.take(np.random.default_rng(seed).permutation(ordered.num_rows))
    test_rows = round(table.num_rows * rule.test_share)
    cut = table.num_rows - test_rows
    split = Split(ordered.slice(0, cut), ordered.slice(cut), holdout_rows=round(test_rows * rule.holdout_share))
    truth, require = table.column(dataset.target).to_numpy(), task_of(dataset.task).require_part
    for part, rows in (("training", split.train), ("selection", split.selection), ("holdout", split.holdout)):
        require(part, dataset.target, rows.column(dataset.target).to_numpy(), among=truth)
    return split


def split_in_words(dataset: Dataset, *, seed: int) -> str:
    """Say how a dataset's rows are split and ordered, and what in its contract is the reason."""
    said = "by time: the models are tested on what came after their training"
    if dataset.time_column is None:
        said = (
            f"drawn with seed {seed}, because the contract names no time_column: the figures are about other rows of "
            "the same table, and say nothing about later ones"
        )
    if dataset.id_columns:
        return said
    equal = "rows" if dataset.time_column is None else "rows of the same time"
    return f"{said}; {equal} are ordered by all columns first, because the contract names no id_columns"
