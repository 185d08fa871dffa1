"""How text and rows are laid out in a terminal; no word is ever broken, so that a path or an address can be copied."""

import re
from collections.abc import Mapping, Sequence

from rich.cells import cell_len

GAP = 2
LARGE = 1e6
"""From here on a number is written without digits after the point."""
NARROWEST = 16
"""A column that must wrap keeps at least this many characters."""

# A command in backticks counts as one word, because it is typed as a whole.
_WORD = re.compile(r"`[^`\n]+`[^\s`]*|\S+")


def cell(value: object) -> str:
    """Return a value as one line of text: floats with three digits, None as nothing, control characters as spaces."""
    if isinstance(value, float) and abs(value) >= LARGE:
        return f"{value:.7g}"
    if isinstance(value, float):
        return f"{value:.3f}" if value == 0 or abs(value) >= 0.001 else f"{value:.0e}"
    if isinstance(value, list | tuple | set):
        return ", ".join(map(cell, value))
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {cell(each)}" for name, each in value.items())
    return "" if value is None else "".join(sign if sign.isprintable() else " " for sign in str(value))


def wrapped(text: str, width: int | None) -> list[str]:
    """Return the lines of a text, each at most `width` wide unless one word alone is wider; None wraps nothing."""
    if width is None:
        return text.split("\n")
    lines: list[str] = []
    for given in text.split("\n"):
        indent = given[: len(given) - len(given.lstrip(" "))]
        line = ""
        for word in _WORD.findall(given):
            if line and cell_len(indent) + cell_len(line) + 1 + cell_len(word) > width:
                lines.append(indent + line)
                line = word
            else:
                line = f"{line} {word}" if line else word
        lines.append(indent + line if line else "")
    return lines


def pairs(values: Mapping[str, object], width: int | None) -> list[str]:
    """Return one line per value, with names in a column of their own; long values go on below their beginning."""
    names = max(map(cell_len, values), default=0) + GAP
    lines = []
    for name, value in values.items():
        parts = wrapped(cell(value), width and width - names)
        lines.append(f"{_padded(name, names)}{parts[0]}".rstrip())
        lines += [" " * names + part for part in parts[1:]]
    return lines


def tab_separated(rows: Sequence[Mapping[str, object]]) -> list[str]:
    """Return a heading and one line per row, for programs that cut columns."""
    columns = _columns(rows)
    return ["\t".join(columns), *("\t".join(cell(row.get(name)) for name in columns) for row in rows)]


def table(rows: Sequence[Mapping[str, object]], width: int) -> list[str]:
    """Return rows as a table where it can be read in that width, or else as one block of named values per row."""
    columns = _columns(rows)
    texts = [[cell(row.get(name)) for name in columns] for row in rows]
    widths = _widths([columns, *texts], width)
    if widths is None:
        blocks = [pairs({name: row[name] for name in columns if cell(row.get(name))}, width) for row in rows]
        return [line for block in blocks for line in ("", *block)][1:]
    right = [_counts(rows, name) for name in columns]
    ruled = ["─" * each for each in widths]
    return [line for texts_of_row in (columns, ruled, *texts) for line in _row(texts_of_row, widths, right)]


def _columns(rows: Sequence[Mapping[str, object]]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row))


def _counts(rows: Sequence[Mapping[str, object]], name: str) -> bool:
    found = [row[name] for row in rows if row.get(name) is not None]
    return bool(found) and all(isinstance(value, int | float) and not isinstance(value, bool) for value in found)


def _widths(lines: Sequence[Sequence[str]], width: int) -> list[int] | None:
    """Return the columns' widths, None where a word or a readable column would not fit."""
    wanted = [max(map(cell_len, texts)) for texts in zip(*lines, strict=True)]
    longest = [max((cell_len(word) for text in texts for word in _WORD.findall(text)), default=0)
               for texts in zip(*lines, strict=True)]  # fmt: skip
    least = [min(full, max(word, NARROWEST)) for full, word in zip(wanted, longest, strict=True)]
    spare = width - GAP * (len(wanted) - 1) - sum(least)
    if spare < 0:
        return None
    # What is left goes to the columns that need least first, so that as few as possible wrap.
    for place in sorted(range(len(wanted)), key=lambda each: wanted[each] - least[each]):
        more = min(spare, wanted[place] - least[place])
        least[place] += more
        spare -= more
    return least


def _row(texts: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> list[str]:
    parts = [wrapped(text, width) for text, width in zip(texts, widths, strict=True)]
    lines = []
    for number in range(max(map(len, parts))):
        cells = [part[number] if number < len(part) else "" for part in parts]
        padded = [_padded(*each) for each in zip(cells, widths, right, strict=True)]
        lines.append((" " * GAP).join(padded).rstrip())
    return lines


def _padded(text: str, width: int, right: bool = False) -> str:  # noqa: FBT001 — private, called by position
    space = " " * (width - cell_len(text))
    return space + text if right else text + space
