"""What can be wrong with the rows of a dataset, besides columns that are missing or of a wrong type."""

from collections.abc import Sequence

from courtside.contracts.errors import BadInput


class TimesMissing(BadInput):
    """Rows without a time belong to no part of a split and to no window."""

    def __init__(self, column: str, *, rows: int) -> None:
        self.column = column
        self.rows = rows
        super().__init__(f"column {column!r} holds no time in {rows} rows; fill it in or delete these rows")


class TimeColumnNeeded(BadInput):
    """What was asked for goes by days, and the contract names no column of times."""

    def __init__(self, dataset: str, asked: str) -> None:
        self.dataset = dataset
        super().__init__(
            f"{asked} needs the days of rows, and the contract {dataset} names no time_column; name one, like "
            "`time_column: measured_at`, or leave that out"
        )


class RowsRepeated(BadInput):
    """The same row is there more than once, so it could be both trained and tested on."""

    def __init__(self, columns: Sequence[str], example: str, *, repeated: int) -> None:
        self.columns = tuple(columns)
        self.repeated = repeated
        super().__init__(
            f"{repeated} rows repeat another's {', '.join(columns)} (the first: {example}); delete the copies, such as "
            "a file that was loaded twice, or correct the id_columns of the dataset"
        )
