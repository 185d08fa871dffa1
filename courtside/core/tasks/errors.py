"""What can be wrong with a target, or with the rows of one part of a split."""

import json
from collections.abc import Sequence

from courtside.contracts.errors import BadInput
from courtside.core.sentences import enumerated


class TargetNotBinary(BadInput):
    """The target is not one of two classes, or nothing says which of its two `values` is class 1.

    `tasks` are others that it could be the target of.
    """

    def __init__(self, column: str, found: str, *, values: Sequence[str] = (), tasks: Sequence[str] = ()) -> None:
        self.column = column
        self.found = found
        self.values = tuple(values)
        lines = " or ".join(f"`{positive_line(column, value)}`" for value in values)
        said = f"say in the contract which value is class 1, with {lines}; or " if lines else ""
        if tasks:
            said = f"where it is not, write {' or '.join(f'`task: {task}`' for task in tasks)} in the contract; else "
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


class OneClassOnly(BadInput):
    """The target never varies in a part of the split, so no model can be judged.

    `absent` is the class that the part lacks, and `elsewhere` of all `rows` are of it.
    """

    def __init__(self, part: str, target: str, *, absent: int, elsewhere: int, rows: int) -> None:
        self.part = part
        self.absent = absent
        self.elsewhere = elsewhere
        self.rows = rows
        why = f"{elsewhere:,} of all {rows:,} rows are of class {absent}, none of them in this part"
        if not elsewhere:
            why = f"none of the {rows:,} rows is of class {absent}"
        super().__init__(
            f"every row of the {part} part has the same {target}: {why}. Each part needs rows of both classes, so give "
            f"more rows of class {absent}, or check that the target column is right"
        )


class TargetUnusable(BadInput):
    """The target's values are not of the kind that the contract's task predicts."""

    def __init__(self, column: str, found: str, *, expected: str) -> None:
        self.column = column
        self.found = found
        super().__init__(
            f"target {column!r} {found}, expected {expected}; correct the column, or the target or the task of the "
            "contract"
        )


class TargetConstant(BadInput):
    """All rows, or all of one part, have the same target, so there is nothing to learn or to judge."""

    def __init__(self, column: str, value: str, *, part: str | None = None) -> None:
        self.column = column
        self.part = part
        where = f"every row of the {part} part" if part else "every row"
        super().__init__(
            f"target {column!r} is {value} in {where}; give more rows, in which it varies, or check that the target "
            "column is right"
        )


class TooManyClasses(BadInput):
    """The target has more classes than models can learn."""

    def __init__(self, column: str, classes: int, *, most: int, numbers: bool) -> None:
        self.column = column
        self.classes = classes
        other = "; where its values are amounts, write `task: regression`" if numbers else ""
        super().__init__(
            f"target {column!r} has {classes:,} classes, and models learn at most {most}: group the rarer ones, for "
            f"example as `other`{other}"
        )


class ClassesUnknown(BadInput):
    """Rows have classes that are none of those that were read before."""

    def __init__(self, column: str, classes: Sequence[str]) -> None:
        self.column = column
        self.classes = tuple(classes)
        super().__init__(f"target {column!r} holds {enumerated(classes)}, which no earlier row had")
