"""The errors of a file that should contain a table."""

from collections.abc import Sequence

from courtside.contracts.errors import BadInput
from courtside.contracts.shortening import quoted
from courtside.core.sentences import plural

MOST_NAMED = 5


class UnreadableFile(BadInput):
    """A file is truncated, damaged, unreadable or of an unknown format; `detail` says so and what to do."""

    def __init__(self, file: str, detail: str) -> None:
        self.file = file
        self.detail = detail
        super().__init__(f"{file} cannot be read: {detail}")


class NotUtf8(UnreadableFile):
    """A text file has another encoding than UTF-8."""

    def __init__(self, file: str, found: str) -> None:
        self.found = found
        super().__init__(
            file,
            f"it {found}; save it as UTF-8 (in a spreadsheet: 'CSV UTF-8'; on a command line: "
            "`iconv -f WINDOWS-1252 -t UTF-8 old.csv > new.csv`, with `-f UTF-16` for UTF-16)",
        )


class HeaderMissing(UnreadableFile):
    """A file of separated values has no first line that names its columns."""

    def __init__(self, file: str) -> None:
        super().__init__(file, "its first line names no columns; add a header")


class TitleAboveHeader(UnreadableFile):
    """A file of separated values begins with a title; `line` seems to hold the header, and counts from 1."""

    def __init__(self, file: str, title: str, *, line: int, header: str) -> None:
        self.title = title
        self.line = line
        super().__init__(
            file,
            f"its first line looks like a title ({quoted(title)}), and the header seems to be line {line} "
            f"({quoted(header)}); delete the lines above the header",
        )


class TooManyColumns(UnreadableFile):
    """A file of separated values has more columns than are read from text."""

    def __init__(self, file: str, columns: int, *, most: int) -> None:
        self.columns = columns
        super().__init__(
            file,
            f"it has {columns:,} columns, and text is read with {most:,} at most; write it as parquet, or leave out "
            "the columns that nobody needs",
        )


class NumbersAmbiguous(UnreadableFile):
    """Numbers like 1.234 may be thousands or have a decimal point, and no other column tells which."""

    def __init__(self, file: str, columns: Sequence[str]) -> None:
        self.columns = tuple(columns)
        named = ", ".join(quoted(column) for column in columns[:MOST_NAMED])
        more = f" and {len(columns) - MOST_NAMED} more" if len(columns) > MOST_NAMED else ""
        super().__init__(
            file,
            f"its {plural('column', columns)} {named}{more} {'holds' if len(columns) == 1 else 'hold'} only numbers "
            "like 1.234, which mean 1234 where the comma is the decimal mark and a little over 1 elsewhere, and no "
            "other column tells which; write 1234 without the point, or decimals with a comma, as 1,234",
        )


class RowsMalformed(UnreadableFile):
    """Rows have more or fewer cells than the header has columns; `rows` count from 1 below the header."""

    def __init__(self, file: str, rows: Sequence[int], *, cells: int) -> None:
        self.rows = tuple(rows)
        named = ", ".join(str(row) for row in rows[:MOST_NAMED])
        more = f" and {len(rows) - MOST_NAMED} more" if len(rows) > MOST_NAMED else ""
        super().__init__(
            file,
            f"{plural('row', rows)} {named}{more} {'does' if len(rows) == 1 else 'do'} not have {cells} cells, as the "
            "header has; put text that holds the separator or a line break in double quotes, or repair "
            f"{'this row' if len(rows) == 1 else 'these rows'}",
        )


class QuoteUnclosed(UnreadableFile):
    """An unclosed quote makes `rows` or more rows part of a single cell."""

    def __init__(self, file: str, cell: str, *, rows: int) -> None:
        self.cell = cell
        self.rows = rows
        super().__init__(
            file,
            f"{quoted(cell.splitlines()[0])} begins with a double quote that is closed only after {rows:,} rows or "
            "more, or never; close it, or double it if it belongs to the text",
        )
