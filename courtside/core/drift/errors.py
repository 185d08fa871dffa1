"""What can be wrong with the tables, profiles and thresholds a drift check is handed."""

from collections.abc import Sequence

from courtside.contracts.errors import BadInput, CourtsideError
from courtside.contracts.shortening import listed, quoted, shortened
from courtside.core.sentences import plural

FIRST_YEAR, LAST_YEAR = 2, 9998
"""The years a time may be of: Python's, less one at each end, so that a margin of days never leaves them."""


class MissingColumns(BadInput):
    """A table lacks columns that `part` of the contract, or where there is `advice` somebody else, names."""

    def __init__(
        self, columns: Sequence[str], present: Sequence[str], *, part: str = "features", advice: str | None = None
    ) -> None:
        self.columns = tuple(columns)
        self.present = tuple(present)
        super().__init__(
            f"the table has no {plural('column', columns)} {_named(columns)} (it has {listed(present) or 'none'}); "
            f"{advice or f'rename the columns or correct the {part} of the contract'}"
        )


class DuplicateColumns(BadInput):
    """A table names a column twice, so a feature's values are ambiguous."""

    def __init__(self, columns: Sequence[str], *, table: str | None = None) -> None:
        self.columns = tuple(columns)
        self.table = table
        where = "the table" if table is None else f"the table {table}"
        each = "column" if len(columns) == 1 else "of each of the columns"
        super().__init__(f"{where} has more than one {each} {_named(columns)}; drop or rename the extra ones")


class WrongType(BadInput):
    """A column's type does not fit its feature's kind, or another part that the dataset gives it."""

    def __init__(
        self, column: str, *, found: str, expected: str, advice: str = "correct the feature's kind in the dataset"
    ) -> None:
        self.column = column
        self.found = found
        self.expected = expected
        super().__init__(f"column {quoted(column)} is {shortened(found)}, expected {expected}; cast it or {advice}")


class NotATimeColumn(WrongType):
    """The column that should say when each row happened holds something else."""

    def __init__(self, column: str, *, found: str) -> None:
        unit = ', unit="s"' if "int" in found or "double" in found or "float" in found else ""
        hint = ' (unit="ms" if it counts milliseconds)' if unit else ""
        super().__init__(
            column,
            found=found,
            expected="a timestamp or date",
            advice=(
                f"name another time_column in the dataset; in pandas: df[{quoted(column)}] = "
                f"pd.to_datetime(df[{quoted(column)}]{unit}){hint}"
            ),
        )


class TimeOutOfRange(BadInput):
    """A time column holds a moment that no calendar day can be computed with."""

    def __init__(self, column: str, moment: str) -> None:
        self.column = column
        self.moment = moment
        super().__init__(
            f"column {quoted(column)} holds the moment {moment}, and only the years {FIRST_YEAR} to {LAST_YEAR} can be "
            "computed with; leave the time of such rows empty or delete them, as they often stand for 'never'"
        )


class EmptyWindow(BadInput):
    """A table to profile or compare has no rows."""

    def __init__(self, table: str) -> None:
        self.table = table
        super().__init__(f"the {table} table has no rows; choose a window that holds data")


class AllMissing(BadInput):
    """A reference column holds no usable value, so nothing can be compared with it."""

    def __init__(self, column: str, *, rows: int) -> None:
        self.column = column
        self.rows = rows
        super().__init__(
            f"all {rows} reference rows of {quoted(column)} are missing, NaN or infinite; "
            "repair the column or drop the feature from the dataset"
        )


class NotBinary(BadInput):
    """A binary feature's reference has more than two levels."""

    def __init__(self, column: str, levels: Sequence[str]) -> None:
        self.column = column
        self.levels = tuple(levels)
        super().__init__(
            f"binary feature {quoted(column)} has {len(levels)} levels ({listed(levels, 5)}); "
            "declare it categorical or repair the column"
        )


class UnreadableTable(BadInput):
    """An in-memory table cannot be read as Arrow columns."""

    def __init__(self, cause: object, *, table: str) -> None:
        self.cause = cause
        self.table = table
        super().__init__(f"the {table} table cannot be read as typed columns: {cause}; give each column one type")


class RowsBrokeOff(BadInput):
    """Whatever makes the rows of a frame failed on the way."""

    def __init__(self, cause: str, *, table: str) -> None:
        self.cause = cause
        self.table = table
        super().__init__(
            f"the rows of the {table} table broke off ({cause}); the error is in what makes these rows, so repair that"
        )


class NotATable(BadInput):
    """The object given as a table is of a kind from which no rows can be read."""

    def __init__(self, given: object, *, table: str) -> None:
        kind = f"{type(given).__module__}.{type(given).__qualname__}".removeprefix("builtins.")
        self.table = table
        super().__init__(
            f"the {table} table is a {kind}, whose rows cannot be read; give a path, or a frame of pandas, polars, "
            "pyarrow, DuckDB or another library with the Arrow PyCapsule interface (of a lazy frame, collect it first)"
        )


class ProfileMismatch(BadInput):
    """Two profiles were not counted on the same grid."""

    def __init__(self, difference: str) -> None:
        self.difference = difference
        super().__init__(
            f"these profiles cannot be combined: {difference}; "
            "make the current one with `summarize` of the very reference it is compared with"
        )


class ProfileCorrupt(CourtsideError):
    """Bytes are not a profile, or were damaged."""

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(f"the profile cannot be read: {problem}; restore it or fit it again on the reference")


class ProfileTooNew(CourtsideError):
    """A profile was written by a newer Courtside than this one."""

    def __init__(self, *, found: int, supported: int) -> None:
        self.found = found
        self.supported = supported
        super().__init__(
            f"the profile has schema version {found}, this Courtside reads up to {supported}; upgrade Courtside"
        )


class ThresholdInvalid(BadInput):
    """A threshold override cannot be used."""

    def __init__(self, text: str, problem: str) -> None:
        self.text = text
        self.problem = problem
        super().__init__(f"threshold {quoted(text)}: {problem}; write it as feature.psi=0.3")


def _named(columns: Sequence[str]) -> str:
    return listed([quoted(column) for column in columns])
