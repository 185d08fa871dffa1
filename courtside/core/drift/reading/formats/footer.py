"""How deep the columns of a parquet file are nested, before Arrow follows them on its stack, which ends the process.

The footer is in Thrift's compact notation, of which only what stands before the row groups is read. Source:
https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md and `SchemaElement` in
https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import pyarrow as pa

from courtside.core.drift.reading.formats.errors import UnreadableFile

DEEPEST: Final = 500
_SMALLEST: Final = 4 * DEEPEST
"""A footer of fewer bytes cannot name so many groups."""
_ENDS: Final = 8
_MAGIC: Final = b"PAR1"
_STOP, _TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _STRUCT = 0, 1, 2, 3, 7, 8, 9, 10, 12
_WIDTHS: Final = {_TRUE: 0, _FALSE: 0, _BYTE: 1, _DOUBLE: 8}
_NUMBERS: Final = frozenset({4, 5, 6})
_LONG_LIST: Final = 15
_SEVEN_BITS: Final = 0x7F
_MOST_INNER: Final = 16
"""No footer nests its own values as deep as this."""
_SCHEMA, _CHILDREN = 2, 5


def require_shallow(source: pa.NativeFile, name: str) -> None:
    """Raise `UnreadableFile` for parquet that is nested too deep; what is no parquet is refused by its reader."""
    size = source.size()
    if size < _ENDS:
        return
    source.seek(size - _ENDS)
    ends = source.read(_ENDS)
    length = int.from_bytes(ends[:4], "little")
    if ends[4:] == _MAGIC and _SMALLEST <= length <= size - _ENDS:
        source.seek(size - _ENDS - length)
        if _is_deep(source.read(length)):
            raise UnreadableFile(
                name, f"its columns are nested more than {DEEPEST} deep; write it again, in plain columns"
            )
    source.seek(0)


@lru_cache(maxsize=1)  # a file is opened several times
def _is_deep(footer: bytes) -> bool:
    try:
        return _Walk(footer).is_deep()
    except (IndexError, ValueError):  # it is damaged, and its reader says so
        return False


@dataclass(slots=True)
class _Walk:
    """Walks through a footer; raises `IndexError` at its end, and `ValueError` for what it cannot hold."""

    content: bytes
    at: int = 0

    def is_deep(self) -> bool:
        step = 0
        while True:
            kind, step = self._field(step)
            if step == _SCHEMA and kind == _LIST:
                return self._schema_is_deep()
            if kind == _STOP:
                return False
            self._skip(kind)

    def _schema_is_deep(self) -> bool:
        count, kind = self._list()
        if kind != _STRUCT:
            raise ValueError
        left: list[int] = []
        for _ in range(count):
            while left and not left[-1]:
                left.pop()
            if left:
                left[-1] -= 1
            if children := self._children():
                left.append(children)
                if len(left) > DEEPEST:
                    return True
        return False

    def _children(self) -> int:
        """Return how many children an element of the schema has."""
        step, children = 0, 0
        while True:
            kind, step = self._field(step)
            if kind == _STOP:
                return children
            if step == _CHILDREN and kind in _NUMBERS:
                children = self._varint() >> 1
            else:
                self._skip(kind)

    def _field(self, before: int) -> tuple[int, int]:
        """Return the kind of the next field of a struct, and its number."""
        byte = self._byte()
        kind, further = byte & 0x0F, byte >> 4
        if kind == _STOP:
            return kind, 0
        return kind, before + further if further else self._varint() >> 1

    def _skip(self, kind: int, depth: int = 0) -> None:
        if depth > _MOST_INNER:
            raise ValueError
        if kind in _WIDTHS:
            self.at += _WIDTHS[kind]
        elif kind in _NUMBERS:
            self._varint()
        elif kind == _BINARY:
            length = self._varint()
            self.at += length
        elif kind in {_LIST, _SET}:
            count, inner = self._list()
            for _ in range(count):
                self._skip(_BYTE if inner in {_TRUE, _FALSE} else inner, depth + 1)
        elif kind == _STRUCT:
            self._skip_struct(depth)
        else:
            raise ValueError

    def _skip_struct(self, depth: int) -> None:
        step = 0
        while True:
            kind, step = self._field(step)
            if kind == _STOP:
                return
            self._skip(kind, depth + 1)

    def _list(self) -> tuple[int, int]:
        """Return how many elements a list has, and their kind."""
        byte = self._byte()
        count = byte >> 4
        return (self._varint() if count == _LONG_LIST else count), byte & 0x0F

    def _byte(self) -> int:
        byte = self.content[self.at]
        self.at += 1
        return byte

    def _varint(self) -> int:
        number = shift = 0
        while True:
            byte = self._byte()
            number |= (byte & _SEVEN_BITS) << shift
            if byte <= _SEVEN_BITS:
                return number
            shift += 7
