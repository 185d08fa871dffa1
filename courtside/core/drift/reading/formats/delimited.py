"""CSV and its relatives: separated by commas, semicolons, tabs or bars, compressed or not, typed by what all cells say.

The file is read twice in constant memory: once to see what every column is, once to convert it. A type that the first
megabyte suggests is often wrong a gigabyte later.
"""

import contextlib
import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Literal

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv
from pyarrow import fs

from courtside.core.drift.reading.foreign import foreign
from courtside.core.drift.reading.formats.cells import CellKind, read_as, without_either
from courtside.core.drift.reading.formats.errors import (
    HeaderMissing,
    NotUtf8,
    NumbersAmbiguous,
    QuoteUnclosed,
    RowsMalformed,
    TitleAboveHeader,
    TooManyColumns,
    UnreadableFile,
)
from courtside.core.drift.reading.formats.looking import Meaning, look_for
from courtside.core.drift.reading.formats.title import title_above

DELIMITERS: Final = (",", ";", "\t", "|")
SNIFFED_BYTES: Final = 2**16
BLOCK_BYTES: Final = 2**22
BYTES_PER_COLUMN: Final = 2**13
"""A block holds so much of each of very many columns, as every column of every block takes its time."""
LONGEST_HEADER: Final = 2**25
"""The names of a million columns; a longer text without a line break is no table."""
_NO_LINE_ENDS: Final = (
    f"its first line does not end within {LONGEST_HEADER / 2**20:.0f} MiB, so it is no table; give a file with a line "
    "for each row"
)
MOST_COLUMNS: Final = 20_000
"""What each column of text holds is found out cell by cell, which takes minutes for more of them."""
MOST_SNIFFED: Final = 50
FEWEST_SWALLOWED: Final = 3
"""A cell that holds at least so many whole lines is looked at: a quote that nobody closed swallows rows."""
COMPRESSIONS: Final = {b"\x1f\x8b": "gzip", b"BZh": "bz2", b"\x28\xb5\x2f\xfd": "zstd"}
NOTHING_SAID: Final[Mapping[str, Meaning]] = MappingProxyType({})
UTF16: Final = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Delimited:
    """A file of separated values: its compression, its separator, and the names of its columns."""

    filesystem: fs.FileSystem
    path: str
    compression: str | None
    delimiter: str
    columns: tuple[str, ...]
    meanings: Mapping[str, Meaning]
    """What columns hold, as far as a contract says so."""

    @classmethod
    def of(cls, filesystem: fs.FileSystem, path: str, meanings: Mapping[str, Meaning] = NOTHING_SAID) -> "Delimited":
        """Examine the beginning of a file.

        Raises `NotUtf8`, `UnreadableFile`, `HeaderMissing`, `TitleAboveHeader` and `TooManyColumns`.
        """
        with filesystem.open_input_stream(path, compression=None) as stream:
            magic = stream.read(4)
        compression = next((kind for start, kind in COMPRESSIONS.items() if magic.startswith(start)), None)
        with filesystem.open_input_stream(path, compression=compression) as stream:
            head = stream.read(SNIFFED_BYTES)
            while not _has_line(head) and (more := stream.read(len(head))):  # the header may have thousands of columns
                head += more
                if len(head) > LONGEST_HEADER:
                    raise UnreadableFile(path, _NO_LINE_ENDS)
        if (words := foreign(head, path)) is not None:
            raise UnreadableFile(path, words)
        text = _decoded(head, path, whole=len(head) < SNIFFED_BYTES)
        sniffed = _sniffed(text)
        if (title := title_above(sniffed, DELIMITERS)) is not None:
            raise TitleAboveHeader(path, title.text, line=title.line, header=title.header)
        delimiter = max(DELIMITERS, key=lambda each: _regularity(sniffed, each))
        columns = tuple(next(_rows(text, delimiter), ()))
        if not any(column.strip() for column in columns):
            raise HeaderMissing(path)
        if len(columns) > MOST_COLUMNS:
            raise TooManyColumns(path, len(columns), most=MOST_COLUMNS)
        return cls(filesystem, path, compression, delimiter, columns, meanings)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the rows with typed columns, at least one batch.

        Raises `NotUtf8`, `QuoteUnclosed`, `RowsMalformed` and `NumbersAmbiguous`.
        """
        kinds = self._kinds()
        names = list(self.columns)
        none = [pa.array([], pa.string()) for _ in names]
        yield self._typed(pa.RecordBatch.from_arrays(none, names=names), kinds)
        for batch in self._cells():
            yield self._typed(batch, kinds)

    def _typed(self, batch: pa.RecordBatch, kinds: Sequence[tuple[CellKind, bool]]) -> pa.RecordBatch:
        pairs = zip(kinds, batch.columns, strict=True)
        arrays = [read_as(kind, column, spaced=spaced) for (kind, spaced), column in pairs]
        return pa.RecordBatch.from_arrays(arrays, names=list(self.columns))

    def _kinds(self) -> list[tuple[CellKind, bool]]:
        """Return what every column is read as, and whether there are spaces around its cells."""
        # Semicolons are used as separators where the comma is the decimal mark.
        comma = self.delimiter == ";"
        looking = [look_for(self.meanings.get(name), decimal_comma=comma) for name in self.columns]
        for batch in self._cells():
            for kind, column in zip(looking, batch.columns, strict=True):
                self._require_closed(column)
                kind.look(column)
        while unsure := {place: kind for place, kind in enumerate(looking) if kind.unsure}:
            for kind in unsure.values():
                kind.again()
            for batch in self._cells():
                for place, kind in unsure.items():
                    kind.look(batch.column(place))
        kinds = without_either([kind.found for kind in looking])
        if unclear := [name for name, kind in zip(self.columns, kinds, strict=True) if kind is None]:
            raise NumbersAmbiguous(self.path, unclear)
        return [(kind, look.spaced) for kind, look in zip(kinds, looking, strict=True) if kind is not None]

    def _require_closed(self, cells: Any) -> None:
        """Raise `QuoteUnclosed` for a cell whose lines, except the first and the last, are all rows of this table."""
        if len(self.columns) == 1:  # with one column, every line of a text could be a row
            return
        lines = pc.count_substring(cells, "\n")
        if (pc.max(lines).as_py() or 0) <= FEWEST_SWALLOWED:
            return
        long = pc.filter(cells, pc.greater(lines, pa.scalar(FEWEST_SWALLOWED)))
        for cell in long.to_pylist():
            inner = cell.splitlines()[1:-1]
            if all(line.count(self.delimiter) == len(self.columns) - 1 for line in inner):
                raise QuoteUnclosed(self.path, cell, rows=len(inner))

    def _cells(self) -> Iterator[pa.RecordBatch]:
        """Yield every cell as text."""
        malformed: list[int] = []

        def note(row: arrow_csv.InvalidRow) -> Literal["skip"]:
            malformed.append((row.number or 1) - 1)  # Arrow counts the header as row 1
            return "skip"

        # Arrow finds columns by name, so they are numbered here, because names may repeat or be empty.
        names = [str(place) for place in range(len(self.columns))]
        try:
            with (
                self.filesystem.open_input_stream(self.path, compression=self.compression) as stream,
                arrow_csv.open_csv(
                    stream,  # type: ignore[arg-type]  # the stubs do not know Arrow's own files
                    read_options=arrow_csv.ReadOptions(
                        block_size=max(BLOCK_BYTES, BYTES_PER_COLUMN * len(names)),
                        use_threads=False,
                        column_names=names,
                        skip_rows=1,
                    ),
                    parse_options=arrow_csv.ParseOptions(
                        delimiter=self.delimiter, newlines_in_values=True, invalid_row_handler=note
                    ),
                    convert_options=arrow_csv.ConvertOptions(
                        column_types=dict.fromkeys(names, pa.string()), null_values=[""], strings_can_be_null=True
                    ),
                ) as reader,
            ):
                yield from reader
        except pa.ArrowInvalid as error:
            if "Empty CSV file" in str(error):  # a header alone is a table without rows
                return
            if "UTF8" in str(error):
                raise NotUtf8(self.path, "holds bytes that are no UTF-8 text") from error
            raise
        if malformed:
            raise RowsMalformed(self.path, malformed, cells=len(self.columns))


def is_utf16(head: bytes) -> bool:
    """Tell whether a text begins like UTF-16: with its mark, or with a zero in every other place."""
    return head.startswith(UTF16) or head.count(0) * 3 > len(head)


def _has_line(head: bytes) -> bool:
    return b"\n" in head or b"\r" in head


def _decoded(head: bytes, name: str, *, whole: bool) -> str:
    if is_utf16(head):
        raise NotUtf8(name, "is written in UTF-16")
    if b"\x00" in head:
        raise UnreadableFile(name, "it holds NUL characters, which no text has; write it again without them")
    try:
        return head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if not whole and error.start > len(head) - 4:  # this character was cut in two
            return head[: error.start].decode("utf-8-sig")
        raise NotUtf8(name, f"holds the byte 0x{head[error.start]:02x}, which is no UTF-8 text") from error


def _sniffed(text: str) -> str:
    """Return the first lines, without one that the cut went through."""
    lines = text.splitlines(keepends=True)
    return "".join((lines[:-1] if len(lines) > MOST_SNIFFED else lines)[:MOST_SNIFFED])


def _regularity(text: str, delimiter: str) -> tuple[float, int]:
    """Tell whether a delimiter cuts lines into equally many cells, and into how many."""
    widths: Sequence[int] = [len(row) for row in _rows(text, delimiter) if row]
    if not widths or widths[0] == 1:
        return (0.0, 0)
    return (sum(width == widths[0] for width in widths) / len(widths), widths[0])


def _rows(text: str, delimiter: str) -> Iterator[Sequence[str]]:
    with contextlib.suppress(csv.Error):  # a cell of over 128 KiB shows that this is not the separator
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
