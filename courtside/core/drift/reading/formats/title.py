"""A title above the header, with which reports and spreadsheets are often saved as CSV."""

import contextlib
import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MOST_LINES = 10
"""A header is looked for in so many of the first lines."""
Row = tuple[int, Sequence[str]]
"""A row's cells, with the number of the line that it stands in."""


@dataclass(frozen=True, slots=True)
class Title:
    """The first line of a file, and the line that seems to be its header."""

    text: str
    line: int
    header: str


def title_above(text: str, delimiters: Iterable[str]) -> Title | None:
    """Return the title of a file that begins with this text, None where its first line may be the header."""
    tables = {
        delimiter: [(line, row) for line, row in _rows(text, delimiter) if any(cell.strip() for cell in row)]
        for delimiter in delimiters
    }
    if any(_begins_with_header(rows) for rows in tables.values()):
        return None  # what another delimiter would make of the lines below is chance
    for delimiter, rows in tables.items():
        place = _header(rows)
        if place is not None:
            line, header = rows[place]
            return Title(delimiter.join(rows[0][1]).strip(delimiter), line, delimiter.join(header))
    return None


def _begins_with_header(rows: Sequence[Row]) -> bool:
    """Say whether the first line has names, as many as each line below it has cells."""
    first = rows[0][1] if rows else ()
    return len(first) > 1 and _are_names(first) and all(len(row) == len(first) for _, row in rows)


def _header(rows: Sequence[Row]) -> int | None:
    """Return where the header is below lines of few cells: names, above rows of as many cells."""
    widths = Counter(len(row) for _, row in rows)
    if len(rows) < 3 or (width := widths.most_common(1)[0][0]) < 2:
        return None
    above = next((at for at, (_, row) in enumerate(rows) if 2 * sum(bool(cell.strip()) for cell in row) > width), None)
    if not above or above >= MOST_LINES or above == len(rows) - 1 or not _are_names(rows[above][1]):
        return None
    return above if all(len(row) == width for _, row in rows[above:]) else None


def _are_names(cells: Sequence[str]) -> bool:
    names = {cell.strip() for cell in cells}
    return len(names) == len(cells) and all(name and not name[0].isdigit() and name[0] not in "+-." for name in names)


def _rows(text: str, delimiter: str) -> Iterable[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    with contextlib.suppress(csv.Error):  # a cell of over 128 KiB
        for row in reader:
            yield reader.line_num, row
