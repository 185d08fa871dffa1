"""A column's cells are looked at batch by batch, to find out as what they are to be read."""

from enum import StrEnum
from typing import Protocol

import pyarrow.compute as pc

from courtside.core.drift.reading.formats.cells import (
    DECIMAL,
    DECIMAL_COMMA,
    EITHER,
    EMPTY,
    GROUPED,
    KINDS,
    PADDED,
    PLAIN_WHOLE,
    TEXT,
    CellKind,
    Cells,
    distinct,
    present,
)


class Meaning(StrEnum):
    """What a contract says that a column holds, whatever the cells of one file look like."""

    NUMBER = "number"
    LABEL = "label"
    TEXT = "text"
    """A label, also where every cell is a whole number."""


class Look(Protocol):
    """Looks at a column's cells batch by batch and finds as what they are to be read."""

    spaced: bool
    """Whether there are spaces around cells."""
    unsure: bool
    """Whether all batches must be looked at once more."""

    def look(self, column: Cells) -> None:
        """Examine one batch of cells."""
        ...

    def again(self) -> None:
        """Get ready to look at all batches once more."""
        ...

    @property
    def found(self) -> CellKind:
        """Return the kind as which the column is to be read."""
        ...


def look_for(meaning: Meaning | None, *, decimal_comma: bool) -> Look:
    """Return what finds out as what a column is read, None where no contract says what it holds."""
    if meaning in {Meaning.LABEL, Meaning.TEXT}:
        return LabelColumn(whole=meaning is Meaning.LABEL)
    return KindOfColumn(decimal_comma=decimal_comma, number=meaning is Meaning.NUMBER)


class LabelColumn:
    """Keeps the text of a column's cells, whatever they look like: the same text is the same label in every file.

    Only if they may be `whole` numbers, and each is one in its shortest form, whose text is known from the number, are
    they numbers.
    """

    spaced = False
    unsure = False

    def __init__(self, *, whole: bool) -> None:
        self._filled = False
        self._whole = whole

    def look(self, column: Cells) -> None:
        """Examine one batch of cells."""
        self._filled = self._filled or column.null_count < len(column)
        if self._whole and self._filled:
            self._whole = PLAIN_WHOLE.fits(distinct(column.drop_null()))

    def again(self) -> None:
        """Do nothing, because one look is enough."""

    @property
    def found(self) -> CellKind:
        """Return the kind as which the column is to be read."""
        if not self._filled:
            return EMPTY
        return PLAIN_WHOLE if self._whole else TEXT


class KindOfColumn:
    """Looks at a column's cells batch by batch and finds the first kind that all of them fit.

    Every cell is looked at as one kind only, since looking takes long. If a batch does not fit the kind of those
    before, the next kinds are tried, and all batches must be looked at once more: `unsure` says so.

    `1,234` may be either kind of number; with `decimal_comma` it is a little more than one, and `1.234` may be both.
    Leading zeros are those of a code, unless the column is known to hold a `number`.
    """

    def __init__(self, *, decimal_comma: bool = False, number: bool = False) -> None:
        later = GROUPED if decimal_comma else DECIMAL_COMMA
        self._open = [*(kind for kind in KINDS if kind is not later), later]
        if decimal_comma:
            self._open.insert(self._open.index(DECIMAL), EITHER)
        if number:
            self._open.append(PADDED)
        self._seen = False
        self._looked = False
        self.spaced = False
        """Whether there are spaces around cells."""
        self.unsure = False

    def look(self, column: Cells) -> None:
        """Examine one batch of cells."""
        if not self._open:
            return
        cells = present(column)
        if not len(cells):
            return
        if not self._open[0].fits(cells):
            trimmed = pc.utf8_trim_whitespace(cells)
            self.spaced = self.spaced or not trimmed.equals(cells)
            cells = present(trimmed)
            self._leave_kinds_for(cells)
        self._looked = True
        self._seen = self._seen or len(cells) > 0

    def _leave_kinds_for(self, cells: Cells) -> None:
        while self._open and not self._open[0].fits(cells):
            del self._open[0]
            self.unsure = self._looked

    def again(self) -> None:
        """Get ready to look at all batches once more."""
        self._looked = self.unsure = False

    @property
    def found(self) -> CellKind:
        """Return the kind as which the column is to be read."""
        if not self._seen:
            return EMPTY
        return self._open[0] if self._open else TEXT
