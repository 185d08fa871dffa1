"""What can be wrong with the rows of a dataset, besides columns that are missing or of a wrong type."""

import json
from collections.abc import Sequence

from courtside.contracts.errors import BadInput
from courtside.core.sentences import enumerated


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


class TargetNotBinary(BadInput):
    """The target is not one of two classes, or nothing says which of its two `values` is class 1."""

    def __init__(self, column: str, found: str, *, values: Sequence[str] = ()) -> None:
        self.column = column
        self.found = found
        self.values = tuple(values)
        lines = " or ".join(f"`{positive_line(column, value)}`" for value in values)
        said = f"say in the contract which value is class 1, with {lines}; or " if lines else ""
        super().__init__(
            f"target {column!r} {found}, expected two classes; {said}write it as 0 and 1, as true and false, "
            "or as two whole numbers of which the larger is class 1, with 1 for what the model should predict, "
            "or correct the target of the dataset"
        )


class PositiveNeverOccurs(BadInput):
    """No row holds the value that the contract names as class 1."""

    def __init__(self, column: str, positive: str, values: Sequence[str]) -> None:
        self.column = column
        self.positive = positive
        self.values = tuple(values)
        lines = " or ".join(f"`{positive_line(column, value)}`" for value in values)
        super().__init__(
            f"target {column!r} is never {positive!r}, which the contract names as `positive`; it holds "
            f"{enumerated(values)}: write {lines}"
        )


def positive_line(column: str, value: str) -> str:
    """Return the line of a contract that makes a value class 1."""
    quoted = [json.dumps(text, ensure_ascii=False) for text in (column, value)]
    return f"target: {{column: {quoted[0]}, positive: {quoted[1]}}}"


class RowsRepeated(BadInput):
    """The same row is there more than once, so it could be both trained and tested on."""

    def __init__(self, columns: Sequence[str], example: str, *, repeated: int) -> None:
        self.columns = tuple(columns)
        self.repeated = repeated
        super().__init__(
            f"{repeated} rows repeat another's {', '.join(columns)} (the first: {example}); delete the copies, such as "
            "a file that was loaded twice, or correct the id_columns of the dataset"
        )
