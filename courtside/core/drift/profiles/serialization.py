"""A profile as bytes that can still be read in ten years: it holds no pickle, and every part is described here.

Layout: magic ``CSDP``, schema version (uint16), CRC-32 of the rest (uint32), all little-endian, then a zlib stream of
the header's length (uint32), the header (JSON, UTF-8) and the arrays, in the order and with the sizes the header gives.
Floats are the IEEE 754 pattern mapped to ordered int64, counts are int64; both are stored as differences, byte plane by
byte plane, which is what makes them compress. Scalars that must be exact are hexadecimal floats or fractions "n/d".
Edges that follow from others are left out: the float before an atom, and (version 2) the edge 2**blur before the end
of a cell that is that wide. Version 3 has counts by slot after those by level, for columns of very many levels. A
profile is written as the lowest version that can hold it.
A calibration, if there is one, is a header field with arrays after the columns' own. So are the outcomes, the pairs of
columns, the newest part of a reference that disagrees with itself, and the segments. Outcomes, part and segments have a
header like that of the whole; part and segments leave out what they share with the whole. Older readers skip all five,
and the related columns, which have no arrays.
The arrays of a history's years and of the counts by entity come last of all, from the position `late`, where older
readers do not look.
"""

import json
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np

from courtside.core.dataset import FeatureKind, Role
from courtside.core.drift.calibration import encoding
from courtside.core.drift.calibration.entities import EntityCounts
from courtside.core.drift.calibration.history import Calibration
from courtside.core.drift.calibration.related import RelatedColumns
from courtside.core.drift.columns import arrow
from courtside.core.drift.columns.column import CategoryColumn, Column, NumericColumn
from courtside.core.drift.columns.grid import Grid
from courtside.core.drift.columns.quanta import Sum
from courtside.core.drift.columns.rounding import Integers, from_ordered_bits, ordered_bits, predecessors
from courtside.core.drift.columns.sums import single_sums
from courtside.core.drift.columns.tally import Tally
from courtside.core.drift.errors import ProfileCorrupt, ProfileTooNew
from courtside.core.drift.pairs import encoding as pairs_encoding
from courtside.core.drift.pairs.table import TablePairs

MAGIC = b"CSDP"
SCHEMA_VERSION = 3
PREFIX = struct.Struct("<4sHI")
LENGTH = struct.Struct("<I")


@dataclass(frozen=True, slots=True)
class Content:
    """The parts of a profile."""

    columns: tuple[Column, ...]
    rows: int
    time_column: str | None
    period: arrow.Period | None
    calibration: Calibration | None = None
    outcomes: "Content | None" = None
    roles: tuple[Role, ...] = ()
    newest: "tuple[Content, Mapping[str, float]] | None" = None
    entities: tuple[EntityCounts, ...] = ()
    pairs: TablePairs | None = None
    segments: "tuple[tuple[str, str, Content], ...]" = ()
    related: tuple[RelatedColumns, ...] = ()


def packed(content: Content) -> bytes:
    """Return a profile as bytes; equal profiles have equal bytes."""
    arrays: list[Integers] = []
    late: list[Integers] = []
    header = _header(content, arrays, late)
    if late:
        header["late"] = len(arrays)
        arrays.extend(late)
    header["arrays"] = [array.size for array in arrays]
    text = json.dumps(header, separators=(",", ":"), sort_keys=True).encode()
    body = zlib.compress(LENGTH.pack(len(text)) + text + b"".join(map(_planes, arrays)), 9)
    return PREFIX.pack(MAGIC, _version(content), zlib.crc32(body)) + body


def unpacked(data: bytes) -> Content:
    """Read the bytes of a profile; raises `ProfileCorrupt` or `ProfileTooNew`."""
    if len(data) < PREFIX.size:
        raise ProfileCorrupt(f"{len(data)} bytes are too few")
    magic, version, checksum = PREFIX.unpack_from(data)
    if magic != MAGIC:
        raise ProfileCorrupt("these bytes are not a Courtside profile")
    if version > SCHEMA_VERSION:
        raise ProfileTooNew(found=version, supported=SCHEMA_VERSION)
    body = data[PREFIX.size :]
    if zlib.crc32(body) != checksum:
        raise ProfileCorrupt("its checksum does not match, so it was cut or changed")
    try:
        return _content(zlib.decompress(body))
    except (zlib.error, struct.error, ValueError, KeyError, TypeError, IndexError) as error:
        raise ProfileCorrupt(f"{type(error).__name__}: {error}") from error


def _header(content: Content, arrays: list[Integers], late: list[Integers], *, of_part: bool = False) -> dict[str, Any]:
    header: dict[str, Any] = {
        "rows": content.rows,
        "time_column": content.time_column,
        "period": [day.isoformat() for day in content.period] if content.period else None,
        "columns": [_described(column, arrays, of_part=of_part) for column in content.columns],
    }
    if content.calibration is not None:
        header["calibration"] = encoding.described(content.calibration, arrays, late)
    if content.entities:
        header["entities"] = [encoding.described_entities(table, late) for table in content.entities]
    if content.roles:
        header["roles"] = [role.value for role in content.roles]
    if content.outcomes is not None:
        header["outcomes"] = _header(content.outcomes, arrays, late, of_part=of_part)
    if content.pairs is not None:
        header["pairs"] = pairs_encoding.described(content.pairs, arrays, of_part=of_part)
    if content.related:
        header["related"] = [encoding.described_related(related) for related in content.related]
    if content.newest is not None:
        part, moved = content.newest
        header["newest"] = _header(part, arrays, late, of_part=True) | {"moved": dict(moved)}
    if content.segments:
        header["segments"] = [
            _header(part, arrays, late, of_part=True) | {"column": column, "level": level}
            for column, level, part in content.segments
        ]
    return header


def _version(content: Content) -> int:
    columns = (*content.columns, *(content.outcomes.columns if content.outcomes else ()))
    if any(column.grid.origin if isinstance(column, NumericColumn) else column.slots is not None for column in columns):
        return 3
    return 2 if any(isinstance(column, NumericColumn) and column.grid.blur for column in columns) else 1


def _content(payload: bytes) -> Content:
    (length,) = LENGTH.unpack_from(payload)
    start = LENGTH.size + length
    header = json.loads(payload[LENGTH.size : start])
    arrays = _arrays(payload[start:], header["arrays"])
    first = header.get("late", len(arrays))
    return _restored(header, arrays[:first], arrays[first:])


def _restored(
    header: dict[str, Any], arrays: list[Integers], late: list[Integers], whole: Content | None = None
) -> Content:
    days = header["period"]
    shared: Sequence[Column | None] = whole.columns if whole else [None] * len(header["columns"])
    columns = tuple(_column(each, arrays, whole=of) for each, of in zip(header["columns"], shared, strict=True))
    calibration = encoding.restored(header["calibration"], arrays, late) if "calibration" in header else None
    entities = tuple(encoding.restored_entities(table, late) for table in header.get("entities", ()))
    outcomes = whole and whole.outcomes
    found = Content(
        columns=columns,
        rows=header["rows"],
        time_column=header["time_column"],
        period=(date.fromisoformat(days[0]), date.fromisoformat(days[1])) if days else None,
        calibration=calibration,
        entities=entities,
        outcomes=_restored(header["outcomes"], arrays, late, outcomes) if "outcomes" in header else None,
        roles=tuple(map(Role, header.get("roles", ()))),
        related=tuple(encoding.restored_related(related) for related in header.get("related", ())),
    )
    if "pairs" in header:
        pairs = pairs_encoding.restored(header["pairs"], arrays, whole.pairs if whole else None)
        found = replace(found, pairs=pairs)
    if "newest" in header:
        newest = header["newest"]
        found = replace(found, newest=(_restored(newest, arrays, late, found), newest["moved"]))
    if "segments" not in header:
        return found
    segments = tuple(
        (each["column"], each["level"], _restored(each, arrays, late, found)) for each in header["segments"]
    )
    return replace(found, segments=segments)


def _described(column: Column, arrays: list[Integers], *, of_part: bool) -> dict[str, Any]:
    common = {
        "name": column.name,
        "kind": column.kind.value,
        "tally": asdict(column.tally),
        "dtypes": sorted(column.dtypes),
    }
    if isinstance(column, CategoryColumn):
        arrays.extend((column.counts, *([] if column.slots is None else [column.slots])))
        return common | {
            "levels": column.levels,
            "text": column.text,
            "lumped": column.lumped,
            "unseen": column.unseen,
            **({} if column.slots is None else {"slots": True}),
        }
    arrays.extend((*(() if of_part else _grid_arrays(column.grid)), column.counts))
    exact = column.grid.quantum.exact
    kept = {cell: exact(total) for cell, total in column.tails.items()}
    tails = {**kept, **single_sums(column.grid, column.counts)}
    return common | {
        "anchor": column.grid.anchor.hex(),
        "sd": column.grid.sd.hex(),
        "minimum": column.minimum.hex(),
        "maximum": column.maximum.hex(),
        "core": column.grid.core,
        "total": str(exact(column.total)),
        "tails": [[cell, str(value)] for cell, value in sorted(tails.items()) if value],
        **({"blur": column.grid.blur} if column.grid.blur else {}),
        **({"origin": column.grid.origin} if column.grid.origin else {}),
    }


def _column(described: dict[str, Any], arrays: list[Integers], *, whole: Column | None) -> Column:
    tally = Tally(**described["tally"])
    dtypes = frozenset(described["dtypes"])
    kind = FeatureKind(described["kind"])
    if kind is not FeatureKind.NUMERIC:
        return CategoryColumn(
            name=described["name"],
            kind=kind,
            levels=tuple(described["levels"]),
            counts=arrays.pop(0),
            text=described["text"],
            lumped=described["lumped"],
            tally=tally,
            unseen=tuple(described["unseen"]),
            dtypes=dtypes,
            slots=arrays.pop(0) if described.get("slots") else None,
        )
    grid = whole.grid if isinstance(whole, NumericColumn) else _grid(described, arrays)
    return NumericColumn(
        name=described["name"],
        grid=grid,
        counts=arrays.pop(0),
        tally=tally,
        total=_sum(described["total"], grid),
        tails={cell: _sum(text, grid) for cell, text in described["tails"]},
        minimum=float.fromhex(described["minimum"]),
        maximum=float.fromhex(described["maximum"]),
        dtypes=dtypes,
    )


def _sum(text: str, grid: Grid) -> Sum:
    """Return a sum in units; reading both numbers apart takes a third of the time that `Fraction` takes for a text."""
    numerator, _, denominator = text.partition("/")
    return grid.quantum.units(Fraction(int(numerator), int(denominator or 1)))


def _grid_arrays(grid: Grid) -> tuple[Integers, ...]:
    """Return the independent edges, the positions of atoms (and of wide ones) among them, and the cuts."""
    bits = ordered_bits(grid.edges)
    wide = grid.blurred
    follows = np.zeros(bits.size, np.bool_)
    follows[:-1] = (grid.atoms | wide)[1:]
    kept = ~follows | grid.atoms | wide
    positions = (np.flatnonzero(wide[kept]),) if grid.blur else ()
    return bits[kept], np.flatnonzero(grid.atoms[kept]), *positions, grid.cuts


def _grid(described: dict[str, Any], arrays: list[Integers]) -> Grid:
    blur = int(described.get("blur", 0))
    bits, atoms = arrays.pop(0), arrays.pop(0)
    wide = arrays.pop(0) if blur else atoms[:0]
    kept = from_ordered_bits(bits)
    exact = kept[atoms]
    edges = np.union1d(np.concatenate((kept, from_ordered_bits(bits[wide] - (1 << blur)))), predecessors(exact))
    return Grid(
        edges=edges,
        atoms=np.isin(edges, exact),
        cuts=arrays.pop(0),
        core=(described["core"][0], described["core"][1]),
        anchor=float.fromhex(described["anchor"]),
        sd=float.fromhex(described["sd"]),
        blur=blur,
        origin=int(described.get("origin", 0)),
    )


def _planes(array: Integers) -> bytes:
    """Return the differences of an int64 array (modulo 2**64), zigzag-coded, with the lowest bytes first."""
    steps = np.diff(array.astype("<i8"), prepend=np.int64(0))
    coded = (steps << 1) ^ (steps >> 63)
    return coded.astype("<i8").view(np.uint8).reshape(-1, 8).T.tobytes()


def _arrays(data: bytes, sizes: Sequence[int]) -> list[Integers]:
    if len(data) != 8 * sum(sizes):
        raise ValueError(f"{len(data)} bytes of arrays, expected {8 * sum(sizes)}")
    arrays, start = [], 0
    for size in sizes:
        planes = np.frombuffer(data, np.uint8, 8 * size, start).reshape(8, size)
        coded = np.ascontiguousarray(planes.T).view("<u8").ravel()
        steps = (coded >> np.uint64(1)).astype(np.int64) ^ -(coded & np.uint64(1)).astype(np.int64)
        arrays.append(np.cumsum(steps, dtype=np.int64))
        start += 8 * size
    return arrays
