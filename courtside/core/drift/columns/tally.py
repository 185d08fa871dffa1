"""The tally of a column tells how many rows have a usable value, and why the others do not."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tally:
    """The row counts, where every row is usable or counted in exactly one of the other fields.

    `null`, `nan`, `positive_infinity` and `negative_infinity` are values; `absent` rows came in a table without the
    column, and `mistyped` rows in a table where it had another type.
    """

    rows: int = 0
    null: int = 0
    nan: int = 0
    positive_infinity: int = 0
    negative_infinity: int = 0
    absent: int = 0
    mistyped: int = 0

    @property
    def valid(self) -> int:
        """Return the number of rows with a usable value."""
        unusable = self.null + self.nan + self.positive_infinity + self.negative_infinity
        return self.rows - unusable - self.absent - self.mistyped

    @property
    def missing_rate(self) -> float:
        """Return the share of rows without a usable value, or 0 if there are no rows."""
        return (self.rows - self.valid) / self.rows if self.rows else 0.0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            rows=self.rows + other.rows,
            null=self.null + other.null,
            nan=self.nan + other.nan,
            positive_infinity=self.positive_infinity + other.positive_infinity,
            negative_infinity=self.negative_infinity + other.negative_infinity,
            absent=self.absent + other.absent,
            mistyped=self.mistyped + other.mistyped,
        )


NO_ROWS = Tally()
