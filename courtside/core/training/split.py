"""Split by time: the models learn from the past and are judged on what came after."""

from dataclasses import dataclass

import pyarrow as pa

from courtside.contracts.errors import BadInput
from courtside.core.dataset import Dataset

FEWEST_ROWS = 100


class TooFewRows(BadInput):
    """There are not enough rows to train and judge a model."""

    def __init__(self, rows: int) -> None:
        self.rows = rows
        super().__init__(
            f"only {rows} rows with features: training needs at least {FEWEST_ROWS}; "
            "give more games or a later --as-of date"
        )


class OneClassOnly(BadInput):
    """The target never varies in a part of the split, so no model can be judged."""

    def __init__(self, part: str, target: str) -> None:
        self.part = part
        super().__init__(f"every row of the {part} part has the same {target}: check that the target column is right")


@dataclass(frozen=True, slots=True)
class Split:
    """The older rows to train on, the newest to test on; both in time order."""

    train: pa.Table
    test: pa.Table


def split_by_time(table: pa.Table, *, dataset: Dataset, test_share: float = 0.2) -> Split:
    """Cut `table` so that its newest `test_share` of rows is the test part.

    Raises `TooFewRows` and `OneClassOnly`.
    """
    if table.num_rows < FEWEST_ROWS:
        raise TooFewRows(table.num_rows)
    ordered = table.sort_by([(dataset.time_column, "ascending"), *((name, "ascending") for name in dataset.id_columns)])
    cut = table.num_rows - round(table.num_rows * test_share)
    split = Split(train=ordered.slice(0, cut), test=ordered.slice(cut))
    for part, rows in (("training", split.train), ("test", split.test)):
        if len(rows.column(dataset.target).unique()) < 2:
            raise OneClassOnly(part, dataset.target)
    return split
