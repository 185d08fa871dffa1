"""What can be wrong with the rows of a dataset, besides columns that are missing or of a wrong type."""

from collections.abc import Sequence

from courtside.contracts.errors import BadInput


class TimesMissing(BadInput):
    """Rows without a time belong to no part of a split and to no window."""

    def __init__(self, column: str, *, rows: int) -> None:
        self.column = column
        self.rows = rows
        super().__init__(f"column {column!r} holds no time in {rows} rows; fill it in or delete these rows")


class TargetNotBinary(BadInput):
    """The target is not one of two classes."""

    def __init__(self, column: str, found: str) -> None:
        self.column = column
        self.found = found
        super().__init__(
            f"target {column!r} {found}, expected two classes; write it as 0 and 1, as true and false, "
            "or as two whole numbers of which the larger is class 1, with 1 for what the model should predict, "
            "or correct the target of the dataset"
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
