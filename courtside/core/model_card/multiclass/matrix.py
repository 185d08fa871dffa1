"""Confusion matrix of many classes: what was predicted against what happened."""

from dataclasses import dataclass

from courtside.contracts.curves import ClassCurves
from courtside.contracts.shortening import shortened
from courtside.core.pages import plot
from courtside.core.pages.markup import Markup, element
from courtside.core.pages.plot import WIDTH, Description
from courtside.core.pages.wording import percent

LEFT, TOP, GAP = 92.0, 40.0, 2.0
ROOMY = 5
"""Up to this many classes, a cell has room for its count beside its share."""
LONGEST_ROW = 12
LETTER = 7.0
POOLED = "others"


def matrix_chart(curves: ClassCurves, described: Description) -> Markup:
    """Draw the cells: shares of the rows that truly are of a class, with counts where there is room."""
    names = [*curves.shown, *([POOLED] if curves.pooled else [])]
    size = (WIDTH - LEFT - 6 - GAP * (len(names) - 1)) / len(names)
    tall = max(26.0, min(size, 44.0))
    heads = _heads(names, size)
    numbered = heads != names
    shapes = [plot.label("predicted", LEFT, 13), plot.label("actual", 4, TOP - 8)]
    for column, head in enumerate(heads):
        shapes.append(plot.label(head, _at(column, size) + size / 2, TOP - 8, anchor="middle", class_="level"))
    for row, (name, counts) in enumerate(zip(names, curves.matrix, strict=True)):
        y = TOP + row * (tall + GAP)
        said = f"{heads[row]} {name}" if numbered else name
        shapes.append(_row_name(said, y + tall / 2 + 4))
        shapes += [
            _cell(count, sum(counts), _Box(_at(column, size), y, size, tall), kind=_kind(curves, row, column, count))
            for column, count in enumerate(counts)
        ]
    return plot.chart(described, TOP + len(names) * (tall + GAP) + 6, *shapes)


def _at(column: int, size: float) -> float:
    return LEFT + column * (size + GAP)


def _heads(names: list[str], size: float) -> list[str]:
    """Return what stands over the columns: the classes where each fits, else numbers."""
    fit = all(len(name) * LETTER <= size and name.isprintable() for name in names)
    return names if fit else [str(place) for place in range(1, len(names) + 1)]


def _row_name(text: str, y: float) -> Markup:
    shown = shortened(text, LONGEST_ROW)
    name = plot.label(shown, LEFT - 6, y, anchor="end", class_="level")
    return name if shown == text else element("g", element("title", shortened(text, 200)), name)


@dataclass(frozen=True, slots=True)
class _Box:
    """Where a cell lies."""

    x: float
    y: float
    width: float
    height: float


def _kind(curves: ClassCurves, row: int, column: int, count: int) -> str:
    """Return how a cell looks: right, wrong, or neither where it is empty or pools right and wrong rows."""
    if row == column:
        return "right-cell" if row < len(curves.shown) else "empty-cell"
    return "wrong-cell" if count else "empty-cell"


def _cell(count: int, of: int, box: _Box, *, kind: str) -> Markup:
    """Return a cell with its text."""
    share = count / of if of else 0.0
    middle, centre = box.x + box.width / 2, box.y + box.height / 2
    texts: list[Markup | None] = []
    if box.width >= (WIDTH - LEFT - 6) / ROOMY - GAP:
        texts = [
            plot.label(f"{count:,}", middle, centre - 2, anchor="middle", class_="strong"),
            plot.label(percent(share if of else None), middle, centre + 12, anchor="middle", class_="level"),
        ]
    elif count:
        texts = [plot.label(_whole(share), middle, centre + 4, anchor="middle", class_="level")]
    said = element("title", f"{count:,} of {of:,} rows")
    return element("g", said, plot.bar(box.x, box.y, box.width, box.height, class_=kind), *texts)


def _whole(share: float) -> str:
    """Write a share in whole percent, without the sign, which has no room.

    >>> _whole(0.124), _whole(0.001), _whole(1.0)
    ('12', '<1', '100')
    """
    return "<1" if share < 0.005 else f"{100 * share:.0f}"
